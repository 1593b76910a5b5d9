import type { Criterion, CriterionGroup, Gate, GateDecision } from '../../model/gate';
import type { RuleLine } from '../../model/ruleLine';
import type { Permission } from '../../rules/gates/gateActions';
import type { ShownRuleLine, ShownScore } from '../../shared/gateModel';
import { decisionWord, outcomeWord, personsVerdict } from './looks';
import { counted, listed, numberText, short } from './texts';

/** What a group's criteria are called. */
export const groupNouns: Readonly<Record<CriterionGroup, readonly [string, string]>> = {
  metrics: ['metric', 'metrics'],
  checks: ['check', 'checks'],
  protocol: ['part', 'parts'],
  dag: ['look at the DAG', 'looks at the DAG'],
  evaluators: ['evaluator', 'evaluators'],
  board: ['word of the board', 'words of the board'],
  conditions: ['condition', 'conditions'],
};

/** How many of the criteria that count are as they should be. */
export function tally(criteria: readonly Criterion[]): { passed: number; waived: number; total: number } {
  const counting = criteria.filter(({ state, waived }) => state !== 'notApplicable' || waived);
  return {
    passed: counting.filter(({ state, waived }) => state === 'passed' && !waived).length,
    waived: counting.filter(({ waived }) => waived !== undefined).length,
    total: counting.length,
  };
}

export function scoreOf(gate: Gate, decision: GateDecision): ShownScore {
  const { passed, waived, total } = tally(gate.criteria);
  const word = outcomeWord(decision.outcome).toUpperCase();
  return {
    label: gate.kind === 'METRICS' ? 'Score' : 'What the rule says',
    value: decision.score === undefined ? word : `${numberText(decision.score)}, ${word}`,
    below: `${String(passed)} of ${counted(total, 'criterion', 'criteria')} passed${waived > 0 ? `, ${String(waived)} waived` : ''}`,
  };
}

export function ruleOf(decision: GateDecision): ShownRuleLine[] {
  return decision.lines.map(({ text, because, state }) => ({
    text: short(text, 300),
    because: short(because, 600),
    state: state === 'passedOver' && /→ (?:FAIL|REJECT|OPEN)/.test(text) ? 'cleared' : state,
  }));
}

/** The gate in one sentence: what its rule found. */
export function headlineOf(gate: Gate, decision: GateDecision): string {
  const fired = decision.lines.find(({ state }) => state === 'fired');
  const { passed, total } = tally(gate.criteria);
  switch (decision.outcome) {
    case 'PASS':
      return allPass(gate);
    case 'FAIL':
      return sentence(
        `${(fired?.text ?? 'It fails').split(' →')[0] ?? ''}: ${dagReason(gate, fired) ?? fired?.because ?? ''}`,
      );
    case 'OPEN':
      return gate.evaluated
        ? sentence(`Something that is required has no answer: ${fired?.because ?? ''}`)
        : sentence(`Nothing has been evaluated in this round yet. Open: ${fired?.because ?? ''}`);
    case 'REJECT':
      return sentence(`A required metric is missing or below its minimum: ${fired?.because ?? ''}`);
    case 'APPROVE':
      return `${String(passed)} of ${counted(total, 'metric')} pass, and a score of ${numberText(decision.score ?? 0)} approves.`;
    case 'REVIEW':
      return decision.score === undefined
        ? 'There is nothing to count, so the rule asks for a person.'
        : `${String(passed)} of ${counted(total, 'metric')} pass; a score of ${numberText(decision.score)} asks for a person.`;
  }
}

/** "DAG Valid" says nothing about what is wrong with it. */
function dagReason(gate: Gate, fired: RuleLine | undefined): string | undefined {
  return fired?.text.startsWith('The dag is not valid')
    ? gate.criteria.find(({ group, state }) => group === 'dag' && state === 'failed')?.note
    : undefined;
}

/** What follows for whoever looks at it. */
export function standingOf(gate: Gate, approve: Permission, actions: readonly Permission[]): string {
  const said = personsVerdict(gate);
  const decided = said ? `${decisionWord(said.decision)} by ${short(said.by, 80)} in this round.` : undefined;
  const may = approve.allowed
    ? `Approving is allowed.${approve.caution === undefined ? '' : ` ${approve.caution}`}`
    : actions.every(({ allowed }) => !allowed)
      ? approve.because
      : `Approving is not possible: ${(approve.because.split(': approving is only')[0] ?? '').replace(/\.$/, '')}.`;
  return short([decided, may].filter((part) => part !== undefined).join(' '), 900);
}

function allPass(gate: Gate): string {
  const groups = new Map<CriterionGroup, Criterion[]>();
  for (const criterion of gate.criteria) {
    if (criterion.state === 'notApplicable' || criterion.waived || !criterion.required) continue;
    groups.set(criterion.group, [...(groups.get(criterion.group) ?? []), criterion]);
  }
  const parts = [...groups]
    .filter(([group]) => group !== 'dag' && group !== 'board')
    .map(
      ([group, criteria]) =>
        `${criteria.length > 1 ? 'all ' : ''}${counted(criteria.length, ...groupNouns[group])}`,
    );
  const { waived } = tally(gate.criteria);
  const text = parts.length === 0 ? 'everything that counts' : listed(parts);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} pass.${waived > 0 ? ` ${counted(waived, 'criterion is', 'criteria are')} waived.` : ''}`;
}

function sentence(text: string): string {
  return short(text.trim(), 500);
}
