import { initializeConductor } from '../../engine/initializeConductor';
import { reportVersion } from '../../engine/statusReport';
import type { Command } from '../command';
import { exitCode } from '../exitCode';
import { NegativeAnswer } from '../failure';
import { portsFor } from '../nodePorts';
import { readFolder } from '../readFolder';
import { pathFrom } from '../selectTrack';

export const init: Command = {
  name: 'init',
  takes: '[--name <project>]',
  summary: 'Make a conductor directory in the folder',
  details: [
    'Makes conductor/ with an empty registry of tracks, the usual files, and a .gitignore for what loops leave there.',
    'Refused where the folder already holds a conductor directory; no existing file is ever changed.',
  ],
  arguments: { least: 0, most: 0 },
  options: { name: { type: 'string', value: 'project', help: "Project name (default: the folder's name)" } },
  async run(call) {
    const { roots } = await readFolder(call, false);
    const result = await initializeConductor(portsFor(call), {
      folder: call.folder,
      projectName: call.text('name'),
      existing: roots,
    });
    if ('refused' in result) throw new NegativeAnswer(result.refused.code, result.refused.message);
    if (call.json) {
      const { root, written, kept } = result;
      call.output.document({ version: reportVersion, path: root, written, kept });
    } else {
      call.output.lines([
        `Made ${pathFrom(call.folder, result.root)}`,
        ...result.written.map((file) => `  ${pathFrom(call.folder, file)}`),
        ...result.kept.map((file) => `  ${pathFrom(call.folder, file)} (was there, unchanged)`),
        'Next: conductor new "<name of the first track>"',
      ]);
    }
    return exitCode.fine;
  },
};
