import type { ShownCriterion } from '../../src/shared/gateModel';
import type { CommonRequest, Reply } from '../../src/shared/protocol';
import { moveFocus } from '../ui/rovingFocus';
import { Button } from '../ui/toolkit';

/** What is done with the criterion of a row: in the decision bar, where it says what it writes. */
export interface CriterionMode {
  readonly kind: 'waive' | 'enter' | 'withdraw';
  readonly key: string;
}

export interface RowContext {
  readonly ask: (request: CommonRequest) => Promise<Reply>;
  /** Key of the criterion that has the focus, or had it last. */
  readonly current: string | undefined;
  readonly mode: CriterionMode | undefined;
  readonly setCurrent: (key: string) => void;
  readonly setMode: (mode: CriterionMode | undefined) => void;
}

const ROW = '[data-row]';

/** The row of a group that Tab comes to: the current one, else the first. */
export function stopOf(criteria: readonly ShownCriterion[], current: string | undefined): string | undefined {
  return criteria.some(({ key }) => key === current) ? current : criteria[0]?.key;
}

/** Attributes of an element that is a row: arrows walk through the rows of a region, Enter opens the evidence. */
export function rowProps(criterion: ShownCriterion, stop: string | undefined, context: RowContext) {
  const { key } = criterion;
  return {
    'data-row': key,
    tabIndex: key === stop ? 0 : -1,
    onFocusIn: () => context.setCurrent(key),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget || event.key !== 'Enter') return;
      const place = criterion.evidence.find((piece) => piece.place)?.place;
      if (!place) return;
      event.preventDefault();
      void context.ask({ kind: 'openFile', place });
    },
  };
}

export function walkRows(event: KeyboardEvent): void {
  moveFocus(event, event.currentTarget as HTMLElement, { selector: ROW, direction: 'vertical' });
}

export function RowActions({
  criterion,
  context,
  tabIndex,
}: {
  criterion: ShownCriterion;
  context: RowContext;
  tabIndex: number;
}) {
  const { key, name } = criterion;
  const counts = criterion.look !== 'passed' && criterion.look !== 'notApplicable';
  const open = (kind: CriterionMode['kind']) => () => {
    context.setCurrent(key);
    context.setMode({ kind, key });
  };
  return (
    <>
      {criterion.withdraw && (
        <Button
          small
          tabIndex={tabIndex}
          label={`Withdraw the waiver of ${name}`}
          disabled={unless(criterion.withdraw)}
          onClick={open('withdraw')}
        >
          Withdraw…
        </Button>
      )}
      {criterion.enter?.allowed && (
        <Button small tabIndex={tabIndex} label={`Enter ${name} by hand`} onClick={open('enter')}>
          Enter…
        </Button>
      )}
      {counts && criterion.waive.allowed && (
        <Button small tabIndex={tabIndex} label={`Waive ${name}`} onClick={open('waive')}>
          Waive…
        </Button>
      )}
    </>
  );
}

function unless(act: { readonly allowed: boolean; readonly says: string }): string | false {
  return act.allowed ? false : act.says;
}
