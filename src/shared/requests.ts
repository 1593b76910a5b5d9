import * as z from 'zod';
import { PANEL_NAMES, type CommonRequest, type KeptState, type PageMessage } from './protocol';

/** For the host only: pages come without zod. A page shows texts of strangers, so nothing that it asks is trusted. */

const place = z.strictObject({ file: z.string().max(4096), line: z.int().positive().optional() });

export const commonRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('openFile'), place }),
  z.strictObject({ kind: z.literal('openLink'), href: z.string().max(4096), from: z.string().max(4096) }),
  z.strictObject({ kind: z.literal('openCommit'), commit: z.string().regex(/^[0-9a-f]{4,64}$/i) }),
  z.strictObject({
    kind: z.literal('openPanel'),
    panel: z.enum(PANEL_NAMES),
    item: z.string().max(1000).optional(),
  }),
  z.strictObject({ kind: z.literal('refresh') }),
]) satisfies z.ZodType<CommonRequest>;

/** The message of a page whose requests have this form. */
export function pageMessage<Request>(request: z.ZodType<Request>): z.ZodType<PageMessage<Request>> {
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('ready') }),
    z.strictObject({ type: z.literal('request'), id: z.int().nonnegative(), request }),
  ]);
}

/** What VS Code gives back after a reload: another version of the extension may have written it. */
export const keptState = z.object({
  version: z.literal(1),
  subject: z.object({
    root: z.string().min(1).max(4096),
    key: z.string().min(1).max(4096),
    item: z.string().max(1000).optional(),
  }),
}) satisfies z.ZodType<KeptState<unknown>>;
