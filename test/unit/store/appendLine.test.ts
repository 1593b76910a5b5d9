import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendLine } from '../../../src/store/appendLine';
import { temporaryFolder } from '../cli/conductorProcess';

describe('appendLine', () => {
  it('lines of several processes and of several writers in one never lie inside one another', async function () {
    this.timeout(60_000);
    const root = temporaryFolder();
    const file = join(root, 'queue.jsonl');
    writeFileSync(file, '');
    const other = (name: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const script = `const fs = require('node:fs'); for (let i = 0; i < 300; i++) fs.appendFileSync(process.argv[1], JSON.stringify({ by: process.argv[2], i, text: 'x'.repeat(i * 12) }) + '\\n');`;
        const child = spawn(process.execPath, ['-e', script, file, name]);
        child
          .on('error', reject)
          .on('exit', (code) => (code === 0 ? resolve() : reject(new Error(String(code)))));
      });
    const own = async (name: string): Promise<void> => {
      for (let i = 0; i < 300; i++) {
        const line = `${JSON.stringify({ by: name, i, text: 'y'.repeat(i * 12) })}\n`;
        assert.deepEqual(await appendLine(root, file, line), { appended: true });
      }
    };
    await Promise.all([other('a'), other('b'), own('c'), own('d')]);
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    assert.equal(lines.length, 1200);
    const read = lines.map((line) => JSON.parse(line) as { by: string; i: number });
    for (const name of ['a', 'b', 'c', 'd'])
      assert.deepEqual(
        read.filter(({ by }) => by === name).map(({ i }) => i),
        Array.from({ length: 300 }, (_, i) => i),
      );
  });

  it('ends a line that somebody left open, and leaves it as it is', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'q'), '{"a":1}\n{"torn');
    await appendLine(root, 'q', '{"b":2}\n');
    assert.equal(readFileSync(join(root, 'q'), 'utf8'), '{"a":1}\n{"torn\n{"b":2}\n');
  });

  it('refuses what is not there, no file, or leads out of the root', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    mkdirSync(join(root, 'folder'));
    writeFileSync(join(outside, 'q'), '');
    symlinkSync(join(outside, 'q'), join(root, 'link'));
    const code = async (file: string): Promise<string> => {
      const result = await appendLine(root, file, 'x\n');
      return 'refused' in result ? result.refused.code : 'appended';
    };
    assert.equal(await code('nothing'), 'file-missing');
    assert.equal(await code('folder'), 'not-a-file');
    assert.equal(await code('link'), 'outside-root');
    assert.equal(await code('../q'), 'outside-root');
    assert.equal(readFileSync(join(outside, 'q'), 'utf8'), '');
  });

  it('takes exactly one line of what one write holds', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'q'), '');
    for (const text of ['no end', 'two\nlines\n', `${'x'.repeat(4096)}\n`, ''])
      await assert.rejects(appendLine(root, 'q', text), RangeError);
    assert.equal(readFileSync(join(root, 'q'), 'utf8'), '');
  });
});
