import type { CommonRequest, Reply } from '../../src/shared/protocol';
import type { ConditionModel } from '../../src/shared/boardModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { moveFocus } from '../ui/rovingFocus';
import { signs } from '../ui/state';
import { Button } from '../ui/toolkit';
import { Time } from './time';

/** The board's conditions. The one that has the focus is marked with M or with the button below the list. */
export function Conditions({
  conditions,
  current,
  frozen,
  ask,
  onCurrent,
  onAdd,
  onMark,
}: {
  conditions: readonly ConditionModel[];
  /** Key of the one that has the focus of the list. */
  current: string | undefined;
  frozen: string | undefined;
  ask: (request: CommonRequest) => Promise<Reply>;
  onCurrent: (key: string) => void;
  onAdd: () => void;
  onMark: (condition: ConditionModel) => void;
}) {
  const chosen = conditions.find(({ key }) => key === current) ?? conditions[0];
  const own = conditions.filter((condition) => condition.own);
  const others = conditions.filter((condition) => !condition.own);
  const row = (condition: ConditionModel) => (
    <Row
      key={condition.key}
      condition={condition}
      current={condition.key === chosen?.key}
      ask={ask}
      onFocus={() => onCurrent(condition.key)}
      onMark={() => onMark(condition)}
    />
  );
  return (
    <section class="sec" aria-label="Conditions">
      <div class="h">
        <h2>Conditions</h2>
        <span class="end">
          <Button kind="quiet" disabled={frozen ?? false} onClick={onAdd} id="add-condition">
            Add Condition…
          </Button>
        </span>
      </div>
      {conditions.length === 0 && <p class="muted none">The board has set no conditions.</p>}
      <div
        class="conds"
        onKeyDown={(event) => {
          moveFocus(event, event.currentTarget, { selector: '.cond', direction: 'vertical' });
        }}
      >
        {own.map(row)}
        {others.length > 0 && <p class="meta day">Of other meetings of this track</p>}
        {others.map(row)}
      </div>
      {chosen && (
        <div class="btns act">
          <Button
            disabled={chosen.frozen ?? frozen ?? false}
            keys="M"
            title={`Say whether this condition is met: ${chosen.text}`}
            onClick={() => onMark(chosen)}
            id="mark-condition"
          >
            {chosen.verdict.standing === 'passed' ? 'Correct Mark…' : 'Mark Met…'}
          </Button>
          <span class="meta clip" dir="auto">
            {chosen.text}
          </span>
        </div>
      )}
    </section>
  );
}

function Row({
  condition,
  current,
  ask,
  onFocus,
  onMark,
}: {
  condition: ConditionModel;
  current: boolean;
  ask: (request: CommonRequest) => Promise<Reply>;
  onFocus: () => void;
  onMark: () => void;
}) {
  const sign = signs[condition.verdict.standing];
  const facts = [condition.director, condition.origin, condition.due, condition.by].filter(
    (fact) => fact !== undefined,
  );
  return (
    <div
      class={`cond is-${sign.tone} ${current ? 'current' : ''}`}
      role="group"
      tabIndex={current ? 0 : -1}
      aria-label={`${condition.verdict.word}: ${condition.text}`}
      aria-keyshortcuts="M"
      onFocus={onFocus}
      onKeyDown={(event) => {
        if (event.key.toLowerCase() !== 'm' || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        onMark();
      }}
    >
      <Icon name={sign.icon} />
      <span>
        <span dir="auto">{condition.text}</span>{' '}
        <span class="meta">
          {facts.join(', ')}
          {condition.evidence?.place && (
            <>
              {facts.length > 0 && ', '}
              <FileLink place={condition.evidence.place} ask={ask}>
                {condition.evidence.text}
              </FileLink>
            </>
          )}
          {condition.at !== undefined && ', '}
          {condition.at !== undefined && <Time at={condition.at} date />}
        </span>
        {condition.note !== undefined && (
          <span class="meta why" dir="auto">
            {condition.note}
          </span>
        )}
      </span>
      <span>{condition.verdict.word}</span>
    </div>
  );
}
