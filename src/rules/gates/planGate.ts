import type { Criterion, Gate } from '../../model/gate';
import type { LocatedReport, Track } from '../../model/track';
import { checkDag } from '../dagRules';
import { majorBecause } from '../majorTrack';
import { sessionAt, sessionCriterion, usesBoard } from './boardCriterion';
import { asDecided, reviewsOf, withPersonsEntries } from './personsEntries';
import {
  booleanFor,
  checkCriterion,
  furtherRows,
  planChecks,
  rowEvidence,
  rowFor,
  stateOf,
  verdictCriterion,
  type Contradictions,
} from './reportChecks';
import { dateOf, earlierRounds, roundBegan, roundsOf } from './rounds';

const dagWords = /^dag\b/i;
const boardWords = /^board\b/i;

/** EVALUATE_PLAN (spec 003, step 2): the five checks, the dag, the board. */
export function planGate(track: Track): Gate {
  const step = 'EVALUATE_PLAN';
  const reviews = reviewsOf(step, track.metadata?.gateReviews ?? []);
  const rounds = roundsOf(track, step, reviews);
  const contradictions: Contradictions = [];
  const from = sourcesOf(track, rounds);
  const report = rounds.present;
  const checks = planChecks.map((check) => checkCriterion(check, from, contradictions));
  const further = furtherRows(report, isKnown);
  const criteria = [
    ...checks,
    ...further,
    dagCriterion(track, report, from.checkpoint && booleanFor(from.checkpoint, dagWords), contradictions),
    boardCriterion(track, roundBegan(track, step, rounds, reviews), contradictions),
  ];
  const verdict = verdictCriterion(from, criteria, contradictions);
  const said = report?.report.fields;
  return {
    id: step,
    kind: step,
    title: 'Evaluate plan',
    round: rounds.round,
    evaluated: rounds.evaluated,
    ...aboutEvaluation(said, report, from.checkpoint, rounds.decided),
    criteria: asDecided(
      withPersonsEntries([...criteria, ...verdict], reviews, rounds.round),
      rounds.decided,
      from.metadataFile,
      contradictions,
    ),
    ...(rounds.decided ? { decided: rounds.decided } : {}),
    earlier: earlierRounds(track, step, rounds, statesOf, reviews),
    reviews,
    contradictions,
  };
}

/** What report and checkpoint say about who evaluated, when, and with what verdict. */
export function aboutEvaluation(
  fields: Readonly<Record<string, string>> | undefined,
  report: LocatedReport | undefined,
  checkpoint: ReturnType<typeof roundsOf>['checkpoint'],
  decided: Gate['decided'],
): Pick<Gate, 'evaluator' | 'evaluatedAt' | 'statedVerdict' | 'failureReasons'> {
  // With a person's verdict the checkpoint has their time beside the name of an evaluator who did not run then.
  const evaluator = fields?.['Evaluator'] ?? (decided ? decided.by : checkpoint?.agent);
  const reported = report ? dateOf(report) : undefined;
  const at = decided ? (report ? reported : decided.at) : (checkpoint?.completedAt ?? reported);
  const verdict = report?.report.verdict ?? checkpoint?.verdict;
  return {
    ...(evaluator === undefined ? {} : { evaluator }),
    ...(at === undefined ? {} : { evaluatedAt: at }),
    ...(verdict === undefined ? {} : { statedVerdict: verdict }),
    failureReasons: report?.report.failureReasons ?? checkpoint?.failureReasons ?? [],
  };
}

/** Where a round's answers are looked for. */
export function sourcesOf(track: Track, rounds: ReturnType<typeof roundsOf>) {
  return {
    ...(rounds.present ? { report: rounds.present } : {}),
    ...(rounds.checkpoint ? { checkpoint: rounds.checkpoint } : {}),
    ...(rounds.decided ? { decided: rounds.decided } : {}),
    ...(track.documents.metadata === undefined ? {} : { metadataFile: track.documents.metadata }),
  };
}

function isKnown(row: { readonly name: string }): boolean {
  const name = row.name.trim();
  return dagWords.test(name) || boardWords.test(name) || planChecks.some(({ words }) => words.test(name));
}

function statesOf(report: LocatedReport): Readonly<Record<string, Criterion['state']>> {
  const known = planChecks.flatMap((check): [string, Criterion['state']][] => {
    const row = rowFor(report, check.words);
    return row ? [[check.id, stateOf(row)]] : [];
  });
  const dag = rowFor(report, dagWords);
  return Object.fromEntries([
    ...known,
    ...(dag ? [['dag', stateOf(dag)] as const] : []),
    ...furtherRows(report, isKnown).map(({ id, state }) => [id, state] as const),
  ]);
}

/**
 * DAG validity (FORMATS §4.8): ids unique, references valid, no cycle, groups on one level, conflict_free truthful.
 * The rule looks at the plan itself, so what a report says about it only adds to that.
 */
function dagCriterion(
  track: Track,
  report: LocatedReport | undefined,
  recorded: boolean | undefined,
  contradictions: Contradictions,
): Criterion {
  const base = {
    id: 'dag',
    name: 'DAG Valid',
    group: 'dag',
    question: 'Ids unique, references valid, no cycle, groups on one level, conflict_free true',
  } as const;
  const row = rowFor(report, dagWords);
  const rowSays = row && report ? [rowEvidence(report.file, row)] : [];
  const { plan } = track;
  const file = track.documents.plan;
  if (!plan?.dag) {
    const failed = (row?.status ?? (recorded === false ? 'fail' : 'pass')) === 'fail';
    return {
      ...base,
      required: failed,
      state: failed ? 'failed' : 'notApplicable',
      note: row?.note ?? 'plan.md has no dag block that can be read.',
      evidence: rowSays,
    };
  }
  const problems = [...plan.dag.problems, ...checkDag(plan.dag, plan)].filter(
    ({ severity }) => severity !== 'info',
  );
  const [first] = problems;
  const { nodes, parallelGroups } = plan.dag;
  const size = `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}, ${parallelGroups.length} parallel ${parallelGroups.length === 1 ? 'group' : 'groups'}`;
  if (first) {
    if (row?.status === 'pass' || recorded === true) {
      contradictions.push(
        `The evaluation calls the dag valid, but plan.md${first.line === undefined ? '' : `:${first.line}`} says otherwise: ${first.message}`,
      );
    }
    return {
      ...base,
      required: true,
      state: 'failed',
      note:
        problems.length === 1
          ? first.message
          : `${problems.length} problems in ${size}; first: ${first.message}`,
      evidence: [
        ...problems.slice(0, 5).map((problem) => ({
          ...(file === undefined ? {} : { file }),
          ...(problem.line === undefined ? {} : { line: problem.line }),
          how: 'read' as const,
          note: problem.message,
        })),
        ...rowSays,
      ],
    };
  }
  const failed = row?.status === 'fail' || (!row && recorded === false);
  return {
    ...base,
    required: true,
    state: failed ? 'failed' : 'passed',
    note: failed ? (row?.note ?? 'The checkpoint says that it is not valid.') : `${size}, no problem found.`,
    evidence: [{ ...(file === undefined ? {} : { file }), line: plan.dag.line, how: 'read' }, ...rowSays],
  };
}

/** The board meets on major tracks: architecture, integration, infrastructure, five tasks or more, or P0 (spec 003). */
function boardCriterion(track: Track, since: string | undefined, contradictions: Contradictions): Criterion {
  const major = majorBecause(track);
  const uses = usesBoard(track);
  return sessionCriterion(
    track,
    sessionAt(track, ['EVALUATE_PLAN']),
    {
      name: 'Board Meeting',
      question:
        'Major tracks (architecture, integration, infrastructure, 5 or more tasks, P0): full board meeting',
      required: major !== undefined && uses && isAhead(track),
      since,
      missing:
        major === undefined
          ? 'Not a major track: no board meeting is asked for.'
          : `A major track (${major}): spec 003 asks for a board meeting, and none is recorded${uses ? '' : '; this track has had no board so far'}.`,
    },
    contradictions,
  );
}

/** The gate has not been passed yet: afterwards a meeting that was not held is history. */
function isAhead(track: Track): boolean {
  const step = track.loop?.step;
  return step === 'NOT_STARTED' || step === 'PLAN' || step === 'EVALUATE_PLAN';
}
