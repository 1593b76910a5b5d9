import * as z from 'zod';
import { directors } from '../../model/board';
import { TIE_VERDICTS, VOTE_VERDICTS, type BoardRequest } from '../../shared/boardModel';

const token = z.string().min(1).max(100);
const id = z.string().min(1).max(500);
const text = z.string().max(4000);

/** What the Board panel's page may ask: bounded, and nothing that is not named here. */
export const boardRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('turnTo'), item: z.string().min(1).max(500) }),
  z.strictObject({
    kind: z.literal('castVote'),
    token,
    sessionId: id,
    director: z.enum(directors),
    verdict: z.enum(VOTE_VERDICTS),
    confidence: z.number().min(0).max(1).optional(),
    note: text.optional(),
    seen: z.string().max(4000).optional(),
  }),
  z.strictObject({
    kind: z.literal('addCondition'),
    token,
    sessionId: id.optional(),
    text: z.string().min(1).max(1000),
    director: z.enum(directors).optional(),
    due: z.string().max(60).optional(),
    note: text.optional(),
  }),
  z.strictObject({
    kind: z.literal('markCondition'),
    token,
    condition: z.string().min(1).max(20_000),
    met: z.boolean(),
    file: z.string().max(4096).optional(),
    line: z.int().positive().max(1e9).optional(),
    note: text.optional(),
  }),
  z.strictObject({
    kind: z.literal('resolveTie'),
    token,
    sessionId: id,
    verdict: z.enum(TIE_VERDICTS),
    note: z.string().min(1).max(4000),
  }),
]) satisfies z.ZodType<BoardRequest>;
