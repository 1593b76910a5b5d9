import { validate as validateRoots } from '../../engine/validate';
import type { Command } from '../command';
import { exitCode } from '../exitCode';
import { folderOf } from '../folder';
import { plural, problemLines } from '../human';
import { readFolder, requireRoots } from '../readFolder';

export const validate: Command = {
  name: 'validate',
  takes: '[folder] [--strict]',
  summary: 'Check every file: what cannot be read, what breaks its schema, what disagrees',
  details: [
    'Checks tracks.md and every track, archived ones included.',
    'Exit code 1 when there is an error (with --strict: or a warning), or no conductor directory at all.',
  ],
  arguments: { least: 0, most: 1 },
  options: { strict: { type: 'boolean', help: 'Warnings fail too' } },
  async run(call) {
    const folder = await folderOf(call);
    const snapshot = requireRoots(await readFolder({ folder, signal: call.signal }, true), folder);
    const report = await validateRoots(snapshot);
    if (call.json) call.output.document(report);
    else {
      const infos = report.problems.length - report.errors - report.warnings;
      const counts = [plural(report.errors, 'error'), plural(report.warnings, 'warning')];
      if (infos > 0) counts.push(plural(infos, 'remark'));
      const where = plural(snapshot.roots.length, 'conductor directory').replace(/ys$/, 'ies');
      call.output.lines([
        ...problemLines(report.problems, folder, call.output),
        ...(report.problems.length > 0 ? [''] : []),
        `${where} checked: ${counts.join(', ')}`,
      ]);
    }
    const failed = report.errors > 0 || (call.flag('strict') && report.warnings > 0);
    return failed ? exitCode.negative : exitCode.fine;
  },
};
