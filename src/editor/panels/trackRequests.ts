import * as z from 'zod';
import { settableMarkers } from '../../model/marker';
import type { RepairKind } from '../../model/problem';
import { drawnSteps } from '../../panels/track/words';
import { trackCommands, type TrackRequest } from '../../shared/trackModel';

const repairs = [
  'registerTrack',
  'updateRegistryStatus',
  'updateMetadataStatus',
  'createMetadata',
  'removeStaleLock',
] as const satisfies readonly RepairKind[];

/** What the Track panel's page may ask. */
export const trackRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), command: z.enum(trackCommands) }),
  z.strictObject({
    kind: z.literal('mark'),
    task: z.string().min(1).max(2000),
    marker: z.enum(settableMarkers),
    asked: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('repair'), repair: z.enum(repairs), file: z.string().max(4096) }),
  z.strictObject({ kind: z.literal('resolve'), item: z.string().max(8192), action: z.int().min(0).max(99) }),
  z.strictObject({ kind: z.literal('openStep'), step: z.enum(drawnSteps) }),
]) satisfies z.ZodType<TrackRequest>;
