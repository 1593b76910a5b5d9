import type { JsonChange } from '../../files/jsonEdit';
import type { EditRefusal } from '../../model/edit';
import type { Blocker, LoopState } from '../../model/loopState';
import { applyEvent } from '../../rules/evaluateLoop';
import type { LoopTransition } from '../../rules/loopEvents';
import { at as stepAt, withCheckpoint } from '../../rules/loopTransition';
import { placeOfBlocker } from '../blockTrack';
import type { CurrentLoop, LoopResult } from '../loopEdit';
import type { AnswerRequest } from './answerEscalation';
import { isKept, releaseStep } from './releaseStep';

/**
 * The loop after an answer: its step starts again, has the outcome that was given, or is another one. While something
 * else is asked it stays BLOCKED, and the blockers that are left remember the outcome for the last answer.
 */
export function answeredLoop(
  current: CurrentLoop,
  blocker: Blocker,
  o: Pick<AnswerRequest, 'answer' | 'note' | 'step' | 'blockerId'>,
  time: string,
): LoopResult | { readonly refused: EditRefusal } {
  const left = current.facts.activeBlockers.filter(({ id }) => id !== o.blockerId);
  const alone: CurrentLoop = { ...current, facts: { ...current.facts, activeBlockers: [] } };
  const result = meaning(alone, blocker, o, time);
  if ('refused' in result || left.length === 0 || o.answer === 'set-step') return result;

  const { loop } = current;
  const others = `${left.length} more ${left.length === 1 ? 'question is' : 'questions are'} open, so ${result.loop.step} waits.`;
  if (!isStopped(loop)) return { ...result, why: `${result.why} ${others}` };
  return {
    loop: {
      ...stepAt(
        withCheckpoint(result.loop, result.loop.step, { status: 'BLOCKED', lastUpdated: time }),
        result.loop.step,
        'BLOCKED',
      ),
    },
    row: `${result.row}, still BLOCKED`,
    why: others,
    completed: false,
    extra: isKept(result.loop.stepStatus) ? remember(current, left, result.loop) : [],
  };
}

function meaning(
  { loop, facts, metadata }: CurrentLoop,
  blocker: Blocker,
  o: Pick<AnswerRequest, 'answer' | 'note' | 'step'>,
  time: string,
): LoopTransition {
  switch (o.answer) {
    case 'allow-fix-cycle':
      return applyEvent(loop, facts, { kind: 'allowFixCycle', at: time });
    case 'set-step':
      return o.step
        ? applyEvent(loop, facts, {
            kind: 'set',
            step: o.step.step,
            status: o.step.status ?? 'NOT_STARTED',
            at: time,
          })
        : { refused: { code: 'needs-face', message: 'Which step is the track at? Choose it first.' } };
    case 'passed':
    case 'failed':
      return withOutcome({ loop, facts, metadata }, blocker, o, time);
    default:
      return isStopped(loop)
        ? releaseStep(loop, facts, metadata, time)
        : {
            loop,
            row: `${loop.step}/${loop.stepStatus} + answered`,
            why: 'It is answered.',
            completed: false,
          };
  }
}

/** The step has the outcome that the person gives; where it leads is a step of its own, since a board may come first. */
function withOutcome(
  { loop, facts }: CurrentLoop,
  blocker: Blocker,
  o: Pick<AnswerRequest, 'answer' | 'note'>,
  time: string,
): LoopTransition {
  if (blocker.blockedStep !== undefined && blocker.blockedStep !== loop.step) {
    return {
      refused: {
        code: 'state-moved',
        message: `The loop is at ${loop.step} / ${loop.stepStatus} by now, so nothing is recorded about ${blocker.blockedStep}. Mark it as resolved instead.`,
      },
    };
  }
  const free = isStopped(loop) ? applyEvent(loop, facts, { kind: 'unblocked', at: time }) : undefined;
  if (free && 'refused' in free) return free;
  const note = o.note?.trim();
  return applyEvent(
    free?.loop ?? loop,
    facts,
    o.answer === 'passed'
      ? { kind: 'passed', at: time, ...(note ? { notes: note } : {}) }
      : {
          kind: 'failed',
          at: time,
          reasons: [note || `A person said that it failed: ${blocker.description}`],
        },
  );
}

function isStopped(loop: LoopState): boolean {
  return loop.stepStatus === 'BLOCKED' || loop.stepStatus === 'ESCALATE';
}

function remember({ metadata }: CurrentLoop, left: readonly Blocker[], loop: LoopState): JsonChange[] {
  const raw = metadata.raw['blockers'];
  const entries: readonly unknown[] = Array.isArray(raw) ? raw : [];
  return left.flatMap(({ id, description }): JsonChange[] => {
    const index = placeOfBlocker(entries, id, description);
    const entry = entries[index];
    if (typeof entry !== 'object' || entry === null) return [];
    return [{ path: ['blockers', index, 'blocked_status'], value: loop.stepStatus }];
  });
}
