import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TaskMessages } from '../../../src/store/taskMessages';
import { temporaryFolder } from '../cli/conductorProcess';

const line = (type: string, source: string, payload: object): string =>
  `${JSON.stringify({ id: 'm', type, source, timestamp: '2026-02-01T12:00:00Z', payload })}\n`;

describe('TaskMessages', () => {
  it('knows every completion and failure, however long ago, and then reads only what is new', async () => {
    const root = temporaryFolder();
    const file = join(root, 'queue.jsonl');
    const noise = line('PROGRESS', 'w', { task_id: '9', current_subtask: 'says "TASK_COMPLETE" only' });
    writeFileSync(
      file,
      line('TASK_COMPLETE', 'w1', { task_id: '1.1', commit_sha: 'abc1234' }) + noise.repeat(30_000),
    );
    const messages = new TaskMessages(root, file);
    await messages.read();
    assert.deepEqual(messages.about('Task 1.1'), [
      { type: 'TASK_COMPLETE', source: 'w1', commit: 'abc1234' },
    ]);
    assert.deepEqual(messages.about('9'), []);
    const failed = line('TASK_FAILED', 'w2', { task_id: 2, error: 'no' });
    appendFileSync(file, failed.slice(0, 20));
    await messages.read();
    assert.deepEqual(messages.about('2'), []);
    appendFileSync(file, failed.slice(20));
    await messages.read();
    assert.deepEqual(messages.about('2'), [{ type: 'TASK_FAILED', source: 'w2', error: 'no' }]);
    assert.deepEqual(
      messages.completed((source) => source !== 'w1'),
      [],
    );
    assert.deepEqual(
      messages.completed(() => true),
      ['1.1'],
    );
  });

  it('goes on behind a line that is longer than any message', async () => {
    const root = temporaryFolder();
    const file = join(root, 'queue.jsonl');
    writeFileSync(file, `${'x'.repeat(3 * 1024 * 1024)}\n${line('TASK_COMPLETE', 'w', { task_id: '1' })}`);
    const messages = new TaskMessages(root, file);
    await messages.read();
    assert.equal(messages.about('1').length, 1);
  });

  it('forgets what stood in a file that was replaced, cut or removed', async () => {
    const root = temporaryFolder();
    const file = join(root, 'queue.jsonl');
    const messages = new TaskMessages(root, file);
    await messages.read();
    assert.deepEqual(
      messages.completed(() => true),
      [],
    );
    writeFileSync(file, line('TASK_COMPLETE', 'w', { task_id: '1' }));
    await messages.read();
    assert.deepEqual(
      messages.completed(() => true),
      ['1'],
    );
    writeFileSync(file, '');
    await messages.read();
    assert.deepEqual(
      messages.completed(() => true),
      [],
    );
    writeFileSync(file, line('TASK_COMPLETE', 'w', { task_id: '2' }));
    await messages.read();
    rmSync(file);
    await messages.read();
    assert.deepEqual(
      messages.completed(() => true),
      [],
    );
  });

  it('reads a file anew that was cut and has grown past what was read', async () => {
    const root = temporaryFolder();
    const file = join(root, 'queue.jsonl');
    const messages = new TaskMessages(root, file);
    writeFileSync(file, line('TASK_COMPLETE', 'w', { task_id: '1' }));
    await messages.read();
    // Written in place: the inode stays.
    writeFileSync(
      file,
      line('TASK_COMPLETE', 'other', { task_id: '2' }) + line('TASK_COMPLETE', 'other', { task_id: '3' }),
    );
    await messages.read();
    assert.deepEqual(
      messages.completed(() => true),
      ['2', '3'],
    );
  });

  it('waits for nobody where there is no file: a pipe or a folder is an error', async function () {
    if (process.platform === 'win32') return;
    const root = temporaryFolder();
    const pipe = join(root, 'queue.jsonl');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    await assert.rejects(new TaskMessages(root, pipe).read(), /not a regular file/);
    await assert.rejects(new TaskMessages(root, root).read(), /not a regular file/);
  });
});
