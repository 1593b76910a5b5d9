import { problemReport, problemsOf, statusReport, tracksOf, worstFirst } from '../../engine/statusReport';
import type { RootSnapshot } from '../../model/root';
import type { TrackGroup } from '../../model/track';
import type { Call, Command } from '../command';
import { exitCode } from '../exitCode';
import { folderOf } from '../folder';
import type { Output } from '../output';
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
    if (call.json) call.output.document(statusReport(snapshot));
    else {
      const blocks = snapshot.roots.map((root) => rootLines(root, folder, call));
      if (blocks.length === 0) blocks.push([noConductor(folder)]);
      const astray = problemLines((snapshot.problems ?? []).map(problemReport), folder, call.output);
      if (astray.length > 0) blocks.push(astray);
      call.output.lines(blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block])));
    }
    return exitCode.fine;
  },
};

function rootLines(root: RootSnapshot, folder: string, { output, flag }: Call): string[] {
  const { count } = root.archive;
  const facts = [
    root.dialects.join(', '),
    plural(root.tracks.length, 'track'),
    count > 0 ? `${count} archived` : '',
  ];
  const heading = output.style('bold', printable(pathFrom(folder, root.path)));
  const lines = [`${heading}  ${facts.filter((fact) => fact !== '').join(' · ')}`];

  const tracks = tracksOf(root);
  const rows = trackLines(tracks, output);
  for (const group of groupOrder) {
    const own = rows.filter((_, i) => tracks[i]?.group === group);
    if (own.length === 0) continue;
    lines.push('', output.style(groupStyle[group], `${groupTitle[group]} (${own.length})`), ...own);
  }
  if (count > 0 && !flag('all')) {
    lines.push('', output.style('dim', `Archived (${count}): conductor status --all lists them`));
  }
  return [...lines, ...problemSection(root, folder, output)];
}

/** Errors and warnings, worst first; mere remarks are only counted. */
function problemSection(root: RootSnapshot, folder: string, output: Output): string[] {
  const all = worstFirst(problemsOf(root));
  const serious = all.filter((problem) => problem.severity !== 'info');
  const remarks = all.length - serious.length;
  const more = Math.max(0, serious.length - problemsShown);
  const unsaid = [more > 0 ? `${more} more` : '', remarks > 0 ? plural(remarks, 'remark') : ''].filter(
    (part) => part !== '',
  );
  if (all.length === 0) return [];
  return [
    '',
    ...(serious.length === 0 ? [] : [output.style('yellow', `Problems (${serious.length})`)]),
    ...problemLines(serious.slice(0, problemsShown).map(problemReport), folder, output),
    ...(unsaid.length === 0
      ? []
      : [
          output.style(
            'dim',
            `${serious.length > 0 ? '  … and ' : ''}${unsaid.join(' and ')}: conductor validate lists all`,
          ),
        ]),
  ];
}
