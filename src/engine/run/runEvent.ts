import type { LoopStep, StepStatus } from '../../model/loopState';
import type { EscalationTrigger } from '../../rules/loopFacts';
import type { NextAction } from '../../rules/nextAction';
import type { AgentRole } from './agentJob';
import type { RunEntryOf, RunMode } from './runEntry';

/** What a run tells while it goes on: one JSON object a line on the command line, progress in the editor. */
export type RunEvent = { readonly at: string; readonly track: string } & RunEventBody;

export type RunEventBody =
  | {
      readonly event: 'run-started';
      readonly runId: string;
      readonly mode: RunMode;
      /** It goes on where an earlier one was broken off. */
      readonly resumed: boolean;
      readonly step: LoopStep;
      readonly stepStatus: StepStatus;
    }
  /** What the transition table says is next. */
  | {
      readonly event: 'next';
      readonly iteration: number;
      readonly kind: NextAction['kind'];
      readonly step?: LoopStep;
      readonly row?: string;
      readonly why: string;
    }
  | {
      readonly event: 'agent-started';
      readonly id: string;
      readonly role: AgentRole;
      readonly agent: string;
      readonly step: LoopStep;
      readonly task?: string;
      readonly attempt: number;
      readonly pid: number;
      readonly adopted: boolean;
      /** Of an adopted one: when its process was started, by the run that started it. */
      readonly startedAt?: string;
      readonly outputFile: string;
    }
  | {
      readonly event: 'agent-ended';
      readonly id: string;
      readonly task?: string;
      readonly how: RunEntryOf<'ended'>['how'];
      readonly outcome: RunEntryOf<'ended'>['outcome'];
      readonly exitCode?: number;
      readonly why?: string;
    }
  /** The outcome of a step was written to metadata.json. */
  | {
      readonly event: 'recorded';
      readonly from: LoopStep;
      readonly step: LoopStep;
      readonly stepStatus: StepStatus;
      readonly why: string;
    }
  /** How EXECUTE is run, and why. */
  | { readonly event: 'execution'; readonly parallel: boolean; readonly why: string }
  | {
      readonly event: 'task';
      readonly task: string;
      readonly state: 'started' | 'retried' | 'complete' | 'failed' | 'stopped';
      readonly worker?: string;
      readonly why: string;
    }
  | {
      readonly event: 'group-finished';
      readonly group: string;
      readonly outcome: 'complete' | 'partial';
      readonly why: string;
    }
  | {
      readonly event: 'board';
      readonly session: string;
      readonly checkpoint: string;
      readonly phase: 'assess' | 'discuss' | 'vote' | 'resolve';
      readonly round?: number;
      readonly verdict?: string;
      readonly why?: string;
    }
  | {
      readonly event: 'question';
      readonly id: string;
      readonly question: string;
      readonly authority: 'USER_ONLY' | 'LEAD_CONSULT' | 'ORCHESTRATOR';
      /** Absent: it waits for an answer. */
      readonly answer?: string;
      readonly why: string;
    }
  | {
      readonly event: 'knowledge';
      readonly patterns: number;
      readonly errors: number;
      readonly tokens: number;
      /** Who chose them. */
      readonly by: 'rule' | 'agent';
    }
  | { readonly event: 'retrospective'; readonly due: boolean; readonly why: string }
  | {
      readonly event: 'escalated';
      readonly trigger: EscalationTrigger;
      readonly step: LoopStep;
      readonly description: string;
      readonly options: readonly string[];
    }
  /** The computer slept: so long counts against nobody. */
  | { readonly event: 'suspended'; readonly ms: number }
  | { readonly event: 'warning'; readonly message: string }
  | {
      readonly event: 'run-ended';
      readonly outcome: RunEntryOf<'run-ended'>['outcome'];
      readonly why: string;
      readonly iterations: number;
    };
