import { dirname, relative, sep } from 'node:path';
import { oneLine } from '../../files/oneLine';
import type { Plan } from '../../model/plan';
import type { LocatedReport, Track } from '../../model/track';
import { evaluationOf, type BoardCheckpoint } from '../../rules/boardDue';
import { boardConditionsOf } from '../../rules/boardConditions';
import { evaluatorDisagreement } from '../../rules/evaluatorDisagreement';
import { reviewsOf } from '../../rules/gates/personsEntries';
import { roundsOf } from '../../rules/gates/rounds';

/** A proposal is never longer than this many characters: each director gets it, in each phase. */
export const longestProposal = 12_000;
const mostTasks = 60;
const mostChecks = 30;
const mostReasons = 20;
const longestItem = 200;

/**
 * What the board is asked, from what is known of the track: question, goal, plan, dag and evaluation, with the files
 * where the rest can be read. Markdown; the first line is its title.
 */
export function boardProposal(track: Track, checkpoint: BoardCheckpoint): string {
  const { metadata, plan, documents } = track;
  const about = [
    metadata?.type === undefined ? undefined : `- Type: ${item(metadata.type)}`,
    metadata?.priority === undefined ? undefined : `- Priority: ${item(metadata.priority)}`,
    metadata?.description === undefined ? undefined : `- Goal: ${clip(oneLine(metadata.description), 1000)}`,
    ...(['spec', 'plan', 'evaluationReport'] as const).map((kind) =>
      documents[kind] === undefined ? undefined : `- ${kind}: \`${pathOf(track, documents[kind])}\``,
    ),
  ].filter((line) => line !== undefined);
  const sections = [
    `# ${titles[checkpoint]}: ${item(track.name)} (${item(track.id)})`,
    question(track, checkpoint),
    ['## Track', '', ...about].join('\n'),
    evaluationSection(track, checkpoint),
    conditionSection(track, checkpoint),
    plan ? planSection(plan, track) : 'plan.md holds no plan that can be read.',
  ];
  return clip(sections.filter((section) => section !== '').join('\n\n'), longestProposal);
}

const titles: Readonly<Record<BoardCheckpoint, string>> = {
  EVALUATE_PLAN: 'Carry out the plan',
  EVALUATE_EXECUTION: 'Accept the execution',
  CONFLICT: 'Break the tie of the evaluators',
  PRE_LAUNCH: 'Deploy to production',
};

function question(track: Track, checkpoint: BoardCheckpoint): string {
  switch (checkpoint) {
    case 'EVALUATE_PLAN':
      return 'The plan evaluator has passed this plan. May it be carried out as it is, and under which conditions?';
    case 'EVALUATE_EXECUTION':
      return 'The execution evaluator has passed this track. Is it fit to be completed?';
    case 'CONFLICT':
      return `The evaluators of this track disagree${suffix(evaluatorDisagreement(track))}. Is it fit to be completed? Approve if those who passed it are right, reject if those who failed it are.`;
    case 'PRE_LAUNCH':
      return 'This track is about to be deployed to production. CSO: look deep into vulnerabilities, compliance and data protection. COO: look deep into deployment, rollback, timeline and resources. May it be deployed?';
  }
}

function suffix(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`;
}

function evaluationSection(track: Track, checkpoint: BoardCheckpoint): string {
  const step = evaluationOf(checkpoint);
  const rounds = roundsOf(track, step, reviewsOf(step, track.metadata?.gateReviews ?? []));
  const { notes, failureReasons = [] } = track.loop?.checkpoints[step] ?? {};
  const lines = [
    ...(notes === undefined ? [] : [`- Notes: ${clip(oneLine(notes), 1000)}`]),
    ...some(
      failureReasons.map((reason) => `- Named as failed: ${item(reason)}`),
      mostReasons,
    ),
    ...(rounds.present ? reportLines(track, rounds.present) : []),
  ];
  return lines.length === 0 ? '' : [`## Evaluation (round ${rounds.round})`, '', ...lines].join('\n');
}

function reportLines(track: Track, { file, report }: LocatedReport): string[] {
  return [
    `- Report: ${item(report.title)} (\`${pathOf(track, file)}\`, line ${report.line}), verdict ${report.verdict ?? 'not stated'}`,
    ...some(
      report.checks.map(
        ({ name, statusText, note }) =>
          `- ${item(name)}: ${item(statusText)}${note === undefined ? '' : ` – ${item(note)}`}`,
      ),
      mostChecks,
    ),
  ];
}

function conditionSection(track: Track, checkpoint: BoardCheckpoint): string {
  if (checkpoint === 'EVALUATE_PLAN') return '';
  const conditions = boardConditionsOf(track).map(({ text, state }) => `- ${item(text)}: ${state}`);
  return conditions.length === 0
    ? ''
    : ['## Conditions of the board so far', '', ...some(conditions, mostReasons)].join('\n');
}

function planSection(plan: Plan, track: Track): string {
  const { total, done, skipped, blocked } = track.progress;
  const { dag } = plan;
  const tasks = plan.phases.flatMap((phase) => [
    `- ${item(phase.heading)}`,
    ...phase.tasks.map(
      ({ number, text, marker }) =>
        `  - [${marker}] ${number === undefined ? '' : `${number}: `}${item(text)}`,
    ),
  ]);
  return [
    '## Plan',
    '',
    `${total} tasks: ${done} done, ${skipped} skipped, ${blocked} blocked.${
      dag
        ? ` The dag has ${dag.nodes.length} nodes, ${dag.nodes.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0)} dependencies and ${dag.parallelGroups.length} parallel groups.`
        : ''
    }`,
    '',
    ...some(tasks, mostTasks),
  ].join('\n');
}

function some(lines: readonly string[], most: number): string[] {
  return lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most), `- … and ${lines.length - most} more lines`];
}

function pathOf(track: Track, file: string): string {
  return relative(dirname(track.root), file).split(sep).join('/');
}

function item(text: string): string {
  return clip(oneLine(text), longestItem);
}

function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
