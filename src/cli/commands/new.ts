import { newTrack } from '../../engine/newTrack';
import { reportVersion } from '../../engine/statusReport';
import type { Command } from '../command';
import { exitCode } from '../exitCode';
import { NegativeAnswer } from '../failure';
import { portsFor } from '../nodePorts';
import { chooseRoot, readFolder } from '../readFolder';
import { pathFrom } from '../selectTrack';

export const newCommand: Command = {
  name: 'new',
  takes: '<name>',
  summary: 'Make a track: folder, spec.md, plan.md, metadata.json, entry in tracks.md',
  details: [
    'The folder is named after the track and the date, e.g. "User login" → user-login_20260131.',
    'A name or id that is already in use is refused. Without a conductor directory, run `conductor init` first.',
  ],
  arguments: { least: 1, most: 1 },
  options: {
    type: { type: 'string', value: 'type', help: 'feature (default), bugfix, refactor, infrastructure, …' },
    priority: { type: 'string', value: 'priority', help: 'P0 … P4, or as the project says it' },
    description: { type: 'string', value: 'text', help: 'What the track is for' },
    id: { type: 'string', value: 'id', help: 'Folder name, instead of the one made from the name' },
    root: { type: 'string', value: 'folder', help: 'Which conductor directory, where there are several' },
  },
  async run(call) {
    const root = chooseRoot(await readFolder(call, true), call.text('root'), call.folder);
    const result = await newTrack(portsFor(call), root, {
      name: call.arguments[0] ?? '',
      type: call.text('type'),
      priority: call.text('priority'),
      description: call.text('description'),
      id: call.text('id'),
      signal: call.signal,
    });
    if ('refused' in result) throw new NegativeAnswer(result.refused.code, result.refused.message);
    if (call.json) {
      call.output.document({
        version: reportVersion,
        id: result.id,
        path: result.folder,
        written: result.written,
      });
    } else {
      call.output.lines([
        `Made track ${result.id}`,
        ...result.written.map((file) => `  ${pathFrom(call.folder, file)}`),
      ]);
    }
    return exitCode.fine;
  },
};
