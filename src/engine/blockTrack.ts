import type { JsonChange } from '../files/jsonEdit';
import type { EditRefusal } from '../model/edit';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import { applyEvent, type EscalationTrigger } from '../rules/evaluateLoop';
import { statusCategory } from '../rules/trackGroup';
import { escalate } from './escalation/escalate';
import { releaseStep } from './escalation/releaseStep';
import { editLoop, written, type LoopResult } from './loopEdit';
import { editMetadata, metadataFileOf, statusKey, touched } from './metadataEdit';
import type { Ports } from './ports';
import { followRegistryStatus } from './registryRow';

export interface BlockOptions {
  /** Why the track is blocked, for whoever is to resolve it. */
  readonly description: string;
  /** Default `blocker`; `user-only-decision` and others are escalations. */
  readonly trigger?: EscalationTrigger;
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

export interface UnblockOptions {
  /** What resolved it. */
  readonly reason: string;
  /** One blocker; default: all active ones. */
  readonly blockerId?: string;
  /** Resolve a reached fix limit by allowing one cycle more. */
  readonly allowFixCycle?: boolean;
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

/** What a change of a track's state wrote. */
export type TrackChangeResult =
  | { readonly why: string; readonly files: readonly string[]; readonly warnings: readonly string[] }
  | { readonly refused: EditRefusal };

/**
 * Blocks a track by hand: an ACTIVE entry in `blockers[]`, the step BLOCKED, and who did it why in step_history
 * (spec 003, "Any / BLOCKED"). A track without a loop gets status `blocked` and remembers the one before under
 * `blocked_from`. Refuses an empty description (`reason-empty`), and what the machine or the editor refuses.
 */
export async function blockTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: BlockOptions,
): Promise<TrackChangeResult> {
  const description = o.description.trim();
  if (description === '') return { refused: reasonEmpty('blocked') };
  return escalate(ports, track, [{ trigger: o.trigger ?? 'blocker', description }], {
    byPerson: true,
    ...(o.registryFile === undefined ? {} : { registryFile: o.registryFile }),
    ...(o.signal ? { signal: o.signal } : {}),
  });
}

/**
 * Resolves blockers (RESOLVED, resolved_at, resolution). When none is left a blocked step goes back to NOT_STARTED, so
 * that it can be dispatched again. A reached fix limit is resolved only with `allowFixCycle`, or by setting the step:
 * otherwise refuses `fix-cycle-limit`. Refuses `not-blocked` when there is nothing to resolve.
 */
export async function unblockTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: UnblockOptions,
): Promise<TrackChangeResult> {
  const reason = o.reason.trim();
  if (reason === '') return { refused: reasonEmpty('unblocked') };
  const at = ports.clock().toISOString();
  const signal = o.signal ? { signal: o.signal } : {};
  if (track.loop) {
    const outcome = await editLoop(
      ports,
      track,
      ({ metadata, loop, facts }): LoopResult | { refused: EditRefusal } => {
        const found = resolvedChanges(metadata, o.blockerId, reason, at);
        if (found.unknown) return { refused: unknownBlocker(track, found.unknown) };
        const rest = {
          ...facts,
          activeBlockers: facts.activeBlockers.filter(({ id }) => !found.ids.has(id)),
        };
        const history = { reason, by: 'person' as const };
        if (o.allowFixCycle) {
          const result = applyEvent(loop, rest, { kind: 'allowFixCycle', at });
          return 'refused' in result
            ? result
            : written(result, metadata, at, { history, extra: found.changes });
        }
        const isBlocked = loop.stepStatus === 'BLOCKED' || loop.stepStatus === 'ESCALATE';
        if (isBlocked && rest.activeBlockers.length === 0) {
          const result = releaseStep(loop, rest, metadata, at);
          return 'refused' in result
            ? result
            : written(result, metadata, at, { history, extra: found.changes });
        }
        if (found.changes.length === 0) return { refused: notBlocked(track) };
        const left = rest.activeBlockers.length;
        return {
          loop,
          row: `${loop.step}/${loop.stepStatus} + blocker resolved`,
          why:
            left > 0
              ? `${left} more blockers are active, so ${loop.step} stays as it is.`
              : 'The blocker is resolved.',
          completed: false,
          extra: found.changes,
          history,
        };
      },
      { at, ...signal },
    );
    if ('refused' in outcome) return outcome;
    return { why: outcome.why, files: outcome.changed ? [metadataFileOf(track)] : [], warnings: [] };
  }
  let restored: string | undefined;
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      const found = resolvedChanges(metadata, o.blockerId, reason, at);
      if (found.unknown) return { refused: unknownBlocker(track, found.unknown) };
      const left = metadata.blockers.filter((blocker) => blocker.active && !found.ids.has(blocker.id));
      const status = left.length === 0 ? restoredStatus(metadata, 'blocked_from', 'blocked') : [];
      if (found.changes.length === 0 && status.length === 0) return { refused: notBlocked(track) };
      restored = status.find(({ path }) => path[0] === statusKey(metadata))?.value as string | undefined;
      return [...found.changes, ...status, ...touched(metadata, at)];
    },
    signal,
  );
  if ('refused' in outcome) return outcome;
  return finish(
    ports,
    track,
    `${track.id} is not blocked any more: ${reason}`,
    outcome.changed,
    { before: 'blocked', after: restored },
    o.registryFile,
  );
}

/** Puts back the status that was remembered under `key`, if the status is still the one that replaced it. */
export function restoredStatus(
  metadata: Metadata,
  key: string,
  replaced: 'blocked' | 'paused',
): JsonChange[] {
  if (metadata.status === undefined || statusCategory(metadata.status) !== replaced) return [];
  const before = metadata.raw[key];
  return [
    { path: [statusKey(metadata)], value: typeof before === 'string' ? before : 'in_progress' },
    ...(key in metadata.raw ? [{ path: [key], value: undefined }] : []),
  ];
}

/**
 * What resolves the active blockers of a track, all or one of them; which ones, and the id that is none of them. `more`
 * is written beside it.
 */
export function resolvedChanges(
  metadata: Metadata,
  only: string | undefined,
  reason: string,
  at: string,
  more: Readonly<Record<string, unknown>> = {},
): { readonly changes: JsonChange[]; readonly ids: ReadonlySet<string>; readonly unknown?: string } {
  const wanted = metadata.blockers.filter(
    (blocker) => blocker.active && (only === undefined || blocker.id === only),
  );
  const ids = new Set(wanted.map(({ id }) => id));
  if (only !== undefined && wanted.length === 0) return { changes: [], ids, unknown: only };
  const raw = metadata.raw['blockers'];
  const entries: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const changes = wanted.flatMap((blocker): JsonChange[] => {
    const index = placeOfBlocker(entries, blocker.id, blocker.description);
    if (index < 0) return [];
    const entry = entries[index];
    if (typeof entry !== 'object' || entry === null) {
      // A blocker that is a mere text has no place for its end: it becomes an entry that keeps the text.
      return [
        {
          path: ['blockers', index],
          value: {
            id: blocker.id,
            description: blocker.description,
            status: 'RESOLVED',
            resolved_at: at,
            resolution: reason,
            ...more,
          },
        },
      ];
    }
    return [
      { path: ['blockers', index, 'status'], value: 'RESOLVED' },
      { path: ['blockers', index, 'resolved_at'], value: at },
      { path: ['blockers', index, 'resolution'], value: reason },
      ...Object.entries(more).map(([key, value]) => ({ path: ['blockers', index, key], value })),
    ];
  });
  return { changes, ids };
}

/** Where a blocker stands in the file: by its own id, by its text, or by the place that its id was made from. */
export function placeOfBlocker(entries: readonly unknown[], id: string, description: string): number {
  const byId = entries.findIndex(
    (entry) => typeof entry === 'object' && entry !== null && 'id' in entry && entry.id === id,
  );
  if (byId >= 0) return byId;
  const made = Number(/^blocker-(\d+)$/.exec(id)?.[1] ?? 0) - 1;
  if (made >= 0 && made < entries.length) return made;
  return entries.indexOf(description);
}

async function finish(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  why: string,
  changed: boolean,
  status: { readonly before: string | undefined; readonly after: string | undefined },
  registryFile: string | undefined,
): Promise<TrackChangeResult> {
  const row = await followRegistryStatus(ports, track, status, registryFile);
  return {
    why,
    files: [...(changed ? [metadataFileOf(track)] : []), ...(row.file === undefined ? [] : [row.file])],
    warnings: row.warning === undefined ? [] : [row.warning],
  };
}

function reasonEmpty(what: string): EditRefusal {
  return { code: 'reason-empty', message: `Say why the track is ${what}: others will read it.` };
}

function notBlocked(track: Track): EditRefusal {
  return { code: 'not-blocked', message: `${track.id} has no active blocker.` };
}

function unknownBlocker(track: Track, id: string): EditRefusal {
  return { code: 'blocker-not-found', message: `${track.id} has no active blocker “${id}” (any more).` };
}
