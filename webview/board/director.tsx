import type { DirectorModel, PointList } from '../../src/shared/boardModel';
import { Icon } from '../ui/icon';
import { signs, State, Tag } from '../ui/state';
import { Meter } from './meter';

const looks = {
  plus: { icon: 'add', tone: 'is-done' },
  warn: { icon: 'warning', tone: 'is-warn' },
  bad: { icon: 'error', tone: 'is-bad' },
  note: { icon: 'note', tone: '' },
} as const;

/** One director: vote, score and its parts, what was said, confidence. */
export function Director({
  director,
  current,
  all,
  onFocus,
}: {
  director: DirectorModel;
  current: boolean;
  /** Show all that was said, not only what bears on the vote. */
  all: boolean;
  onFocus: () => void;
}) {
  const { vote, score, assessed, confidence } = director;
  const said = vote?.word ?? director.missing ?? 'no vote';
  const name = director.title ?? `${director.key}, not a director of the board`;
  return (
    <article
      class="dir"
      data-director={director.key}
      aria-label={[name, said, score && `${score.text} of 10`].filter(Boolean).join(', ')}
      tabIndex={current ? 0 : -1}
      onFocus={onFocus}
    >
      <header>
        <div>
          <h2>
            <span class="mono clip" dir="auto" title={director.key}>
              {director.key}
            </span>
          </h2>
          <span class="meta">{director.title ?? 'Unknown, not counted'}</span>
        </div>
        {score && (
          <div
            class={`score ${score.odd === undefined ? '' : 'is-warn'}`}
            title={score.odd ?? director.weighted}
          >
            {score.odd !== undefined && <Icon name="warning" label={score.odd} />}
            {score.text}
            <small> of 10</small>
          </div>
        )}
      </header>
      <div class="btns">
        {vote ? (
          <Tag sign={signs[vote.standing]} word={vote.word} />
        ) : (
          <Tag sign={signs.notStarted} word="Missing" />
        )}
        {assessed && <span class="meta">assessed {assessed.word}</span>}
        {director.missing !== undefined && <span class="meta">{director.missing}</span>}
      </div>
      {director.remarks.length > 0 && (
        <ul class="remarks meta">
          {director.remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      {director.parts.length > 0 && <Parts director={director} />}
      {director.points.length > 0 && (
        <div class="points">
          {(all ? director.points : atFirst(director.points)).map((list) => (
            <Points key={list.title} list={list} />
          ))}
        </div>
      )}
      {confidence && (
        <div class={`conf meta ${confidence.odd === undefined ? '' : 'is-warn'}`} title={confidence.odd}>
          <span>
            {confidence.odd !== undefined && <Icon name="warning" label={confidence.odd} />}
            Confidence
          </span>
          <Meter fill={confidence.fill} />
          <span class="num">{confidence.text}</span>
        </div>
      )}
    </article>
  );
}

function Parts({ director }: { director: DirectorModel }) {
  return (
    <div>
      <dl class="parts" aria-label="Weighted breakdown">
        {director.parts.map((part) => (
          <div class="part" key={part.name} title={part.odd}>
            <dt class="clip" title={part.name}>
              {part.name} {part.weight !== undefined && <i>{part.weight}%</i>}
            </dt>
            <dd>
              <Meter fill={part.fill} />
            </dd>
            <dd>
              {part.text}
              {part.odd !== undefined && <span class="vh"> {part.odd}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {director.weightedOdd && (
        <p class="meta odd is-warn">
          <State sign={signs.concerns} word="" />
          {director.weighted}
        </p>
      )}
    </div>
  );
}

function Points({ list }: { list: PointList }) {
  const look = looks[list.look];
  return (
    <>
      <h3 class="meta">{list.title}</h3>
      <ul>
        {list.items.map((item, i) => (
          <li key={`${String(i)} ${item}`} class={look.tone}>
            <Icon name={look.icon} />
            <span dir="auto">{item}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** How many items of a list are shown before somebody asks for all. */
const itemsAtFirst = 2;

function atFirst(points: readonly PointList[]): PointList[] {
  return points
    .filter((list) => list.main)
    .map((list) => ({ ...list, items: list.items.slice(0, itemsAtFirst) }));
}

/** How many points are not shown at first. */
export function hiddenPoints(directors: readonly DirectorModel[]): number {
  const count = (lists: readonly PointList[]): number =>
    lists.reduce((sum, { items }) => sum + items.length, 0);
  return directors.reduce((sum, { points }) => sum + count(points) - count(atFirst(points)), 0);
}
