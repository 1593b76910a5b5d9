import type { LoopState } from '../model/loopState';

/** A gate that the loop has passed and is about to leave behind. */
export interface GateAhead {
  readonly gate: 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION';
  /** The same for one evaluation, whoever asks and how often; another one for the next round. */
  readonly key: string;
  readonly what: string;
}

/**
 * The evaluation that has passed and after which nothing has begun yet: where a person who confirms gates is asked.
 * Also when the evaluator has already written the next step itself.
 */
export function gateAhead(loop: LoopState): GateAhead | undefined {
  const ahead = (gate: GateAhead['gate'], what: string): GateAhead | undefined => {
    const checkpoint = loop.checkpoints[gate];
    if (checkpoint?.status !== 'PASSED') return undefined;
    const round = checkpoint.completedAt ?? checkpoint.lastUpdated ?? checkpoint.startedAt ?? '';
    return { gate, key: `gate:${gate}:${loop.fixCycleCount}:${loop.planRevisionCount}:${round}`, what };
  };
  const at = (step: LoopState['step'], status: LoopState['stepStatus']): boolean =>
    loop.step === step && loop.stepStatus === status;
  if (at('EVALUATE_PLAN', 'PASSED') || at('EXECUTE', 'NOT_STARTED'))
    return ahead('EVALUATE_PLAN', 'The plan passed its evaluation: EXECUTE begins.');
  if (
    at('EVALUATE_EXECUTION', 'PASSED') ||
    at('BUSINESS_SYNC', 'NOT_STARTED') ||
    at('COMPLETE', 'NOT_STARTED')
  )
    return ahead('EVALUATE_EXECUTION', 'The execution passed its evaluation: the track goes to its end.');
  return undefined;
}
