import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeLeftTemporaries, temporaryForEdit, temporaryForNew } from '../../../src/store/temporaryFiles';
import { temporaryFolder } from '../cli/conductorProcess';

describe('temporary files that a killed program left', () => {
  it('are removed: new ones whose process is gone, changed ones whose lock nobody holds; all else stays', async () => {
    const folder = temporaryFolder();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const ours = basename(temporaryForNew(join(folder, 'locks.json')));
    const theirs = ours.replace(`-${process.pid}~`, `-${gone}~`);
    const elsewhere = theirs.replace(/~[^~]+\.tmp$/, '~another-computer.tmp');
    const [held, left] = ['plan.md', 'metadata.json'].map((name) =>
      basename(temporaryForEdit(join(folder, name))),
    ) as [string, string];
    mkdirSync(join(folder, 'plan.md.lock'));
    const stay = [ours, elsewhere, held, 'notes.tmp', '.metadata.json.edit-mine.tmp'];
    for (const name of [...stay, theirs, left]) writeFileSync(join(folder, name), '');
    await removeLeftTemporaries(folder);
    assert.deepEqual(readdirSync(folder).sort(), [...stay, 'plan.md.lock'].sort());
    await removeLeftTemporaries(join(folder, 'nothing'));
  });
});
