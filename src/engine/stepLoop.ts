import type { EditRefusal } from '../model/edit';
import type { Checkpoint, LoopState } from '../model/loopState';
import type { Track } from '../model/track';
import {
  applyEvent,
  nextAction,
  type Escalation,
  type LoopEvent,
  type NextAction,
} from '../rules/evaluateLoop';
import { businessSyncKnown, loopFactsOf, nextActionOf } from '../rules/nextAction';
import { openTasks } from '../rules/progress';
import { completeTrack } from './completeTrack';
import {
  editLoop,
  noLoop,
  sameState,
  withBusinessSync,
  written,
  type CurrentLoop,
  type LoopEditOutcome,
} from './loopEdit';
import { metadataFileOf, trackRefusal } from './metadataEdit';
import { AgentStartError, type AgentExit, type AgentInvocation, type Ports } from './ports';
import { updateRegistryRow } from './registryRow';
import { stepCommand, type StepSettings } from './stepCommand';

/** What one step would do, and why, before anything is done. */
export interface StepPreview {
  readonly next: NextAction;
  /** The exact command, when an agent would be started. */
  readonly command?: AgentInvocation;
  /** What would be written where, a sentence each. */
  readonly changes: readonly { readonly file: string; readonly what: string }[];
  /** What a person should say first. `businessSync`: the files do not say whether business documents must be synced. */
  readonly asks: readonly 'businessSync'[];
  /** Conditions of the board that a passed evaluation vouches for. */
  readonly boardConditions: readonly string[];
  readonly warnings: readonly string[];
  /** Why stepping would be refused. */
  readonly refused?: EditRefusal;
}

export interface StepOptions extends StepSettings {
  /** Record this outcome of the present step instead of stepping. */
  readonly outcome?: 'passed' | 'failed';
  readonly reasons?: readonly string[];
  /** A person's answer where the files do not say. */
  readonly businessSync?: boolean;
  /** Board conditions that a person found unmet: then a passed evaluation counts as failed. */
  readonly unmetBoardConditions?: readonly string[];
  /** Who reports the outcome. Default: a person. */
  readonly by?: 'person' | 'agent';
  readonly signal?: AbortSignal;
}

export interface StepDone {
  readonly did: 'dispatched' | 'resumed' | 'advanced' | 'unblocked' | 'escalated' | 'recorded' | 'completed';
  readonly row: string;
  readonly why: string;
  /** The loop as it was written. */
  readonly loop: LoopState;
  /** Absolute paths of the files that changed, in the order of writing. */
  readonly files: readonly string[];
  /** What was not written though it should have been; it shows as drift until it is repaired. */
  readonly warnings: readonly string[];
  readonly escalation?: Escalation;
  /** The agent that was started. `finished` settles when it ends. */
  readonly agent?: { readonly command: AgentInvocation; readonly finished: Promise<AgentExit> };
}

export type StepResult = StepDone | { readonly refused: EditRefusal };

/** What `Conductor: Step Loop` would do now and why: action, exact command, file changes. Writes nothing. */
export function previewStep(track: Track, settings: StepSettings = {}): StepPreview {
  const next = nextActionOf(track);
  const refused = stepRefusal(track, next);
  const command = refused ? undefined : stepCommand(track, next, settings);
  const open = openTasks(track.progress);
  const evaluating = track.loop?.step === 'EVALUATE_EXECUTION';
  return {
    next,
    ...(command ? { command } : {}),
    changes: refused ? [] : changesOf(track, next),
    asks:
      evaluating && next.kind === 'complete' && businessSyncKnown(track.loop) === undefined
        ? ['businessSync']
        : [],
    boardConditions: evaluating ? (track.metadata?.boardConditions ?? []) : [],
    warnings: [
      ...(next.kind === 'resume'
        ? [
            `${next.step} is ${track.loop?.stepStatus}${track.loop?.stepStartedAt === undefined ? '' : ` since ${track.loop.stepStartedAt}`}: if its agent still runs, this starts a second one.`,
          ]
        : []),
      ...(next.kind === 'complete' && open > 0
        ? [`plan.md still has ${open} open ${open === 1 ? 'task' : 'tasks'}.`]
        : []),
      ...(track.documents.metadata === undefined && track.loop
        ? ['metadata.json does not exist; it will be created, with the step inferred from plan.md.']
        : []),
    ],
    ...(refused ? { refused } : {}),
  };
}

/**
 * Takes one step of the evaluate-loop (spec 003, "State Machine Transitions"), or records the outcome of the present
 * one. Each change is one write of metadata.json on its current text, then the track's row in tracks.md.
 *
 * Refuses without writing: `no-loop`, `archived`, `no-folder`, `paused`, `state-moved`, `waits-for-person`,
 * `nothing-to-do`, `not-understood`, `metadata-invalid`, `agent-not-found`, `agent-untrusted`, `agent-cancelled`,
 * `agent-failed`, and what the machine or the editor refuses.
 */
export async function stepLoop(ports: Ports, track: Track, o: StepOptions = {}): Promise<StepResult> {
  const next = nextActionOf(track);
  const refused = stepRefusal(track, next, o.outcome !== undefined);
  if (refused) return { refused };
  if (o.outcome) return recordOutcome(ports, track, { ...o, outcome: o.outcome });
  switch (next.kind) {
    case 'dispatch':
    case 'resume':
      return dispatch(ports, track, next, o);
    case 'complete':
      return complete(ports, track, next, o);
    default:
      return advance(ports, track, next, o);
  }
}

/**
 * Records what became of the present step, then goes where that leads (next step, or escalation), in one write:
 * spec 003, "Checkpoint Update Protocol". Completing a track stays a step of its own.
 */
export async function recordOutcome(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: Omit<StepOptions, 'outcome'> & { readonly outcome: 'passed' | 'failed' | 'skipped' },
): Promise<StepResult> {
  const at = ports.clock().toISOString();
  const reasons = o.reasons ?? [];
  const by = o.by ?? 'person';
  const outcome = await editLoop(
    ports,
    track,
    (current) => {
      const facts = {
        ...current.facts,
        unmetBoardConditions: o.unmetBoardConditions ?? current.facts.unmetBoardConditions,
      };
      const event = outcomeEvent(o, reasons, at);
      const recorded = applyEvent(current.loop, facts, event);
      if ('refused' in recorded) return recorded;
      const history = {
        reason: reasons.length > 0 ? reasons.join('; ') : `${current.loop.step} ${o.outcome}`,
        by,
      };
      const then = nextAction(recorded.loop, facts);
      const limit =
        then.escalation?.trigger === 'fix-cycle-limit' || then.escalation?.trigger === 'plan-revision-limit';
      if (then.kind !== 'advance' && !limit) return written(recorded, current.metadata, at, { history });
      const moved = applyEvent(recorded.loop, facts, { kind: 'advance', at });
      // The outcome holds even where a person has to say what comes next.
      if ('refused' in moved) return written(recorded, current.metadata, at, { history });
      return written(
        { ...moved, row: `${recorded.row}, ${moved.row}`, why: `${recorded.why} ${moved.why}` },
        current.metadata,
        at,
        { history },
      );
    },
    { at, ...(o.signal ? { signal: o.signal } : {}) },
  );
  return done(ports, track, 'recorded', outcome, o);
}

/**
 * What the files say about an agent's run after it has ended (DESIGN §7: metadata first). `before` is the loop as it
 * was written when the agent started, `now` the loop as it is read after the end. Undefined: nobody wrote an outcome,
 * ask a person.
 */
export function outcomeAfterAgent(
  before: LoopState,
  now: LoopState | undefined,
):
  | { readonly outcome: 'moved' | 'passed' | 'failed' | 'skipped'; readonly reasons: readonly string[] }
  | undefined {
  if (!now) return undefined;
  const checkpoint = now.checkpoints[before.step];
  const reasons = checkpoint?.failureReasons ?? [];
  // What stood there before the start says nothing about this run.
  const untouched = sameCheckpoint(checkpoint, before.checkpoints[before.step]);
  if (untouched && sameState(now, before)) return undefined;
  // The agent took the next step itself, as the protocol asks.
  if (now.step !== before.step || now.stepStatus !== 'IN_PROGRESS') return { outcome: 'moved', reasons };
  if (untouched) return undefined;
  switch (checkpoint?.status) {
    case 'PASSED':
      return { outcome: 'passed', reasons };
    case 'FAILED':
    case 'PARTIAL_FAIL':
      return { outcome: 'failed', reasons };
    case 'SKIPPED':
      return { outcome: 'skipped', reasons };
    default:
      return undefined;
  }
}

function sameCheckpoint(a: Checkpoint | undefined, b: Checkpoint | undefined): boolean {
  return a?.status === b?.status && a?.completedAt === b?.completedAt && a?.lastUpdated === b?.lastUpdated;
}

// --- the ways a step can go ---

async function dispatch(ports: Ports, track: Track, next: NextAction, o: StepOptions): Promise<StepResult> {
  const command = stepCommand(track, next, o);
  if (!command) throw new Error(`${next.kind} without a command.`);
  // Before a process starts: is the state still the one that was shown? Nothing is written yet.
  const looked = await look(ports, track, next, o);
  if (looked) return { refused: looked };

  let started;
  try {
    started = await ports.agents.start(command, o.signal);
  } catch (error) {
    if (error instanceof AgentStartError) {
      return { refused: { code: `agent-${error.code}`, message: error.message } };
    }
    throw error;
  }
  // The process runs: from here on nothing is refused any more, and a cancelled signal comes too late.
  const agent = { command, finished: started.finished };
  const at = ports.clock().toISOString();
  const did = next.kind === 'resume' ? 'resumed' : 'dispatched';
  const outcome = await editLoop(
    ports,
    track,
    (current) => {
      const result = applyEvent(current.loop, current.facts, {
        kind: 'started',
        at,
        ...(next.agent ? { agent: next.agent } : {}),
      });
      return 'refused' in result ? result : written(result, current.metadata, at);
    },
    { at },
  );
  if ('refused' in outcome) {
    // An agent that writes its own start has moved the state; that is what the protocol asks of it.
    const itself = outcome.refused.code === 'state-moved';
    return {
      did,
      row: next.row ?? '',
      why: next.why,
      loop: track.loop!,
      files: [],
      warnings: itself
        ? []
        : [`The agent runs, but IN_PROGRESS could not be written: ${outcome.refused.message}`],
      agent,
    };
  }
  const result = await done(ports, track, did, outcome, o);
  return 'refused' in result ? result : { ...result, agent };
}

/** Refuses when metadata.json is not what the person saw, or the machine would now do something else. */
async function look(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  next: NextAction,
  o: StepOptions,
): Promise<EditRefusal | undefined> {
  if (track.documents.metadata === undefined) return undefined;
  const unchanged = 'still-so';
  const outcome = await editLoop(
    ports,
    track,
    (current) => movedRow(track, current, next) ?? { refused: { code: unchanged, message: '' } },
    { at: '', ...(o.signal ? { signal: o.signal } : {}) },
  );
  return 'refused' in outcome && outcome.refused.code !== unchanged ? outcome.refused : undefined;
}

async function advance(ports: Ports, track: Track, next: NextAction, o: StepOptions): Promise<StepResult> {
  const at = ports.clock().toISOString();
  const outcome = await editLoop(
    ports,
    track,
    (current) => {
      const moved = movedRow(track, current, next);
      if (moved) return moved;
      const result = applyEvent(current.loop, current.facts, { kind: 'advance', at });
      return 'refused' in result ? result : written(result, current.metadata, at);
    },
    { at, ...(o.signal ? { signal: o.signal } : {}) },
  );
  const did = next.kind === 'escalate' ? 'escalated' : next.kind === 'unblock' ? 'unblocked' : 'advanced';
  return done(ports, track, did, outcome, o);
}

async function complete(ports: Ports, track: Track, next: NextAction, o: StepOptions): Promise<StepResult> {
  if (o.businessSync === true && track.loop?.step === 'EVALUATE_EXECUTION') {
    const at = ports.clock().toISOString();
    const outcome = await editLoop(
      ports,
      track,
      (current) => {
        const moved = movedRow(track, current, next);
        if (moved) return moved;
        const result = applyEvent(withBusinessSync(current.loop, true), current.facts, {
          kind: 'advance',
          at,
        });
        return 'refused' in result ? result : written(result, current.metadata, at);
      },
      { at, ...(o.signal ? { signal: o.signal } : {}) },
    );
    return done(ports, track, 'advanced', outcome, o);
  }
  const result = await completeTrack(ports, track, {
    ...(o.businessSync === undefined ? {} : { businessSync: o.businessSync }),
    ...(o.registryFile === undefined ? {} : { registryFile: o.registryFile }),
    ...(o.signal ? { signal: o.signal } : {}),
  });
  if ('refused' in result) return result;
  return {
    did: 'completed',
    row: next.row ?? '',
    why: next.why,
    loop: result.loop ?? track.loop!,
    files: result.files,
    warnings: result.warnings,
  };
}

async function done(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  did: StepDone['did'],
  outcome: LoopEditOutcome,
  o: StepSettings,
): Promise<StepResult> {
  if ('refused' in outcome) return outcome;
  const row = await updateRegistryRow(
    ports,
    track,
    {
      ...(track.entry?.step === undefined ? {} : { step: outcome.loop.step }),
      ...(isNew(track) ? { marker: 'doing' as const, status: 'in_progress' } : {}),
    },
    o.registryFile,
  );
  return {
    did: outcome.escalation ? 'escalated' : did,
    row: outcome.row,
    why: outcome.why,
    loop: outcome.loop,
    files: [
      ...(outcome.changed ? [metadataFileOf(track)] : []),
      ...(row.file === undefined ? [] : [row.file]),
    ],
    warnings: row.warning === undefined ? [] : [row.warning],
    ...(outcome.escalation ? { escalation: outcome.escalation } : {}),
  };
}

// --- helpers ---

/** The entry still says that nobody has begun. */
function isNew(track: Track): boolean {
  return (
    track.entry?.marker === 'todo' ||
    /^[`*_\s]*(?:new|planned|pending|todo|not[ _-]started)[`*_\s]*$/i.test(track.entry?.status ?? '')
  );
}

function stepRefusal(track: Track, next: NextAction, outcome = false): EditRefusal | undefined {
  const never = trackRefusal(track);
  if (never) return never;
  const { metadata: file } = track.documents;
  const invalid = track.problems.find((problem) => problem.file === file && problem.code === 'json-invalid');
  if (file !== undefined && (!track.metadata || invalid)) {
    return {
      code: 'metadata-invalid',
      message: `${file} cannot be read, so nothing is written to it. ${invalid?.message ?? 'Correct it first.'}`,
    };
  }
  if (!track.loop) return { ...noLoop(track), message: `${noLoop(track).message} Next: ${next.why}` };
  // nextActionOf says `none` for a paused track as for a state that the machine does not know.
  if (next.kind === 'none' && next.row === undefined) return { code: 'paused', message: next.why };
  if (outcome) return undefined;
  if (next.kind === 'none') return { code: 'not-understood', message: next.why };
  if (next.kind === 'done') return { code: 'nothing-to-do', message: next.why };
  if (next.recorded) return { code: 'waits-for-person', message: next.why };
  return undefined;
}

/** The state is the same, but something else about the track makes the machine decide otherwise now. */
function movedRow(
  track: Track,
  current: CurrentLoop,
  next: NextAction,
): { readonly refused: EditRefusal } | undefined {
  const now = nextAction(current.loop, current.facts);
  if (now.row === next.row) return undefined;
  return {
    refused: {
      code: 'state-moved',
      message: `${track.id} has changed: by now the next action is “${now.why}” Nothing was done; look again and repeat.`,
    },
  };
}

function outcomeEvent(
  o: { readonly outcome: 'passed' | 'failed' | 'skipped'; readonly businessSync?: boolean },
  reasons: readonly string[],
  at: string,
): LoopEvent {
  switch (o.outcome) {
    case 'failed':
      return { kind: 'failed', reasons, at };
    case 'skipped':
      return { kind: 'skipped', at, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) };
    case 'passed':
      return {
        kind: 'passed',
        at,
        ...(reasons.length > 0 ? { notes: reasons.join('; ') } : {}),
        ...(o.businessSync === undefined ? {} : { businessSync: o.businessSync }),
      };
  }
}

function changesOf(track: Track, next: NextAction): { readonly file: string; readonly what: string }[] {
  const file = metadataFileOf(track);
  const loop = track.loop;
  if (!loop) return [];
  switch (next.kind) {
    case 'dispatch':
    case 'resume':
      return [{ file, what: `${next.step} becomes IN_PROGRESS, once the agent has really started.` }];
    case 'advance': {
      const facts = loopFactsOf(track);
      const result = applyEvent(loop, facts, { kind: 'advance', at: '' });
      const counted =
        'loop' in result && result.loop.fixCycleCount !== loop.fixCycleCount
          ? ` Fix cycle ${result.loop.fixCycleCount} of ${result.loop.maxFixCycles} is counted.`
          : '';
      return [
        {
          file,
          what: `${loop.writtenStep} / ${loop.writtenStepStatus} becomes ${next.to} / NOT_STARTED.${counted}`,
        },
      ];
    }
    case 'unblock':
      return [{ file, what: `${loop.step} goes back to NOT_STARTED.` }];
    case 'escalate':
      return [
        { file, what: `${next.step} becomes BLOCKED, with an entry in blockers that says what is asked.` },
      ];
    case 'complete':
      return [
        { file, what: 'status becomes complete, the loop COMPLETE / PASSED.' },
        { file: 'tracks.md', what: 'the entry of the track says complete.' },
        { file: 'index.md', what: 'the track moves to the recent completions, where the file has them.' },
      ];
    default:
      return [];
  }
}
