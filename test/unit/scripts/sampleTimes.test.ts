import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '../../..');
const script = path.join(root, 'scripts/sample-times.mjs');
const bus = 'conductor/tracks/one-page-checkout_20261019/.message-bus';
const run = promisify(execFile);

describe('scripts/sample-times.mjs', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'sample-times-'));
    await cp(path.join(root, 'sample'), folder, { recursive: true });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('moves all times of the bus by the same amount, the newest to about a minute ago, locks into the future', async () => {
    const read = (base: string, file: string) => readFile(path.join(base, bus, file), 'utf8');
    const times = (text: string) =>
      [...text.matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g)].map(([t]) => Date.parse(t));
    await run(process.execPath, [script, folder]);
    const now = Date.now();
    for (const file of [
      'queue.jsonl',
      'locks.json',
      'worker-status.json',
      'board/votes.json',
      'board/discussion.jsonl',
    ]) {
      const [old, fresh] = [await read(path.join(root, 'sample'), file), await read(folder, file)];
      const shifts = new Set(times(fresh).map((time, index) => time - (times(old)[index] ?? Number.NaN)));
      assert.equal(shifts.size, 1, `${file} was moved by one amount`);
      const blank = (text: string) => text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'T');
      assert.equal(blank(fresh), blank(old), `${file} is otherwise as it was`);
    }
    const status = JSON.parse(await read(folder, 'worker-status.json')) as Record<
      string,
      { last_heartbeat: string }
    >;
    const newest = Math.max(...Object.values(status).map((worker) => Date.parse(worker.last_heartbeat)));
    assert.ok(now - newest >= 55_000 && now - newest < 10 * 60_000, 'the newest heartbeat is fresh');
    const locks = JSON.parse(await read(folder, 'locks.json')) as Record<string, { expires_at: string }>;
    for (const lock of Object.values(locks))
      assert.ok(Date.parse(lock.expires_at) > now, 'the lock has not expired');
  });

  it('refuses the sample itself and a folder that is not there', async () => {
    for (const wrong of [path.join(root, 'sample'), path.join(folder, 'nowhere')]) {
      await assert.rejects(run(process.execPath, [script, wrong]), { code: 2 });
    }
  });
});
