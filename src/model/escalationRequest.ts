import type { LoopStep } from './loopState';

/** Something that a run cannot decide by itself and a person is asked about (spec 003, "Escalation Triggers"). */
export interface EscalationRequest<Trigger extends string = string> {
  /** Becomes the id of the blocker, so that the same thing is asked once: "task-failed:2.1". */
  readonly id?: string;
  readonly trigger: Trigger;
  /** What is asked, in a sentence. */
  readonly description: string;
  /** What a person needs to know to decide, a line each. */
  readonly context?: readonly string[];
  /** What it is about: id of a task, group, session or question. */
  readonly subject?: string;
  /** Default: the present step. */
  readonly step?: LoopStep;
}
