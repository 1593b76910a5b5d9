import type { EditRefusal } from '../model/edit';
import type { Track } from '../model/track';
import { applyEvent, nextAction, type NextAction } from '../rules/evaluateLoop';
import { nextActionOf } from '../rules/nextAction';
import { completeTrack } from './completeTrack';
import { editLoop, withBusinessSync, written, type CurrentLoop } from './loopEdit';
import { loopRunning } from './run/loopRunning';
import { NodeProcesses } from './run/processes';
import { AgentStartError, type Ports } from './ports';
import { recordOutcome } from './recordOutcome';
import { recordStart } from './recordStart';
import { stepCommand, type StepSettings } from './stepCommand';
import { stepDone, type StepResult } from './stepDone';
import { stepRefusal } from './stepPreview';
import { untouchedSpecText } from './untouchedSpec';

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

/**
 * Takes one step of the evaluate-loop (spec 003, "State Machine Transitions"), or records the outcome of the present
 * one. Each change is one write of metadata.json on its current text, then the track's row in tracks.md.
 *
 * Refuses without writing: `no-loop`, `archived`, `no-folder`, `paused`, `state-moved`, `waits-for-person`,
 * `nothing-to-do`, `not-understood`, `metadata-invalid`, `agent-not-found`, `agent-untrusted`, `agent-cancelled`,
 * `agent-failed`, `loop-running`, and what the machine or the editor refuses.
 */
export async function stepLoop(ports: Ports, track: Track, o: StepOptions = {}): Promise<StepResult> {
  const next = nextActionOf(track);
  const refused = stepRefusal(track, next, o.outcome !== undefined);
  if (refused) return { refused };
  if (o.outcome) return recordOutcome(ports, track, { ...o, outcome: o.outcome });
  return next.kind === 'dispatch' || next.kind === 'resume'
    ? dispatch(ports, track, next, o)
    : goOn(ports, track, next, o);
}

/** The same where no agent has to be started: refuses `needs-agent` otherwise. */
export async function stepWithoutAgent(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: Omit<StepOptions, 'outcome'> = {},
): Promise<StepResult> {
  const next = nextActionOf(track);
  const refused = stepRefusal(track, next);
  if (refused) return { refused };
  return next.kind === 'dispatch' || next.kind === 'resume'
    ? { refused: { code: 'needs-agent', message: next.why } }
    : goOn(ports, track, next, o);
}

function goOn(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  next: NextAction,
  o: StepOptions,
): Promise<StepResult> {
  return next.kind === 'complete' ? complete(ports, track, next, o) : advance(ports, track, next, o);
}

// --- the ways a step can go ---

async function dispatch(ports: Ports, track: Track, next: NextAction, o: StepOptions): Promise<StepResult> {
  const command = stepCommand(track, next, o);
  if (!command) throw new Error(`${next.kind} without a command.`);
  const running = await loopRunning(track, new NodeProcesses());
  if (running) return { refused: running };
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
  const did = next.kind === 'resume' ? 'resumed' : 'dispatched';
  const said = o.isSpecUntouched ? [untouchedSpecText] : [];
  const result = await recordStart(ports, track, next.agent, { ...o, did });
  if ('refused' in result) {
    // An agent that writes its own start has moved the state; that is what the protocol asks of it.
    const itself = result.refused.code === 'state-moved';
    return {
      did,
      row: next.row ?? '',
      why: next.why,
      loop: track.loop!,
      files: [],
      warnings: itself
        ? said
        : [...said, `The agent runs, but IN_PROGRESS could not be written: ${result.refused.message}`],
      agent,
    };
  }
  return { ...result, warnings: [...said, ...result.warnings], agent };
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

async function advance(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  next: NextAction,
  o: StepOptions,
): Promise<StepResult> {
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
  return stepDone(ports, track, did, outcome, o);
}

async function complete(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  next: NextAction,
  o: StepOptions,
): Promise<StepResult> {
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
    return stepDone(ports, track, 'advanced', outcome, o);
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

// --- helpers ---

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
