import { statusReport, type RootReport } from '../../engine/statusReport';
import type { RootSnapshot } from '../../model/root';
import type { TrackGroup } from '../../model/track';
import type { Call, Command } from '../command';
import { exitCode } from '../exitCode';
import { folderOf } from '../folder';
import { groupStyle, groupTitle, plural, problemLines, trackLines } from '../human';
import { noConductor, readFolder } from '../readFolder';
import { pathFrom } from '../selectTrack';
import { printable } from '../text';

const groupOrder: readonly TrackGroup[] = ['active', 'paused', 'ready', 'done', 'archived'];
const problemsShown = 20;

export const status: Command = {
  name: 'status',
  takes: '[folder] [--all]',
  summary: 'Show every track: step, progress, fix cycle, problems',
  details: [
    'Shows the tracks of every conductor directory in the folder.',
    'Archived tracks are counted; --all lists them. --json always holds them.',
    'A folder without a conductor directory is not a failure: it shows nothing ("roots": []).',
  ],
  arguments: { least: 0, most: 1 },
  options: { all: { type: 'boolean', help: 'List archived tracks too' } },
  async run(call) {
    const folder = await folderOf(call);
    const archives = call.json || call.flag('all');
    const snapshot = await readFolder({ folder, signal: call.signal }, archives);
    const report = statusReport(snapshot);
    if (call.json) call.output.document(report);
    else if (report.roots.length === 0) call.output.lines([noConductor(folder)]);
    else {
      const blocks = report.roots.map((root, i) => rootLines(root, snapshot.roots[i], folder, call));
      call.output.lines(blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block])));
    }
    return exitCode.fine;
  },
};

function rootLines(
  report: RootReport,
  snapshot: RootSnapshot | undefined,
  folder: string,
  { output, flag }: Call,
): string[] {
  const archived = snapshot?.archive.count ?? 0;
  const live = report.tracks.filter((track) => track.group !== 'archived').length;
  const facts = [
    report.dialects.join(', '),
    plural(live, 'track'),
    archived > 0 ? `${archived} archived` : '',
  ].filter((fact) => fact !== '');
  const lines = [`${output.style('bold', printable(pathFrom(folder, report.path)))}  ${facts.join(' · ')}`];

  for (const group of groupOrder) {
    const tracks = report.tracks.filter((track) => track.group === group);
    if (tracks.length === 0) continue;
    lines.push('', output.style(groupStyle[group], `${groupTitle[group]} (${tracks.length})`));
    lines.push(...trackLines(tracks, output));
  }
  if (archived > 0 && !flag('all')) {
    lines.push('', output.style('dim', `Archived (${archived}): conductor status --all lists them`));
  }
  const { problems } = report;
  if (problems.length > 0) {
    lines.push('', output.style('yellow', `Problems (${problems.length})`));
    lines.push(...problemLines(problems.slice(0, problemsShown), folder, output));
    const more = problems.length - problemsShown;
    if (more > 0) lines.push(output.style('dim', `  … and ${more} more: conductor validate lists them all`));
  }
  return lines;
}
