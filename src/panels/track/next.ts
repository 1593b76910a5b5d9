import type { LoopStep } from '../../model/loopState';
import type { Track } from '../../model/track';
import { nextActionOf, trackCategory, type NextAction } from '../../rules/nextAction';
import type { NextAct, NextStep, TrackCommand } from '../../shared/trackModel';
import { nodesOf } from './plan';
import { short } from './words';

/** The agent of a step as a person calls it (spec 003, "Agent Dispatch Table"). */
const agentName: Readonly<Record<LoopStep, string>> = {
  NOT_STARTED: 'planner',
  PLAN: 'planner',
  EVALUATE_PLAN: 'plan evaluator',
  EXECUTE: 'executor',
  EVALUATE_EXECUTION: 'execution evaluator',
  FIX: 'fixer',
  BUSINESS_SYNC: 'business doc sync',
  COMPLETE: 'agent',
};

/** What is next, why, and the buttons: the same commands as the side bar runs, filled one first. */
export function nextStep(track: Track): NextStep {
  const next = nextActionOf(track);
  const beside = besides(track, next);
  return {
    what: whatOf(track, next),
    why: [short(next.why, 1000), beside].filter((part) => part !== undefined).join(' '),
    ...(next.row === undefined ? {} : { rule: next.row }),
    acts: actsOf(track, next),
  };
}

function whatOf(track: Track, next: NextAction): string {
  const agent = agentName[next.step ?? 'COMPLETE'];
  switch (next.kind) {
    case 'dispatch':
      return next.fixCycle === undefined
        ? `start the ${agent}.`
        : `start the ${agent}, cycle ${String(next.fixCycle)}.`;
    case 'resume':
      return next.resumeFrom === undefined
        ? `resume the ${agent}.`
        : `resume the ${agent} at task ${short(next.resumeFrom, 80)}.`;
    case 'advance':
      return next.to === undefined ? 'go on to the next step.' : `go on to ${next.to}.`;
    case 'complete':
      return 'complete the track.';
    case 'escalate':
      return 'you decide.';
    case 'unblock':
      return next.step === undefined ? 'unblock a task.' : `unblock ${next.step}.`;
    case 'implement':
      return next.task === undefined
        ? 'work on the next task.'
        : `${taskName(next.task.id, next.task.text)}.`;
    case 'plan':
      return 'write the plan.';
    case 'done':
      return 'nothing, it is done.';
    case 'none':
      return isPaused(track) ? 'nothing while it is paused.' : 'nothing.';
  }
}

/** Ids that are made of the text say nothing beside it. */
function taskName(id: string, text: string): string {
  return id.length <= 12 && !id.includes('/') ? `task ${id}, ${short(text, 120)}` : short(text, 120);
}

function isPaused(track: Track): boolean {
  return trackCategory(track) === 'paused';
}

/** Tasks that can start beside the one that is next. */
function besides(track: Track, next: NextAction): string | undefined {
  if (next.step !== 'EXECUTE' || (next.kind !== 'resume' && next.kind !== 'dispatch')) return undefined;
  const ready = [...nodesOf(track).values()].filter(({ canStart, id }) => canStart && id !== next.resumeFrom);
  if (ready.length === 0) return undefined;
  const named = ready.slice(0, 3).map(({ id }) => short(id, 24));
  const more = ready.length - named.length;
  return more > 0
    ? `${named.join(', ')} and ${String(more)} more can start now.`
    : `${named.join(', ')} can start now.`;
}

function actsOf(track: Track, next: NextAction): NextAct[] {
  const agent = titleCase(agentName[next.step ?? 'COMPLETE']);
  const file = track.documents.plan;
  switch (next.kind) {
    case 'dispatch':
      return [act(`Start ${agent}…`, 'stepLoop'), act('Record Outcome…', 'recordOutcome')];
    case 'resume':
      return [act(`Resume ${agent}…`, 'resumeTrack'), act('Record Outcome…', 'recordOutcome')];
    case 'advance':
      return [act('Step Loop…', 'stepLoop')];
    case 'complete':
      return track.loop ? [act('Complete Track…', 'stepLoop')] : openPlanAct(track);
    case 'escalate':
      // What is written down is answered; stepping would only say that it waits.
      return [
        next.recorded || next.escalation?.existing.length
          ? act('Answer…', 'answer')
          : act('Decide…', 'stepLoop'),
        act('Set Step…', 'setStep'),
      ];
    case 'unblock':
      return track.loop
        ? [act('Unblock…', 'unblockTrack'), act('Step Loop…', 'stepLoop')]
        : openPlanAct(track);
    case 'implement':
      return file === undefined || next.task === undefined
        ? []
        : [{ label: 'Go to Task', act: { kind: 'openFile', place: { file, line: next.task.line } } }];
    case 'plan':
      return track.documents.plan !== undefined
        ? openPlanAct(track)
        : track.documents.spec === undefined
          ? []
          : [act('Open Spec', 'openSpec')];
    case 'done':
      return [];
    case 'none':
      return isPaused(track) ? [act('Resume Track…', 'resumeTrack')] : [];
  }
}

function openPlanAct(track: Track): NextAct[] {
  return track.documents.plan === undefined ? [] : [act('Open Plan', 'openPlan')];
}

function act(label: string, command: TrackCommand): NextAct {
  return { label, act: { kind: 'command', command } };
}

function titleCase(text: string): string {
  return text.replaceAll(/\b\p{L}/gu, (letter) => letter.toUpperCase());
}

/** Under More: what can be done with this track now. */
export function moreCommands(track: Track): { command: TrackCommand; label: string }[] {
  const { documents, loop, group, metadata } = track;
  const open = track.folder !== undefined && group !== 'archived' && group !== 'done';
  const active = metadata?.blockers.some((blocker) => blocker.active) ?? false;
  const all: readonly (readonly [boolean, TrackCommand, string])[] = [
    [documents.spec !== undefined, 'openSpec', 'Open Spec'],
    [documents.plan !== undefined, 'openPlan', 'Open Plan'],
    [documents.metadata !== undefined, 'openMetadata', 'Open Metadata'],
    [open && loop !== undefined, 'stepLoop', 'Step Loop…'],
    [open && loop !== undefined, 'runLoop', 'Run Loop…'],
    [open && loop !== undefined, 'recordOutcome', 'Record Outcome…'],
    [open && loop !== undefined, 'setStep', 'Set Step…'],
    [open && group !== 'paused', 'pauseTrack', 'Pause Track…'],
    [open && group === 'paused', 'resumeTrack', 'Resume Track…'],
    [open, 'conveneBoard', 'Convene Board…'],
    [open, 'blockTrack', 'Block Track…'],
    [active && track.folder !== undefined, 'answer', 'Answer…'],
    [open && (active || loop?.stepStatus === 'BLOCKED'), 'unblockTrack', 'Unblock Track…'],
    [
      open && (track.plan?.phases.some(({ saysDone }) => !saysDone) ?? false),
      'completePhase',
      'Mark Phase Complete…',
    ],
    [open && loop !== undefined && metadata !== undefined, 'toggleSuperpowers', 'Toggle Superpowers'],
    [open && metadata !== undefined && metadata.version < 2, 'migrateMetadata', 'Migrate Metadata…'],
    [true, 'copyTrackId', 'Copy Track Id'],
  ];
  return all.filter(([fits]) => fits).map(([, command, label]) => ({ command, label }));
}
