import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { outputSize, readOutputFile } from '../../../../src/engine/run/outputFile';
import { folderWith } from '../../cli/conductorProcess';

const verdict = '{"verdict":"FAIL","summary":"no","files_changed":0}';
const nothing = { markers: {}, lines: 0 };

describe('readOutputFile', () => {
  it('reads what stands there, in pieces', async () => {
    const folder = folderWith({ 'a.log': `${'x'.repeat(200_000)}\n${verdict}\n` });
    const { output, trouble } = await readOutputFile(join(folder, 'a.log'), 10_000_000);
    assert.equal(output.json?.verdict, 'FAIL');
    assert.equal(output.lines, 2);
    assert.equal(trouble, undefined);
    assert.equal(await outputSize(join(folder, 'a.log')), 200_001 + verdict.length + 1);
  });

  it('reads no more than the limit, and says so', async () => {
    const folder = folderWith({ 'a.log': `ERROR: bad\n${'x\n'.repeat(1_048_576)}${verdict}\n` });
    const { output, trouble } = await readOutputFile(join(folder, 'a.log'), 1_048_576);
    assert.equal(output.json, undefined);
    assert.equal(output.markers.ERROR?.text, 'bad');
    assert.match(trouble!, /Only the first 1 MB/);
  });

  it('a link, a pipe, a folder or nothing in its place says nothing, and why', async () => {
    const folder = folderWith({ 'secret.log': verdict, 'folder.log/x': '' });
    symlinkSync(join(folder, 'secret.log'), join(folder, 'link.log'));
    execFileSync('mkfifo', [join(folder, 'pipe.log')]);
    for (const [file, words] of [
      ['link.log', /could not be read: a symbolic link/],
      ['pipe.log', /is no file/],
      ['folder.log', /is no file/],
      ['gone.log', /it is not there/],
    ] as const) {
      const { output, trouble } = await readOutputFile(join(folder, file), 1000);
      assert.deepEqual(output, nothing, file);
      assert.match(trouble!, words);
    }
    assert.equal(await outputSize(join(folder, 'gone.log')), 0);
  });
});
