import type { BoardModel } from '../../src/shared/boardModel';
import { signs, Tag } from '../ui/state';
import { Button } from '../ui/toolkit';
import { SessionPicker } from './sessionPicker';
import { Time } from './time';

/** Which meeting, how it ended, and what can be done. */
export function Head({
  model,
  onVote,
  onPick,
}: {
  model: BoardModel;
  onVote: () => void;
  onPick: (item: string) => void;
}) {
  const { session } = model;
  const own = model.conditions.filter((condition) => condition.own);
  const met = own.filter(({ verdict }) => verdict.standing === 'passed').length;
  return (
    <header class="head">
      <div class="name">
        <h1>{session?.title ?? 'Board'}</h1>
        {session && <Tag sign={signs[session.verdict.standing]} word={session.verdict.word} />}
      </div>
      <div class="btns">
        {session && (
          <Button disabled={session.frozen ?? false} keys="Alt+V" onClick={onVote} id="cast-vote">
            Cast Vote…
          </Button>
        )}
        {model.sessions.length > 1 && <SessionPicker sessions={model.sessions} onPick={onPick} />}
      </div>
      <div class="facts">
        <span class="clip">
          <b dir="auto" title={model.name}>
            {model.name}
          </b>
        </span>
        {session && session.id !== '' && (
          <span class="clip">
            <code>{session.id}</code>
          </span>
        )}
        {session?.checkpoint !== undefined && (
          <span>
            Checkpoint <b>{session.checkpoint}</b>
          </span>
        )}
        {session && (
          <span>
            {session.kind}
            {session.duration !== undefined && `, ${session.duration}`}
            {session.duration === undefined && session.startedAt !== undefined && ', since '}
            {session.duration === undefined && session.startedAt !== undefined && (
              <Time at={session.startedAt} date />
            )}
          </span>
        )}
        {own.length > 0 && (
          <span>
            Conditions{' '}
            <b>
              {met} of {own.length}
            </b>{' '}
            met
          </span>
        )}
        {session?.frozen !== undefined && <span class="frozen">{session.frozen}</span>}
      </div>
    </header>
  );
}
