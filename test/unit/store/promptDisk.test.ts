import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promptDisk, type DirectDisk } from '../../../src/store/promptDisk';
import type { FileStamp, ReadingDisk } from '../../../src/store/disk';
import { backgroundDisk, directDisk, readingDisk } from '../../../src/store/readingDisk';
import { temporaryFolder } from './temporaryFolder';

const stamp: FileStamp = { size: 1, mtimeMs: 1, ctimeMs: 1, ino: 1, dev: 1, kind: 'file' };

/** A disk that notes who was asked, and that takes as long as it is told on a clock of its own. */
function clockedDisk(): {
  disk: ReadingDisk;
  asked: string[];
  takes: (ms: number) => void;
  rest: (ms: number) => void;
} {
  const asked: string[] = [];
  let time = 1_000;
  let duration = 0;
  const answer = <T>(who: string, value: T): T => {
    asked.push(who);
    time += duration;
    return value;
  };
  const direct: DirectDisk = {
    stat: () => answer('direct', stamp),
    readFile: () => answer('direct', new Uint8Array()),
    readFolder: () => answer('direct', []),
  };
  const background: ReadingDisk = {
    ...backgroundDisk,
    stat: () => Promise.resolve(answer('background', stamp)),
    readFile: () => Promise.resolve(answer('background', new Uint8Array())),
    readFolder: () => Promise.resolve(answer('background', [])),
  };
  return {
    disk: promptDisk(direct, background, () => time),
    asked,
    takes: (ms) => (duration = ms),
    rest: (ms) => (time += ms),
  };
}

describe('prompt disk', () => {
  const folder = temporaryFolder();

  it('asks in the background first, then directly while answers come at once', async () => {
    const { disk, asked } = clockedDisk();
    await disk.stat('a');
    await disk.readFile('a');
    await disk.readFolder('b');
    assert.deepEqual(asked, ['background', 'direct', 'direct']);
  });

  it('asks in the background again after a rest: the disk may have gone to sleep', async () => {
    const { disk, asked, rest } = clockedDisk();
    await disk.stat('a');
    rest(1_000);
    await disk.stat('a');
    await disk.stat('a');
    assert.deepEqual(asked, ['background', 'background', 'direct']);
  });

  it('stays in the background from a slow answer until a quick one', async () => {
    const { disk, asked, takes } = clockedDisk();
    await disk.stat('a');
    takes(30);
    await disk.readFile('a');
    await disk.readFile('b');
    await disk.readFile('c');
    takes(0);
    await disk.readFile('d');
    await disk.readFile('e');
    assert.deepEqual(asked, ['background', 'direct', 'background', 'background', 'background', 'direct']);
  });

  it('gives the rest of the process its turn during a long row of direct answers', async () => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 0);
    try {
      for (let asked = 0; asked < 1_000_000 && turns < 3; asked++) await readingDisk.stat(tmpdir());
    } finally {
      clearInterval(ticking);
    }
    assert.ok(turns >= 3, `${turns} turns`);
  });

  it('fails with the errors of node:fs, directly and in the background', async () => {
    const missing = join(folder.path, 'missing');
    for (const disk of [directDisk, backgroundDisk]) {
      await assert.rejects(async () => disk.stat(missing), { code: 'ENOENT' });
      await assert.rejects(async () => disk.readFile(missing), { code: 'ENOENT' });
      await assert.rejects(async () => disk.readFolder(missing), { code: 'ENOENT' });
    }
  });

  it('does not wait for the other end of a pipe that took the place of a file', function () {
    if (process.platform === 'win32') return;
    const pipe = join(folder.path, 'plan.md');
    execFileSync('mkfifo', [pipe]);
    assert.equal(directDisk.readFile(pipe).length, 0);
  });
});
