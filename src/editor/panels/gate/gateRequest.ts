import * as z from 'zod';
import type { GateRequest } from '../../../shared/gateModel';

const gate = z.string().min(1).max(4096);
const note = z.string().max(20_000).optional();

/** What the Gate panel's page may ask, beyond CommonRequest. */
export const gateRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('turn'), gate }),
  z.strictObject({
    kind: z.literal('review'),
    gate,
    seen: z.string().min(1).max(64),
    decision: z.enum(['APPROVE', 'REQUEST_CHANGES', 'REJECT', 'WAIVE', 'UNWAIVE', 'ENTER']),
    criterion: z.string().min(1).max(20_000).optional(),
    value: z.number().min(-1e12).max(1e12).optional(),
    passed: z.boolean().optional(),
    note,
    businessSync: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('report'), gate, note }),
  z.strictObject({ kind: z.literal('settings') }),
]) satisfies z.ZodType<GateRequest>;
