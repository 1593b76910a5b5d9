import * as z from 'zod';
import { settableMarkers } from '../../../model/marker';
import type { GraphRequest } from '../../../shared/graphModel';

const id = z.string().min(1).max(10_000);
/** Largest picture that a page may send, bytes. */
const largestPng = 100_000_000;

/** What the Graph panel's page may ask. */
export const graphRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mark'),
    task: id,
    marker: z.enum(settableMarkers),
    quick: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('dispatch'), task: id }),
  z.strictObject({ kind: z.literal('writeDag') }),
  z.strictObject({ kind: z.literal('collapse'), phases: z.array(z.string().max(10_000)).max(10_000) }),
  z.strictObject({ kind: z.literal('export'), form: z.enum(['svg', 'mermaid', 'dot']) }),
  z.strictObject({ kind: z.literal('copyMermaid') }),
  z.strictObject({
    kind: z.literal('exportPng'),
    png: z.instanceof(Uint8Array).refine(({ byteLength }) => byteLength > 0 && byteLength <= largestPng),
  }),
]) satisfies z.ZodType<GraphRequest>;
