import {
  booleanField,
  field,
  itemsOf,
  numberField,
  recordOf,
  textField,
  textOf,
  textsOf,
  type Loose,
} from '../../files/looseValues';
import type { BoardAssessment, BoardVote } from '../../model/board';
import type { PointList } from '../../shared/boardModel';
import { clipped, plural } from './words';

/** What a director says beside score and verdict, the extras of each office included (FORMATS §4.10). */
export function assessmentPoints(
  assessment: BoardAssessment | undefined,
  vote: BoardVote | undefined,
): PointList[] {
  const raw: Loose = assessment?.raw ?? {};
  const lists: (PointList | undefined)[] = [
    points('Key points', 'plus', assessment?.keyPoints ?? []),
    points('Concerns', 'warn', assessment?.concerns ?? []),
    points(
      'Blocking',
      'bad',
      booleanField(raw, 'blocking') ? ['Holds the proposal up until it is answered.'] : [],
    ),
    points('Recommendations', 'note', assessment?.recommendations ?? []),
    points('Questions for the board', 'note', textsOf(field(raw, 'questions_for_board'), 'question', 'text')),
    points('Conditions', 'note', vote?.conditions ?? []),
    points('Vulnerabilities', 'warn', itemsOf(field(raw, 'vulnerabilities')).map(vulnerability)),
    points('Audit', 'warn', booleanField(raw, 'audit_required') ? ['An audit is required.'] : []),
    points('Timeline', 'note', timeline(recordOf(field(raw, 'timeline_assessment')))),
    points('Cost', 'note', cost(recordOf(field(raw, 'cost_estimate')))),
    points('Risks', 'warn', itemsOf(field(raw, 'risks')).map(risk)),
    ...accessibility(recordOf(field(raw, 'accessibility_audit'))),
    points('Usability check', 'note', usability(recordOf(field(raw, 'usability_check')))),
  ];
  return lists.filter((list) => list !== undefined);
}

/** Lists that a person reads after the others. */
const beside: ReadonlySet<string> = new Set(['Recommendations', 'Questions for the board', 'Risks', 'Cost']);

function points(title: string, look: PointList['look'], items: readonly string[]): PointList | undefined {
  const said = items.filter((item) => item.trim() !== '');
  return said.length === 0 ? undefined : { title, look, main: !beside.has(title), items: clipped(said) };
}

function vulnerability(item: unknown): string {
  const record = recordOf(item);
  if (!record) return textOf(item) ?? '';
  const severity = textField(record, 'severity');
  const what = textField(record, 'type', 'description', 'issue') ?? 'no type given';
  const where = textField(record, 'location', 'file');
  return sentence(
    `${severity === undefined ? '' : `${severity}: `}${what}${where === undefined ? '' : ` in ${where}`}`,
    ['Fix', textField(record, 'remediation', 'fix')],
  );
}

function timeline(record: Loose | undefined): string[] {
  const proposed = textField(record, 'proposed');
  const realistic = textField(record, 'realistic');
  const confidence = numberField(record, 'confidence');
  const path = textsOf(field(record, 'critical_path'));
  return [
    [
      proposed === undefined ? undefined : `${proposed} proposed`,
      realistic === undefined ? undefined : `${realistic} realistic`,
      confidence === undefined ? undefined : `confidence ${confidence.toFixed(2)}`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
    path.length === 0 ? '' : `Critical path: ${path.join(', ')}`,
  ];
}

function cost(record: Loose | undefined): string[] {
  const once = textField(record, 'one_time');
  const monthly = textField(record, 'monthly');
  return [
    [
      once === undefined ? undefined : `${once} once`,
      monthly === undefined ? undefined : `${monthly} a month`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
    textField(record, 'notes') ?? '',
  ];
}

function risk(item: unknown): string {
  const record = recordOf(item);
  if (!record) return textOf(item) ?? '';
  const probability = textField(record, 'probability');
  const impact = textField(record, 'impact');
  const measures = [
    probability === undefined ? undefined : `${probability} probability`,
    impact === undefined ? undefined : `${impact} impact`,
  ].filter((part) => part !== undefined);
  return sentence(
    `${textField(record, 'risk', 'description') ?? 'not named'}${measures.length > 0 ? ` (${measures.join(', ')})` : ''}`,
    ['Mitigation', textField(record, 'mitigation')],
  );
}

function accessibility(record: Loose | undefined): (PointList | undefined)[] {
  const score = numberField(record, 'score');
  const issues = itemsOf(field(record, 'issues'));
  const head = [
    score === undefined ? undefined : `${score} of 10`,
    record === undefined ? undefined : plural(issues.length, 'issue'),
  ].filter((part) => part !== undefined);
  const each = issues.map((item) => {
    const issue = recordOf(item);
    if (!issue) return textOf(item) ?? '';
    const severity = textField(issue, 'severity');
    const wcag = textField(issue, 'wcag');
    return sentence(
      `${severity === undefined ? '' : `${severity}: `}${textField(issue, 'issue', 'description') ?? 'not named'}${wcag === undefined ? '' : ` (WCAG ${wcag})`}`,
      ['Fix', textField(issue, 'fix')],
    );
  });
  return [points('Accessibility', issues.length > 0 ? 'warn' : 'note', [head.join(', '), ...each])];
}

function usability(record: Loose | undefined): string[] {
  const passed = booleanField(record, 'passed');
  const notes = textField(record, 'notes');
  const verdict = passed === undefined ? undefined : passed ? 'Passed' : 'Failed';
  return [[verdict, notes].filter((part) => part !== undefined).join('. ')];
}

/** "What. Fix: how" */
function sentence(what: string, [label, more]: readonly [string, string | undefined]): string {
  return more === undefined ? what : `${what.replace(/\.$/, '')}. ${label}: ${more}`;
}
