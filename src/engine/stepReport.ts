import { isAbsolute, join } from 'node:path';
import type { LoopState } from '../model/loopState';
import type { Track } from '../model/track';
import type { Escalation } from '../rules/evaluateLoop';
import type { AgentCommand, AgentInvocation } from './ports';
import { reportVersion, trackReport } from './statusReport';
import type { StepDone } from './stepDone';
import type { StepPreview } from './stepPreview';

/** What `conductor step --json` prints; keys are only ever added within one `version`. */
export interface StepReport {
  readonly version: typeof reportVersion;
  readonly track: string;
  readonly dryRun: boolean;
  /** `dispatch`, `resume`, `advance`, `unblock`, `complete`, `escalate`, `record`. */
  readonly action: string;
  /** The rule in a sentence, and the row of the transition table that holds it. */
  readonly why: string;
  readonly row: string | null;
  /** The loop afterwards; for a dry run without an outcome as it is now. */
  readonly step: string | null;
  readonly stepStatus: string | null;
  readonly fixCycle: { readonly count: number | null; readonly max: number | null };
  /** `what` is told before it is done. */
  readonly changes: readonly { readonly file: string; readonly what: string | null }[];
  /** The exact command of the agent. */
  readonly command: Pick<AgentInvocation, 'executable' | 'args' | 'cwd'> | null;
  /** Null: no agent ran, or it was killed. */
  readonly agentExitCode: number | null;
  readonly escalation: Pick<Escalation, 'trigger' | 'description' | 'context' | 'options'> | null;
  readonly warnings: readonly string[];
}

/** What a step would do. */
export function stepPreviewReport(track: Track, preview: StepPreview): StepReport {
  const { step, stepStatus, fixCycle } = trackReport(track);
  return {
    version: reportVersion,
    track: track.id,
    dryRun: true,
    action: preview.next.kind,
    why: preview.next.why,
    row: preview.next.row ?? null,
    step,
    stepStatus,
    fixCycle,
    changes: preview.changes.map(({ file, what }) => ({
      file: isAbsolute(file) ? file : join(track.root, file),
      what,
    })),
    command: commandReport(preview.command),
    agentExitCode: null,
    escalation: escalationReport(preview.next.escalation),
    warnings: [
      ...preview.warnings,
      ...(preview.asks.includes('businessSync')
        ? [
            'The files do not say whether business documents must be synced first. If so, say --business-sync.',
          ]
        : []),
    ],
  };
}

const actionOf: Readonly<Record<StepDone['did'], string>> = {
  dispatched: 'dispatch',
  resumed: 'resume',
  advanced: 'advance',
  unblocked: 'unblock',
  escalated: 'escalate',
  recorded: 'record',
  completed: 'complete',
};

/** What a step did. */
export function stepDoneReport(track: Track, done: StepDone): StepReport {
  return {
    version: reportVersion,
    track: track.id,
    dryRun: false,
    action: actionOf[done.did],
    why: done.why,
    row: done.row === '' ? null : done.row,
    ...loopReport(done.loop),
    changes: done.files.map((file) => ({ file, what: null })),
    command: commandReport(done.agent?.command),
    agentExitCode: null,
    escalation: escalationReport(done.escalation),
    warnings: done.warnings,
  };
}

/** One report of two steps, the second of which followed from the first. */
export function joinedReport(first: StepReport, second: StepReport): StepReport {
  const files = new Map([...first.changes, ...second.changes].map((change) => [change.file, change]));
  return {
    ...second,
    why: `${first.why} ${second.why}`,
    row: [first.row, second.row].filter((row) => row !== null).join(', ') || null,
    changes: [...files.values()],
    command: second.command ?? first.command,
    agentExitCode: second.agentExitCode ?? first.agentExitCode,
    warnings: [...first.warnings, ...second.warnings],
  };
}

function loopReport(loop: LoopState): Pick<StepReport, 'step' | 'stepStatus' | 'fixCycle'> {
  return {
    step: loop.step,
    stepStatus: loop.stepStatus,
    fixCycle: { count: loop.fixCycleCount, max: loop.maxFixCycles },
  };
}

function commandReport(command: AgentCommand | undefined): StepReport['command'] {
  // A chat has no command line; none is ever asked for where this report is printed.
  return command && !('chat' in command)
    ? { executable: command.executable, args: command.args, cwd: command.cwd }
    : null;
}

function escalationReport(escalation: Escalation | undefined): StepReport['escalation'] {
  if (!escalation) return null;
  const { trigger, description, context, options } = escalation;
  return { trigger, description, context, options };
}
