import type { EditRefusal } from '../model/edit';
import type { LoopState, LoopStep, StepStatus } from '../model/loopState';
import type { Escalation } from './escalation';
import type { EscalationTrigger } from './loopFacts';

export interface At {
  /** ISO time of the event. */
  readonly at: string;
}

export interface Outcome extends At {
  /** Who did the step and since when (ISO), for a step whose start nobody has written. */
  readonly began?: { readonly agent: string; readonly at: string };
}

/** Everything that can happen to a loop. */
export type LoopEvent =
  /** The agent's process has really started. */
  | (At & { readonly kind: 'started'; readonly agent?: string })
  | (Outcome & {
      readonly kind: 'passed';
      readonly notes?: string;
      /** EVALUATE_EXECUTION: whether business documents must be synced. */
      readonly businessSync?: boolean;
    })
  | (Outcome & { readonly kind: 'failed'; readonly reasons: readonly string[] })
  | (Outcome & { readonly kind: 'skipped'; readonly reason?: string })
  /** Take the row that fits now, if it needs no agent: advance, complete, unblock or escalate. */
  | (At & { readonly kind: 'advance' })
  | (At & { readonly kind: 'blocked'; readonly description: string; readonly trigger?: EscalationTrigger })
  /** The blockers are resolved (facts must have no active one). */
  | (At & { readonly kind: 'unblocked' })
  /** A person allows one fix cycle more than the limit. */
  | (At & { readonly kind: 'allowFixCycle' })
  /** The board rejects what the evaluators passed. */
  | (At & {
      readonly kind: 'overruled';
      readonly step: 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION';
      readonly reasons: readonly string[];
    })
  /** A person sets the step by hand. */
  | (At & { readonly kind: 'set'; readonly step: LoopStep; readonly status: StepStatus });

/** What an event makes of a loop. */
export type LoopTransition =
  | {
      readonly loop: LoopState;
      readonly row: string;
      readonly why: string;
      readonly escalation?: Escalation;
      /** True when the track is to be marked complete. */
      readonly completed: boolean;
    }
  | { readonly refused: EditRefusal };
