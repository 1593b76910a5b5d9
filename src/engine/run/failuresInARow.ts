import type { LoopStep } from '../../model/loopState';
import type { RunEntry } from './runEntry';

export interface Failure {
  /** Id of its job: names its output. */
  readonly agent: string;
  readonly why: string;
}

/** Who does no step. */
const besideSteps: ReadonlySet<string> = new Set(['director', 'lead', 'knowledge-manager']);

/**
 * Why the last agents of a step failed, oldest first: those of the present run since one of them last did not fail, an
 * agent of another step was started, or a person answered that they should try again.
 */
export function failuresInARow(entries: readonly RunEntry[], step: LoopStep): Failure[] {
  const stepOfAgent = new Map<string, string | undefined>();
  let runId: string | undefined;
  let failures: Failure[] = [];
  for (const entry of entries) {
    switch (entry.kind) {
      case 'run-started':
        if (entry.runId !== runId) failures = [];
        runId = entry.runId;
        break;
      case 'intent':
        if (entry.task !== undefined || besideSteps.has(entry.role ?? '')) break;
        stepOfAgent.set(entry.workerId, entry.step);
        if (entry.step !== step) failures = [];
        break;
      case 'ended':
        if (!stepOfAgent.has(entry.workerId) || stepOfAgent.get(entry.workerId) !== step) break;
        if (entry.outcome === 'failed' && entry.how === 'exited')
          failures.push({ agent: entry.workerId, why: entry.why ?? 'it gave no reason' });
        else if (entry.outcome !== 'failed') failures = [];
        break;
      case 'answered':
        if (entry.question.startsWith(`agent-failed:${step}`)) failures = [];
        break;
      default:
    }
  }
  return failures;
}
