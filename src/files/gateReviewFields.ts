import type { Criterion, DecidedCriterion, GateReview } from '../model/gate';
import {
  booleanField,
  countField,
  itemsOf,
  numberField,
  recordOf,
  textField,
  timeField,
} from './looseValues';

/** `gate_reviews[]` of metadata.json, in file order. An entry without a gate or a decision is none. */
export function gateReviewsOf(value: unknown): GateReview[] {
  return itemsOf(value).flatMap((item) => {
    const record = recordOf(item);
    const gate = textField(record, 'gate');
    const decision = textField(record, 'decision');
    if (gate === undefined || decision === undefined) return [];
    const optional = {
      criterion: textField(record, 'criterion'),
      value: numberField(record, 'value'),
      passed: booleanField(record, 'passed'),
      note: textField(record, 'note'),
      outcome: textField(record, 'outcome'),
      evaluated: booleanField(record, 'evaluated'),
      criteria: criteriaOf(record?.['criteria']),
      at: timeField(record, 'at'),
    };
    return [
      {
        gate,
        round: Math.max(1, countField(record, 'round') ?? 1),
        decision: decision.toUpperCase(),
        by: textField(record, 'by') ?? 'person',
        ...(Object.fromEntries(
          Object.entries(optional).filter(([, found]) => found !== undefined),
        ) as Partial<GateReview>),
      },
    ];
  });
}

const criterionStates = [
  'passed',
  'failed',
  'open',
  'notApplicable',
] as const satisfies readonly Criterion['state'][];

function criteriaOf(value: unknown): DecidedCriterion[] | undefined {
  const criteria = itemsOf(value).flatMap((item): DecidedCriterion[] => {
    const record = recordOf(item);
    const id = textField(record, 'id');
    const state = criterionStates.find((known) => known === textField(record, 'state'));
    const note = textField(record, 'note');
    return id === undefined || state === undefined
      ? []
      : [{ id, state, ...(note === undefined ? {} : { note }) }];
  });
  return criteria.length > 0 ? criteria : undefined;
}
