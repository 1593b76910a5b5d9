import type { Criterion, CriterionGroup, Gate } from '../../model/gate';
import type { Track } from '../../model/track';
import type { GateActions, Permission } from '../../rules/gates/gateActions';
import type { Act, Look, ShownCriterion, ShownGroup, ShownMetric } from '../../shared/gateModel';
import { shownEvidences } from './evidence';
import { lookOf, wordOf } from './looks';
import { groupNouns, tally } from './ruleShown';
import { counted, numberText, short } from './texts';

const order: readonly CriterionGroup[] = [
  'metrics',
  'checks',
  'protocol',
  'dag',
  'evaluators',
  'board',
  'conditions',
];

const titles: Readonly<Record<CriterionGroup, string>> = {
  metrics: 'Metrics',
  checks: 'Checks',
  protocol: 'Completion protocol',
  dag: 'DAG',
  evaluators: 'Evaluators',
  board: 'Board',
  conditions: 'Board conditions',
};

/** Earlier rounds that are shown beside the present one. */
const mostRounds = 2;

/** The criteria of a gate in their groups. */
export function groupsOf(track: Track, gate: Gate, actions: GateActions, base: string): ShownGroup[] {
  const key = uniqueKeys();
  return order.flatMap((group): ShownGroup[] => {
    const criteria = gate.criteria.filter((criterion) => criterion.group === group);
    if (criteria.length === 0) return [];
    // Only rounds that say something about this group: an empty column would tell nothing.
    const rounds = gate.earlier
      .filter(({ states }) => criteria.some(({ id }) => Object.hasOwn(states, id)))
      .slice(0, mostRounds);
    const source = sourceOf(track, group);
    return [
      {
        group,
        title: titles[group],
        summary: summaryOf(group, criteria, rounds[0]),
        ...(source ? { source } : {}),
        rounds: rounds.map(({ round }) => round),
        criteria: criteria.map((criterion) => ({
          ...shownCriterion(criterion, actions, base),
          key: key(criterion.id),
          past: rounds.map(({ states }): Look =>
            Object.hasOwn(states, criterion.id) ? (states[criterion.id] ?? 'unnamed') : 'unnamed',
          ),
        })),
      },
    ];
  });
}

function shownCriterion(
  criterion: Criterion,
  actions: GateActions,
  base: string,
): Omit<ShownCriterion, 'key' | 'past'> {
  const { id, question, note, waived } = criterion;
  const enter = ownOf(actions.enter, id);
  const over =
    criterion.value !== undefined && criterion.minimum !== undefined ? oddValue(criterion) : undefined;
  const seen = [note, over].filter((part) => part !== undefined && part !== '').join(' ');
  return {
    id,
    name: short(criterion.name, 600),
    ...(question === undefined ? {} : { question: short(question, 600) }),
    look: lookOf(criterion),
    word: wordOf(criterion),
    required: criterion.required,
    ...(criterion.minimum === undefined ? {} : { metric: metricOf(criterion.value, criterion.minimum) }),
    ...(seen === '' ? {} : { note: short(seen) }),
    evidence: shownEvidences(criterion.evidence, base),
    ...(waived
      ? { waived: `Waived by ${short(waived.by, 80)}${waived.note ? `: ${short(waived.note, 600)}` : ''}` }
      : {}),
    ...(waived?.at === undefined ? {} : { waivedAt: short(waived.at, 60) }),
    ...(criterion.notWaivable === undefined ? {} : { notWaivable: short(criterion.notWaivable, 300) }),
    waive: actOf(ownOf(actions.waive, id)),
    ...(enter && offersEntry(enter) ? { enter: actOf(enter) } : {}),
    ...(waived ? { withdraw: withdrawAct(criterion, ownOf(actions.withdraw, id)) } : {}),
  };
}

/** What a file answers and what belongs into the board panel offers nothing to enter. */
function offersEntry(enter: Permission): boolean {
  return enter.allowed || (enter.code !== 'answered-by-file' && enter.code !== 'entered-elsewhere');
}

/** Says as what it counts again. */
function withdrawAct(criterion: Criterion, withdrawing: Permission | undefined): Act {
  if (!withdrawing?.allowed) return actOf(withdrawing);
  const before = wordOf({ ...criterion, waived: undefined }).toLowerCase();
  return {
    allowed: true,
    says: `${short(criterion.name, 200)} counts again as ${before}; the waiver stays on record in gate_reviews[] of metadata.json.`,
  };
}

export function actOf(permission: Permission | undefined): Act {
  if (!permission) return { allowed: false, says: 'There is no such criterion.' };
  return permission.allowed
    ? {
        allowed: true,
        says: short(permission.effect, 700),
        ...(permission.caution === undefined ? {} : { caution: short(permission.caution, 700) }),
      }
    : { allowed: false, says: short(permission.because, 700) };
}

function metricOf(value: number | undefined, minimum: number): ShownMetric {
  const known = [value ?? 0, minimum].filter((number) => Number.isFinite(number));
  const most = Math.max(0, ...known);
  // Grades go to 10, percents to 100; what is beyond fills the gauge.
  const scale = most <= 10 ? 10 : most <= 100 ? 100 : most;
  const share = (number: number): number =>
    Number.isNaN(number) ? 0 : Math.min(100, Math.max(0, (number / scale) * 100));
  return {
    value: value === undefined ? 'no value' : numberText(value),
    minimum: numberText(minimum),
    filled: share(value ?? 0),
    mark: share(minimum),
  };
}

function oddValue({ value = 0, minimum = 0 }: Criterion): string | undefined {
  if (!Number.isFinite(value)) return 'The value is not a number.';
  if (value < 0) return 'The value is negative.';
  if (value > 100 && minimum <= 100) return 'The value is over 100.';
  return undefined;
}

function summaryOf(
  group: CriterionGroup,
  criteria: readonly Criterion[],
  before: Gate['earlier'][number] | undefined,
): string {
  const { passed, waived, total } = tally(criteria);
  const word = group === 'conditions' ? 'met' : 'pass';
  const had = before
    ? criteria.filter(({ id }) => Object.hasOwn(before.states, id) && before.states[id] === 'passed').length
    : undefined;
  if (total === 0) return 'not asked for here';
  return [
    group === 'evaluators' && criteria.length > 1 ? 'all must pass' : undefined,
    `${String(passed)} of ${String(total)} ${word}`,
    waived > 0 ? `${counted(waived, ...groupNouns[group])} waived` : undefined,
    had === undefined || before === undefined
      ? undefined
      : `round ${String(before.round)} had ${String(had)}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function sourceOf(track: Track, group: CriterionGroup): { file: string; line?: number } | undefined {
  if (group !== 'dag') return undefined;
  const file = track.documents.plan;
  const line = track.plan?.dag?.line;
  return file === undefined || line === undefined ? undefined : { file, line };
}

function ownOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function uniqueKeys(): (id: string) => string {
  const times = new Map<string, number>();
  return (id) => {
    const head = short(id, 200);
    const time = (times.get(head) ?? 0) + 1;
    times.set(head, time);
    return time === 1 ? head : `${head}#${String(time)}`;
  };
}
