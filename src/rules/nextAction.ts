import type { LeadConsultation, Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import { nextAction, type LoopFacts, type NextAction } from './evaluateLoop';
import type { OpenQuestion } from './loopFacts';
import { allTasksDone, finishedTasks, nextOpenTask, openTasks } from './progress';
import { entryCategory, statusCategory, type StatusCategory } from './trackGroup';

export type { NextAction } from './evaluateLoop';

/** What happens next to a track of any dialect, and why. */
export function nextActionOf(track: Track): NextAction {
  if (track.archived) return { kind: 'none', why: 'The track is archived.' };
  if (trackCategory(track) === 'paused') {
    return { kind: 'none', why: `The track is paused (status “${track.status}”): resume it first.` };
  }
  if (track.folder === undefined) {
    return { kind: 'none', why: 'tracks.md names the track, but it has no folder on disk.' };
  }
  return track.loop ? nextAction(track.loop, loopFactsOf(track)) : nextTask(track);
}

/** What the machine must know about a track besides its loop state. */
export function loopFactsOf(track: Track): LoopFacts {
  return loopFactsFrom(track, track.metadata, track.loop);
}

/** The same with another reading of metadata.json, e.g. of the text that is being edited. */
export function loopFactsFrom(
  track: Pick<Track, 'id' | 'progress' | 'metadata' | 'plan'>,
  metadata: Metadata | undefined,
  loop: Track['loop'],
): LoopFacts {
  const evaluation = loop?.checkpoints.EVALUATE_EXECUTION;
  const next = nextOpenTask(track.plan);
  return {
    trackId: track.id,
    superpowers: metadata?.superpowerEnhanced ?? false,
    activeBlockers: metadata?.blockers.filter((blocker) => blocker.active) ?? [],
    // Who put the loop at BUSINESS_SYNC meant that it is needed, unless the data says otherwise.
    businessSyncRequired:
      evaluation?.businessSyncRequired ??
      loop?.checkpoints.BUSINESS_SYNC?.required ??
      loop?.step === 'BUSINESS_SYNC',
    unmetBoardConditions: textsIn(evaluation?.raw['unmet_board_conditions']),
    progress: track.progress,
    finishedTasks: finishedTasks(track.plan),
    ...(next ? { nextTask: next.number ?? next.id } : {}),
    leadEscalations: openQuestions(metadata),
    markedComplete: isDone(metadata?.status),
  };
}

/** Whether business documents must be synced, as far as the files say; undefined: ask a person. */
export function businessSyncKnown(loop: Track['loop']): boolean | undefined {
  return (
    loop?.checkpoints.EVALUATE_EXECUTION?.businessSyncRequired ?? loop?.checkpoints.BUSINESS_SYNC?.required
  );
}

/** What a track's own status says, else what the registry says. */
export function trackCategory(track: Pick<Track, 'metadata' | 'entry'>): StatusCategory {
  const own = track.metadata?.status === undefined ? 'unclear' : statusCategory(track.metadata.status);
  return own === 'unclear' ? entryCategory(track.entry) : own;
}

/** True when the track stands still until a person resolves something: its step is blocked, or its own status says so. */
export function isBlockedTrack(track: Pick<Track, 'metadata' | 'entry' | 'loop'>): boolean {
  const status = track.loop?.stepStatus;
  if (track.loop) return status === 'BLOCKED' || status === 'ESCALATE';
  return trackCategory(track) === 'blocked';
}

function isDone(status: string | undefined): boolean {
  const category = status === undefined ? 'unclear' : statusCategory(status);
  return category === 'done' || category === 'archived' || category === 'cancelled';
}

/** Tracks that keep no loop: the next open task of plan.md. */
function nextTask(track: Track): NextAction {
  const { plan, progress } = track;
  const category = trackCategory(track);
  if (category === 'done' || category === 'cancelled' || category === 'archived') {
    const left = openTasks(progress);
    return {
      kind: 'done',
      why: `The track is ${track.status ?? category}${left > 0 ? `, though plan.md has ${left} open ${left === 1 ? 'task' : 'tasks'}` : ''}.`,
    };
  }
  const unread = unreadDocument(track);
  if (unread !== undefined) {
    return {
      kind: 'none',
      why: `${unread} is there but cannot be read, so nobody can say what is next: the track's problems say why.`,
    };
  }
  if (progress.total === 0) {
    return {
      kind: 'plan',
      why: plan
        ? 'plan.md has no tasks yet: the plan is written first.'
        : 'The track has no plan.md yet: the plan is written first.',
    };
  }
  const task = nextOpenTask(plan);
  if (task) {
    return {
      kind: 'implement',
      why:
        task.marker === 'doing'
          ? `Task ${task.id} is in progress (plan.md:${task.line}).`
          : `Task ${task.id} is the first open task (plan.md:${task.line}).`,
      task: { id: task.id, text: task.text, line: task.line },
    };
  }
  if (allTasksDone(progress)) {
    return {
      kind: 'complete',
      why: `${progress.total === 1 ? 'The one task' : `All ${progress.total} tasks`} of plan.md ${progress.total === 1 ? 'is' : 'are'} done: the track can be marked complete.`,
    };
  }
  if (progress.blocked > 0) {
    return {
      kind: 'unblock',
      why: `Every open task of plan.md (${progress.blocked}) is blocked: a person unblocks one.`,
    };
  }
  return {
    kind: 'none',
    why: 'All tasks of plan.md are skipped: a person decides what becomes of the track.',
  };
}

/** plan.md or metadata.json, when the track has it and nothing could be read from it: then nothing is guessed. */
function unreadDocument(track: Track): string | undefined {
  if (track.documents.metadata !== undefined && !track.metadata) return 'metadata.json';
  if (track.documents.plan !== undefined && !track.plan) return 'plan.md';
  const astray = track.problems.find((problem) => problem.code === 'link-astray')?.file ?? '';
  return /(?:plan\.md|metadata\.json)$/i.exec(astray)?.[0];
}

/**
 * Questions that a lead handed to the user (escalation trigger 3). The log never says that they were answered, so a
 * question counts as asked once a blocker with its id exists, resolved or not.
 */
function openQuestions(metadata: Metadata | undefined): OpenQuestion[] {
  const asked = new Set(metadata?.blockers.map((blocker) => blocker.id));
  return (metadata?.leadConsultations ?? []).flatMap((consultation, i) => {
    const question = questionOf(consultation, i);
    return question && !asked.has(question.id) ? [question] : [];
  });
}

function questionOf(consultation: LeadConsultation, index: number): OpenQuestion | undefined {
  if (consultation.escalatedTo?.trim().toLowerCase() !== 'user') return undefined;
  if (consultation.decisionMade || consultation.decision) return undefined;
  return {
    id:
      consultation.questionId !== undefined
        ? questionBlockerId(consultation.questionId)
        : `lead-${index + 1}${consultation.timestamp === undefined ? '' : `-${consultation.timestamp}`}`,
    description: `${consultation.lead ?? 'A'} lead asks: ${consultation.question ?? consultation.reasoning ?? 'a decision'}`,
  };
}

/** Id of the blocker that asks a person a question of questions.json. */
export function questionBlockerId(key: string): string {
  return `question:${key}`;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
