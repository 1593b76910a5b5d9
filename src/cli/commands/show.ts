import { showReport, type PhaseReport, type ShowReport, type TaskReport } from '../../engine/statusReport';
import { markerCharacter, type Marker } from '../../model/marker';
import type { Command } from '../command';
import { exitCode } from '../exitCode';
import {
  fieldLines,
  groupStyle,
  groupTitle,
  plural,
  problemLines,
  progressBar,
  progressCount,
  stateOf,
} from '../human';
import type { Output, Style } from '../output';
import { readTrack } from '../readFolder';
import { pathFrom } from '../selectTrack';
import { displayWidth, printable, table } from '../text';

export const show: Command = {
  name: 'show',
  takes: '<track>',
  summary: 'Show one track: plan, tasks with their ids, gates, board, what is next',
  details: [
    '<track> is its id, the beginning of its id, or the path of its folder;',
    '<root>:<id> where several conductor directories hold the same id.',
    'The ids printed before the tasks are what `conductor mark` takes.',
  ],
  arguments: { least: 1, most: 1 },
  options: {},
  async run(call) {
    const { track } = await readTrack(call, call.arguments[0] ?? '');
    const report = showReport(track);
    if (call.json) call.output.document(report);
    else call.output.lines(humanLines(report, call.folder, call.output));
    return exitCode.fine;
  },
};

function humanLines(track: ShowReport, folder: string, output: Output): string[] {
  const lines = [
    `${output.style('bold', printable(track.name))}  ${track.name === track.id ? '' : printable(track.id)}`.trimEnd(),
    ...fieldLines(
      [
        [
          'Folder',
          track.path === null ? 'not on disk, only registered' : printable(pathFrom(folder, track.path)),
        ],
        ['Group', `${output.style(groupStyle[track.group], groupTitle[track.group])} · ${track.dialect}`],
        ['Status', printable(track.status ?? '')],
        ['Step', track.step === null ? '' : stateOf(track)],
        ['Fix cycle', track.fixCycle.count ? `${track.fixCycle.count} of ${track.fixCycle.max ?? '?'}` : ''],
        [
          'Progress',
          `${progressBar(track.progress, output)} ${progressCount(track.progress)}${details(track)}`,
        ],
        ['Next', `${output.style('bold', track.nextAction.kind)}: ${printable(track.nextAction.why)}`],
      ],
      output,
    ),
  ];
  for (const phase of track.phases) lines.push('', ...phaseLines(phase, output));
  if (track.phases.length === 0) lines.push('', output.style('dim', 'No tasks in a plan.'));
  if (track.dag) {
    lines.push('', heading('Dependencies', output));
    lines.push(
      `  ${plural(track.dag.nodes.length, 'node')}, ${plural(track.dag.parallelGroups.length, 'parallel group')}`,
    );
  }
  if (track.gates.length > 0) {
    lines.push('', heading('Gates', output));
    lines.push(
      ...table(
        track.gates.map((gate) => [
          printable(gate.title),
          verdictText(gate.verdict, output) + (gate.contradictory ? ' (contradictory)' : ''),
          `${printable(pathFrom(folder, gate.file))}:${gate.line}`,
        ]),
        '  ',
      ),
    );
  }
  if (track.board.length > 0) {
    lines.push('', heading('Board', output));
    lines.push(
      ...table(
        track.board.map((session) => [
          printable(session.sessionId),
          printable(session.checkpoint ?? ''),
          verdictText(session.verdict ?? session.status, output),
          Object.entries(session.votes)
            .map(([director, vote]) => printable(`${director} ${vote}`))
            .join(', '),
        ]),
        '  ',
      ),
    );
  }
  if (track.problemList.length > 0) {
    lines.push('', output.style('yellow', `Problems (${track.problemList.length})`));
    lines.push(...problemLines(track.problemList, folder, output));
  }
  return lines;
}

function heading(text: string, output: Output): string {
  return output.style('bold', text);
}

function details({ progress }: ShowReport): string {
  const parts = [
    progress.doing > 0 ? `${progress.doing} in progress` : '',
    progress.blocked > 0 ? `${progress.blocked} blocked` : '',
    progress.skipped > 0 ? `${progress.skipped} skipped` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `  (${parts.join(', ')})`;
}

function verdictText(verdict: string | null, output: Output): string {
  if (verdict === null) return 'no verdict';
  const text = printable(verdict);
  if (/^(PASS|APPROVED)/.test(verdict)) return output.style('green', text);
  if (/^(FAIL|REJECTED)/.test(verdict)) return output.style('red', text);
  return output.style('yellow', text);
}

function phaseLines(phase: PhaseReport, output: Output): string[] {
  const name = [phase.number === null ? '' : `Phase ${phase.number}`, phase.name].filter(
    (part) => part !== '',
  );
  const checkpoint = phase.checkpoint === null ? '' : `  [checkpoint: ${phase.checkpoint}]`;
  const title = printable((name.join(': ') || 'Tasks') + checkpoint);
  return [heading(title, output), ...taskLines(phase.tasks, 1, widestId(phase.tasks, 1), output)];
}

const markerStyle: Readonly<Record<Marker, Style>> = {
  todo: 'dim',
  doing: 'cyan',
  done: 'green',
  blocked: 'red',
  skipped: 'dim',
  unclear: 'yellow',
};

/** Ids longer than this do not push the texts of the others to the right. */
const idColumn = 24;

function widestId(tasks: readonly TaskReport[], depth: number): number {
  return tasks.reduce(
    (widest, task) =>
      Math.max(
        widest,
        Math.min(idColumn, displayWidth(printable(task.id)) + 2 * depth),
        widestId(task.tasks, depth + 1),
      ),
    0,
  );
}

function taskLines(tasks: readonly TaskReport[], depth: number, column: number, output: Output): string[] {
  return tasks.flatMap((task) => {
    const indent = '  '.repeat(depth);
    const box = task.marker === 'unclear' ? '?' : markerCharacter[task.marker];
    const id = printable(task.id);
    const gap = ' '.repeat(Math.max(2, column - displayWidth(id) - 2 * depth + 2));
    const commit = task.commit === null ? '' : `  ${output.style('dim', printable(task.commit))}`;
    const line = `${indent}${output.style(markerStyle[task.marker], `[${box}]`)} ${id}${gap}${printable(task.text)}${commit}`;
    return [line, ...taskLines(task.tasks, depth + 1, column, output)];
  });
}
