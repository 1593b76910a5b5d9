import type { JsonChange } from '../../files/jsonEdit';
import type { EditRefusal } from '../../model/edit';
import type { Blocker, LoopStep, StepStatus } from '../../model/loopState';
import type { Metadata } from '../../model/metadata';
import type { Track } from '../../model/track';
import { answerOptions, waitsForWords, type AnswerId } from '../../rules/escalationOptions';
import { statusCategory } from '../../rules/trackGroup';
import { resolvedChanges, restoredStatus, type TrackChangeResult } from '../blockTrack';
import type { TieRequest } from '../boardActions';
import { editLoop, type LoopResult } from '../loopEdit';
import { editMetadata, metadataFileOf, statusKey, touched } from '../metadataEdit';
import type { Ports } from '../ports';
import { afterStepWritten, followRegistryStatus } from '../registryRow';
import { doFirst } from './answerEffects';
import { answeredLoop } from './answeredLoop';
import { failuresOnBus, forgives } from './answersTaken';

/** Characters that the resolution of a question's blocker keeps of its answer (leads/recordAnswer.ts). */
const longestResolution = 4000;

export interface AnswerRequest {
  readonly blockerId: string;
  readonly answer: AnswerId;
  /** What the person says besides: the answer itself, the reason of a failure or of a verdict. */
  readonly note?: string;
  /** Why, beside an answer in words. */
  readonly reason?: string;
  /** Who answers. */
  readonly by: string;
  /** For `set-step`. */
  readonly step?: { readonly step: LoopStep; readonly status?: StepStatus };
  /** For `resolve-vote`. */
  readonly verdict?: TieRequest['verdict'];
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * A person answers what was escalated. What the answer means for other files (a task's marker, a board's verdict, the
 * question that an agent waits on) is written first; then, in one write of metadata.json, the blocker is resolved with
 * the answer and its author, and the step does what the answer means: it starts again, has the outcome that was given,
 * or stays BLOCKED while something else is asked. So after a crash in between the question is there still, and answering
 * it again does no harm. An answer that is recorded already is a success that changes nothing.
 *
 * Refuses `blocker-not-found`, `answered-already` (otherwise), `answer-unknown`, `note-missing`, `needs-face` (a step
 * or a verdict must be chosen first), `state-moved`, `no-loop`, and what is refused by the machine, by marking a task,
 * by resolving a vote, and by the editor.
 */
export async function answerEscalation(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: AnswerRequest,
): Promise<TrackChangeResult> {
  const shown = track.metadata?.blockers.find(({ id }) => id === o.blockerId);
  if (!shown) return { refused: notFound(track, o.blockerId) };
  const refused = shown.active ? requestRefusal(track, shown, o) : undefined;
  if (refused) return { refused };
  if (!shown.active) return alreadyAnswered(track, shown, o);

  const first = await doFirst(ports, track, shown, o);
  if ('refused' in first) return first;
  const resolved = await resolve(ports, track, shown, o);
  if ('refused' in resolved) return resolved;
  return {
    why: resolved.why,
    files: [...new Set([...first.files, ...resolved.files])],
    warnings: [...first.warnings, ...resolved.warnings],
  };
}

/** Answers that a blocker takes, best first: those that it names, else those of its trigger; resolving it is always possible, unless an agent waits for words. */
export function answersOf(blocker: Blocker): ReadonlySet<AnswerId> {
  const named = answerOptions(blocker).map(({ id }) => id);
  return new Set<AnswerId>([...named, ...(waitsForWords(blocker) ? [] : ['resolved' as const]), 'set-step']);
}

// --- what may be answered ---

function requestRefusal(track: Track, blocker: Blocker, o: AnswerRequest): EditRefusal | undefined {
  const possible = answersOf(blocker);
  if (!possible.has(o.answer)) {
    return {
      code: 'answer-unknown',
      message: `“${o.answer}” is no answer to “${blocker.description}”. Possible: ${[...possible].join(', ')}.`,
    };
  }
  if (o.answer === 'set-step' && !o.step) {
    return { code: 'needs-face', message: 'Which step is the track at? Choose it first.' };
  }
  if (o.answer === 'resolve-vote' && !o.verdict) {
    return { code: 'needs-face', message: 'What is the verdict of the board? Choose it first.' };
  }
  if ((o.answer === 'answer' || o.answer === 'resolve-vote') && !o.note?.trim()) {
    return { code: 'note-missing', message: 'Say what you decide: others will read it.' };
  }
  const ofLoop =
    o.answer === 'set-step' ||
    o.answer === 'allow-fix-cycle' ||
    o.answer === 'passed' ||
    o.answer === 'failed';
  if (!track.loop && ofLoop) {
    return {
      code: 'no-loop',
      message: `${track.id} keeps no loop state, so it has no step that “${o.answer}” could be about.`,
    };
  }
  return undefined;
}

function alreadyAnswered(track: Track, blocker: Blocker, o: AnswerRequest): TrackChangeResult {
  // An answer in words is the same only in the same words.
  const words = o.answer === 'answer' ? o.note?.trim() : undefined;
  const other =
    words !== undefined &&
    blocker.resolution !== undefined &&
    blocker.resolution !== words.slice(0, longestResolution) &&
    !blocker.resolution.startsWith(`${words} (`);
  if (blocker.answer === o.answer && !other) {
    const reason = o.reason?.trim() ?? '';
    const kept =
      blocker.resolution?.includes(reason) ||
      track.metadata?.leadConsultations.some(({ reasoning }) => reasoning === reason);
    return {
      why: `“${blocker.description}” is answered already.`,
      files: [],
      warnings: reason === '' || kept ? [] : [`Your note was not added: ${reason}`],
    };
  }
  const how = blocker.resolution ?? blocker.answer ?? 'without a word';
  return {
    refused: {
      code: 'answered-already',
      message: `“${blocker.description}” has been resolved${blocker.answeredBy === undefined ? '' : ` by ${blocker.answeredBy}`}: ${how}. Nothing was written to ${track.id}.`,
    },
  };
}

function notFound(track: Track, id: string): EditRefusal {
  return { code: 'blocker-not-found', message: `${track.id} has no blocker “${id}” (any more).` };
}

// --- the blocker and the step, in one write ---

async function resolve(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  shown: Blocker,
  o: AnswerRequest,
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const signal = o.signal ? { signal: o.signal } : {};
  const words = wordsOf(shown, o);
  const more = recordOf(track, shown, o);
  /** The editor asks again when others wrote, so this is about the text as it is then. */
  const now = (
    metadata: Metadata,
  ): { readonly changes: JsonChange[] } | { readonly refused: EditRefusal } => {
    const blocker = metadata.blockers.find(({ id }) => id === o.blockerId);
    if (!blocker) return { refused: notFound(track, o.blockerId) };
    // The answer to an agent's question resolves its blocker itself.
    if (!blocker.active) {
      const already = alreadyAnswered(track, blocker, o);
      return 'refused' in already ? already : { changes: [] };
    }
    return { changes: resolvedChanges(metadata, o.blockerId, words, at, more).changes };
  };

  if (track.loop) {
    const outcome = await editLoop(
      ports,
      track,
      (current): LoopResult | { refused: EditRefusal } => {
        const found = now(current.metadata);
        if ('refused' in found) return found;
        const answered = answeredLoop(current, shown, o, at);
        if ('refused' in answered) return answered;
        return {
          ...answered,
          extra: [...found.changes, ...(answered.extra ?? [])],
          ...(found.changes.length > 0 ? { history: { reason: words, by: 'person' as const } } : {}),
        };
      },
      { at, anyState: true, ...signal },
    );
    if ('refused' in outcome) return outcome;
    return afterStepWritten(ports, track, outcome, o.registryFile);
  }

  let restored: string | undefined;
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      const found = now(metadata);
      if ('refused' in found) return found;
      const left = metadata.blockers.some(({ active, id }) => active && id !== o.blockerId);
      const blocked = metadata.status !== undefined && statusCategory(metadata.status) === 'blocked';
      const status = left || !blocked ? [] : restoredStatus(metadata, 'blocked_from', 'blocked');
      restored = status.find(({ path }) => path[0] === statusKey(metadata))?.value as string | undefined;
      const changes = [...found.changes, ...status];
      return changes.length > 0 ? [...changes, ...touched(metadata, at)] : [];
    },
    signal,
  );
  if ('refused' in outcome) return outcome;
  const row = await followRegistryStatus(
    ports,
    track,
    { before: 'blocked', after: restored },
    o.registryFile,
  );
  return {
    why: words,
    files: [
      ...(outcome.changed ? [metadataFileOf(track)] : []),
      ...(row.file === undefined ? [] : [row.file]),
    ],
    warnings: row.warning === undefined ? [] : [row.warning],
  };
}

/** What `resolution` says: the answer in the words of its button, and what the person added. */
function wordsOf(blocker: Blocker, o: AnswerRequest): string {
  const label = answerOptions(blocker).find(({ id }) => id === o.answer)?.label ?? o.answer;
  const note = o.note?.trim();
  const reason = o.reason?.trim();
  if (o.answer === 'answer' && note) return reason ? `${note} (${reason})` : note;
  const plain = label.replace(/…$/, '');
  const step = o.step ? `: ${o.step.step} / ${o.step.status ?? 'NOT_STARTED'}` : '';
  const verdict = o.verdict ? `: ${o.verdict.replaceAll('_', ' ')}` : '';
  return `${plain}${step}${verdict}${note ? `. ${note}` : ''}`;
}

function recordOf(track: Track, blocker: Blocker, o: AnswerRequest): Record<string, unknown> {
  const { subject, trigger } = blocker;
  const again = forgives({ answer: o.answer, trigger }) && track.bus !== undefined;
  const failures = again && subject !== undefined ? failuresOnBus(track, subject) : undefined;
  return {
    answer: o.answer,
    answered_by: o.by,
    ...(failures === undefined ? {} : { forgiven_failures: failures }),
  };
}
