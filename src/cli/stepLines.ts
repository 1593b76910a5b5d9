import type { StepDone } from '../engine/stepDone';
import type { StepReport } from '../engine/stepReport';
import type { Call } from './command';
import { fieldLines, words } from './human';
import { pathFrom } from './selectTrack';
import { printable } from './text';

/** What a step did or would do, and why, for a person. */
export function stepLines(report: StepReport, { output, folder }: Pick<Call, 'output' | 'folder'>): string[] {
  const [first, ...others] = report.changes.map(({ file, what }) =>
    printable(`${pathFrom(folder, file)}${what === null ? '' : `: ${what}`}`),
  );
  const command = report.command && [report.command.executable, ...report.command.args.map(shown)].join(' ');
  const lines = [
    `${output.style('bold', printable(report.track))}  ${report.dryRun ? 'would ' : ''}${report.action}`,
    ...fieldLines(
      [
        ['Why', printable(report.why)],
        ['Rule', printable(report.row ?? '')],
        ['Command', printable(command ?? '')],
        [report.dryRun ? 'Would write' : 'Wrote', first ?? ''],
        ...others.map((change): [string, string] => ['', change]),
        [report.dryRun ? 'Loop' : 'Now', stateText(report)],
      ],
      output,
    ),
    ...report.warnings.map((warning) => output.style('yellow', `  Note: ${printable(warning)}`)),
  ];
  const { escalation } = report;
  if (escalation) {
    lines.push(
      '',
      output.style('red', `A person must decide: ${printable(escalation.description)}`),
      ...escalation.context.map((line) => `  ${printable(line)}`),
      ...escalation.options.map((option) => `  - ${printable(option)}`),
    );
  }
  return lines;
}

/** What to say when the agent has ended and left no outcome to record. `moved`: it took the loop on by itself. */
export function agentEndLines(report: StepReport, done: StepDone, moved: boolean): string[] {
  const name = printable(done.agent?.command.name ?? 'The agent');
  const how =
    report.agentExitCode === null
      ? 'was killed'
      : report.agentExitCode === 0
        ? 'ended'
        : `ended with exit code ${report.agentExitCode}`;
  if (moved) return [`${name} ${how}. It took the loop to ${stateText(report)}.`];
  const track = printable(report.track);
  return [
    `${name} ${how} and did not say what became of ${done.loop.step}. Say it yourself:`,
    `  conductor step ${track} --outcome passed`,
    `  conductor step ${track} --outcome failed --reason "…"`,
  ];
}

function stateText(report: StepReport): string {
  const { count, max } = report.fixCycle;
  const fix = count ? `, fix ${count}/${max ?? '?'}` : '';
  return printable(`${report.step ?? '–'} · ${words(report.stepStatus ?? '')}${fix}`);
}

/** An argument as a person would have to quote it; only for showing. */
function shown(argument: string): string {
  return /^[\w./:=@-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
