import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { portsFor } from '../../../src/cli/nodePorts';
import { RehearsalEditor } from '../../../src/cli/rehearsalEditor';
import { lockPathOf } from '../../../src/store/lock';
import { filesBelow, folderWith } from './conductorProcess';

const insert = () => ({ edits: [{ start: 0, end: 0, text: 'new ' }] });

describe('the ports of the command line', function () {
  this.timeout(30_000);

  it('end the wait for a lock on Ctrl+C, with the file as it was', async () => {
    const folder = folderWith({ 'plan.md': 'text' });
    const file = join(folder, 'plan.md');
    const interrupt = new AbortController();
    const { editor } = portsFor({ json: false, signal: interrupt.signal });
    // As another program holds it: a folder that we know nothing about.
    mkdirSync(join(lockPathOf(file), 'somebody'), { recursive: true });
    const outcome = editor.edit({ root: folder, file, change: insert });
    interrupt.abort();
    const result = await outcome;
    assert.ok('refused' in result);
    assert.equal(result.refused.code, 'cancelled');
    assert.equal(readFileSync(file, 'utf8'), 'text');
    assert.deepEqual([...filesBelow(folder).keys()], ['plan.md']);
  });

  it('in a rehearsal work edits out on the real files and write nothing', async () => {
    const folder = folderWith({ 'plan.md': 'text', 'binary.md': new Uint8Array([0, 1, 2]) });
    const before = filesBelow(folder);
    const editor = new RehearsalEditor();
    const edit = (file: string) => editor.edit({ root: folder, file: join(folder, file), change: insert });
    assert.deepEqual(await edit('plan.md'), {
      changed: true,
      where: 'disk',
      before: 'text',
      after: 'new text',
    });
    for (const [outcome, code] of [
      [await edit('missing.md'), 'file-missing'],
      [await edit('binary.md'), 'binary'],
      [await edit('../elsewhere.md'), 'outside-root'],
      [await editor.create({ root: folder, file: join(folder, 'plan.md'), text: '' }), 'exists'],
      [await editor.create({ root: folder, file: join(folder, '../plan.md'), text: '' }), 'outside-root'],
    ] as const) {
      assert.ok('refused' in outcome);
      assert.equal(outcome.refused.code, code);
    }
    const created = await editor.create({ root: folder, file: join(folder, 'a/b.md'), text: 'x' });
    assert.ok(!('refused' in created));
    assert.deepEqual(filesBelow(folder), before);
  });
});
