import type { Track } from '../model/track';
import { evaluatorWords } from './gates/evaluators';
import { reviewsOf } from './gates/personsEntries';
import { passes, stateOf } from './gates/reportChecks';
import { roundsOf, statedRound } from './gates/rounds';

/**
 * Whether the evaluators of the present round of EVALUATE_EXECUTION say different things (spec 003, "When Board is
 * Invoked": CONFLICT): "eval-ui-ux passed, eval-integration failed". Undefined: they agree, or a person has decided.
 */
export function evaluatorDisagreement(track: Track): string | undefined {
  const step = 'EVALUATE_EXECUTION';
  const rounds = roundsOf(track, step, reviewsOf(step, track.metadata?.gateReviews ?? []));
  // What a person decided is no tie any more.
  if (rounds.decided) return undefined;
  const said = new Map<string, boolean>();
  const present = rounds.present;
  const ofRound = [
    ...rounds.past.filter(({ report }) => present && sameRound(report, present)).map(({ report }) => report),
    ...(present ? [present] : []),
  ];
  for (const located of ofRound) {
    const { report } = located;
    const evaluator = report.fields['Evaluator']?.trim();
    if (evaluator && report.verdict !== undefined) said.set(evaluator, passes(located));
    for (const row of report.checks) {
      const name = evaluatorWords.exec(row.name)?.[0]?.toLowerCase();
      const state = stateOf(row);
      if (name !== undefined && (state === 'passed' || state === 'failed'))
        said.set(name, state === 'passed');
    }
  }
  for (const { evaluator, verdict } of rounds.checkpoint?.evaluatorsRun ?? []) {
    const word = verdict?.trim() ?? '';
    if (/^(?:pass|fail)/i.test(word)) said.set(evaluator.trim(), /^pass/i.test(word));
  }
  const verdicts = [...said.values()];
  if (!verdicts.includes(true) || !verdicts.includes(false)) return undefined;
  return [...said].map(([name, passed]) => `${name} ${passed ? 'passed' : 'failed'}`).join(', ');
}

function sameRound(a: Parameters<typeof statedRound>[0], b: Parameters<typeof statedRound>[0]): boolean {
  const round = statedRound(a);
  return round !== undefined && round === statedRound(b);
}
