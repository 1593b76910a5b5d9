import { basename } from 'node:path';
import { l10n } from 'vscode';
import type { AgentRole } from '../../engine/run/agentJob';
import type { SeenHolder } from '../../engine/run/inspectRun';
import type { RunMode } from '../../engine/run/runEntry';
import { icons } from '../views/icons';
import { paragraphs, plain } from '../views/markdown';
import { idBelow, type RowNode, type TrackRef } from '../views/trackNodes';
import { moment } from '../views/words';
import type { ForeignRun, RunController, WindowRun } from './runController';

/** An agent that runs now, of a run of this window or of another. */
export interface LiveAgent {
  readonly track: TrackRef;
  readonly trackName: string;
  readonly id: string;
  /** Role and task, or which director: "Worker 2.1", "Director CSO". */
  readonly label: string;
  readonly agent: string;
  readonly step?: string;
  readonly attempt: number;
  /** ISO */
  readonly startedAt: string;
  readonly pid?: number;
  /** Nobody follows it: the run that started it was broken off. */
  readonly detached: boolean;
  readonly outputFile: string;
}

/** Every agent that runs now as far as this window knows, oldest first. */
export function liveAgents(runs: RunController): readonly LiveAgent[] {
  return [...runs.runs.flatMap(agentsOf), ...runs.foreign.flatMap(leftAgents)].sort((a, b) =>
    a.startedAt.localeCompare(b.startedAt),
  );
}

export function agentsOf({ track, activity }: WindowRun): readonly LiveAgent[] {
  return activity.agents.map((agent) => ({
    ...agent,
    track: { root: track.root, key: track.key },
    trackName: track.name,
    label: labelOf(agent.role, agent.task, agent.agent),
    detached: false,
  }));
}

export function leftAgents({ track, kind, inspection }: ForeignRun): readonly LiveAgent[] {
  return inspection.openAgents
    .filter(({ alive }) => alive)
    .map(({ intent, process, outputFile }) => ({
      track: { root: track.root, key: track.key },
      trackName: track.name,
      id: intent.workerId,
      label: labelOf(intent.role ?? intent.agent, intent.task, intent.agent),
      agent: intent.agent,
      ...(intent.step === undefined ? {} : { step: intent.step }),
      attempt: intent.attempt,
      startedAt: intent.at,
      ...(process ? { pid: process.pid } : {}),
      detached: kind === 'detached',
      outputFile,
    }));
}

/** The row of a track's run, with its agents below; undefined when nothing runs and nothing was left. */
export function runRow(runs: RunController, track: TrackRef, now: () => Date): RowNode | undefined {
  const run = runs.runOf(track);
  if (run) return windowRunRow(run, now);
  const foreign = runs.foreignOf(track);
  return foreign && foreignRow(foreign, now);
}

function windowRunRow(run: WindowRun, now: () => Date): RowNode {
  const { track, activity, phase } = run;
  return {
    kind: 'row',
    id: idBelow(track, 'run'),
    what: `run.${phase}`,
    track,
    label: l10n.t('Agents'),
    description: [phaseWord(run), activity.step, countOf(activity.agents.length)]
      .filter((part) => part !== undefined)
      .join(' · '),
    icon: icons.live,
    open: true,
    tooltip: () =>
      paragraphs([
        `**${plain(modeWord(run.mode))}**`,
        l10n.t('The loop runs in this window since {0}.', moment(run.since)),
        activity.iteration > 0 && l10n.t('Iteration {0}', activity.iteration),
        activity.now && plain(activity.now),
      ]),
    children: () => agentsOf(run).map((agent) => agentRow(agent, now())),
  };
}

function phaseWord({ phase }: WindowRun): string {
  switch (phase) {
    case 'running':
      return l10n.t('Running');
    case 'pausing':
      return l10n.t('Pausing after this step');
    case 'stopping':
      return l10n.t('Stopping');
  }
}

function foreignRow(foreign: ForeignRun, now: () => Date): RowNode {
  const { track, kind, inspection } = foreign;
  const { holder, state } = inspection;
  const agents = leftAgents(foreign);
  const rows: RowNode = {
    kind: 'row',
    id: idBelow(track, 'run'),
    what: `run.${kind}`,
    track,
    label: l10n.t('Agents'),
    description: [foreignWord(foreign), kind === 'brokenOff' ? undefined : countOf(agents.length)]
      .filter((part) => part !== undefined)
      .join(' · '),
    icon: kind === 'brokenOff' ? icons.paused : icons.running,
    open: true,
    tooltip: () =>
      paragraphs([
        kind === 'elsewhere' && holder
          ? l10n.t('The loop is run by {0}. Stop it there.', plain(holderText(holder)))
          : l10n.t('A run was broken off, and can be gone on with exactly where it stopped.'),
        kind === 'detached' &&
          l10n.t('Its agents are processes of their own and still at work. A resumed run takes them over.'),
        state.iteration > 0 && l10n.t('Iteration {0}', state.iteration),
      ]),
  };
  return agents.length === 0
    ? rows
    : { ...rows, children: () => agents.map((agent) => agentRow(agent, now())) };
}

function foreignWord({ kind, inspection: { holder } }: ForeignRun): string {
  switch (kind) {
    case 'elsewhere':
      return holder?.sign === 'silent'
        ? l10n.t('Held by {0}, silent', holder.host)
        : l10n.t('Run by {0}, process {1}', holder?.face ?? '', holder?.pid ?? '');
    case 'detached':
      return l10n.t('Detached, still writing');
    case 'brokenOff':
      return l10n.t('Broken off');
  }
}

/** "command line, process 12 on host, since 3 Feb 2026, 12:00" */
export function holderText({ face, pid, host, since }: SeenHolder): string {
  return l10n.t('{0}, process {1} on {2}, since {3}', face, pid, host, moment(since));
}

function agentRow(agent: LiveAgent, now: Date): RowNode {
  return {
    kind: 'row',
    id: idBelow(agent.track, 'run', agent.id),
    what: agent.detached ? 'agent.detached' : 'agent',
    track: agent.track,
    argument: agent.id,
    label: agent.label,
    description: agentDescription(agent, now),
    icon: agent.detached ? icons.running : icons.live,
    state: l10n.t('running'),
    place: { file: agent.outputFile },
    tooltip: () =>
      paragraphs([
        `**${plain(agent.agent)}**`,
        agent.step && l10n.t('Step: {0}', plain(agent.step)),
        l10n.t('Since {0}', moment(agent.startedAt)),
        agent.pid !== undefined && l10n.t('Process {0}', agent.pid),
        l10n.t('Output: {0}', plain(basename(agent.outputFile))),
      ]),
  };
}

/** "12 min · attempt 2 · detached, still writing" */
export function agentDescription({ startedAt, attempt, detached }: LiveAgent, now: Date): string {
  return [
    elapsed(startedAt, now),
    attempt > 1 ? l10n.t('attempt {0}', attempt) : undefined,
    detached ? l10n.t('detached, still writing') : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** "40 s", "12 min", "1 h 5 min". Undefined for a time that cannot be read, or of another clock. */
export function elapsed(since: string, now: Date): string | undefined {
  const seconds = Math.floor((now.getTime() - Date.parse(since)) / 1000);
  if (Number.isNaN(seconds) || seconds < 0) return undefined;
  if (seconds < 60) return l10n.t('{0} s', seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return l10n.t('{0} min', minutes);
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

export function modeWord(mode: RunMode): string {
  switch (mode) {
    case 'confirm-all':
      return l10n.t('Confirm Every Start');
    case 'confirm-gates':
      return l10n.t('Confirm at Gates');
    case 'through':
      return l10n.t('Run Through');
  }
}

export function countOf(agents: number): string {
  if (agents === 0) return l10n.t('no agent');
  return agents === 1 ? l10n.t('1 agent') : l10n.t('{0} agents', agents);
}

function labelOf(role: string, task: string | undefined, agent: string): string {
  const word = roleWord(role);
  // Several of them work at the same time.
  if (role === 'director') return `${word} ${agent}`;
  return task === undefined ? word : `${word} ${task}`;
}

function roleWord(role: string): string {
  switch (role as AgentRole) {
    case 'planner':
      return l10n.t('Planner');
    case 'plan-evaluator':
      return l10n.t('Plan Evaluator');
    case 'executor':
      return l10n.t('Executor');
    case 'execution-evaluator':
      return l10n.t('Execution Evaluator');
    case 'fixer':
      return l10n.t('Fixer');
    case 'business-doc-sync':
      return l10n.t('Business Sync');
    case 'worker':
      return l10n.t('Worker');
    case 'director':
      return l10n.t('Director');
    case 'lead':
      return l10n.t('Lead');
    case 'knowledge-manager':
      return l10n.t('Knowledge Manager');
    case 'retrospective':
      return l10n.t('Retrospective');
    default:
      // A journal of an earlier version names no role, only the agent.
      return role;
  }
}
