import type { AgentRole } from '../../engine/run/agentJob';
import type { RunMode } from '../../engine/run/runEntry';
import type { RunEvent } from '../../engine/run/runEvent';

/** What a run of this window does now, as far as its events tell. */
export interface RunActivity {
  readonly runId?: string;
  readonly mode?: RunMode;
  readonly iteration: number;
  /** As the transition table names it. */
  readonly step?: string;
  /** What is next and why, or how the step is run: the latest sentence. */
  readonly now?: string;
  /** Agents that run, oldest first. */
  readonly agents: readonly AgentActivity[];
  /** Agents that have ended, oldest first; the latest ones only. */
  readonly endedAgents: readonly AgentActivity[];
  /** The latest events, oldest first. */
  readonly events: readonly RunEvent[];
}

export interface AgentActivity {
  /** Also the name of its output file. */
  readonly id: string;
  readonly role: AgentRole;
  readonly agent: string;
  readonly step: string;
  readonly task?: string;
  readonly attempt: number;
  readonly pid: number;
  /** ISO; shifted when the computer slept. */
  readonly startedAt: string;
  /** An earlier run started it. */
  readonly adopted: boolean;
  readonly outputFile: string;
  readonly outcome?: string;
}

/** So many ended agents, and so many events, are kept. */
const kept = 50;

export const noActivity: RunActivity = { iteration: 0, agents: [], endedAgents: [], events: [] };

/** The activity after an event. Total: an event that fits nothing before it only joins the list. */
export function activityAfter(before: RunActivity, event: RunEvent): RunActivity {
  const activity = { ...before, events: [...before.events, event].slice(-kept) };
  switch (event.event) {
    case 'run-started':
      return { ...activity, runId: event.runId, mode: event.mode, step: event.step };
    case 'next':
      return {
        ...activity,
        iteration: event.iteration,
        now: event.why,
        ...(event.step === undefined ? {} : { step: event.step }),
      };
    case 'recorded':
      return { ...activity, step: event.step, now: event.why };
    case 'execution':
      return { ...activity, now: event.why };
    case 'board':
      return { ...activity, now: boardSentence(event) };
    case 'agent-started': {
      const { id, role, agent, step, task, attempt, pid, adopted, outputFile, startedAt = event.at } = event;
      const started: AgentActivity = {
        id,
        role,
        agent,
        step,
        ...(task === undefined ? {} : { task }),
        attempt,
        pid,
        startedAt,
        adopted,
        outputFile,
      };
      return { ...activity, agents: [...without(before.agents, id), started] };
    }
    case 'agent-ended': {
      const ended = before.agents.find(({ id }) => id === event.id);
      if (!ended) return activity;
      return {
        ...activity,
        agents: without(before.agents, event.id),
        endedAgents: [...before.endedAgents, { ...ended, outcome: event.outcome }].slice(-kept),
      };
    }
    case 'suspended':
      return { ...activity, agents: before.agents.map((agent) => later(agent, event.ms)) };
    case 'run-ended':
      return { ...activity, now: event.why, iteration: event.iterations };
    default:
      return activity;
  }
}

function boardSentence({ phase, round, verdict }: Extract<RunEvent, { event: 'board' }>): string {
  switch (phase) {
    case 'assess':
      return 'The board assesses.';
    case 'discuss':
      return round === undefined ? 'The board discusses.' : `The board discusses, round ${round}.`;
    case 'vote':
      return 'The board votes.';
    case 'resolve':
      return verdict === undefined ? 'The board decides.' : `The board has decided: ${verdict}.`;
  }
}

function without(agents: readonly AgentActivity[], id: string): readonly AgentActivity[] {
  return agents.filter((agent) => agent.id !== id);
}

function later(agent: AgentActivity, ms: number): AgentActivity {
  const time = Date.parse(agent.startedAt);
  return Number.isNaN(time) ? agent : { ...agent, startedAt: new Date(time + ms).toISOString() };
}
