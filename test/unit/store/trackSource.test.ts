import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskTrackSource, TrackGoneError } from '../../../src/store/trackSource';

describe('DiskTrackSource', () => {
  let root: string;
  let folder: string;

  beforeEach(async () => {
    const top = await mkdtemp(join(tmpdir(), 'track-source-'));
    root = join(top, 'conductor');
    folder = join(root, 'tracks', 'login_20260101');
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(root, 'tracks.md'),
      '# Tracks\n\n- [ ] **Track: Login**\n  *Link: ./tracks/login_20260101/*\n',
    );
    await writeFile(join(folder, 'spec.md'), '# Login\n');
    await writeFile(join(folder, 'plan.md'), '# Plan\n\n- [ ] 1.1 First\n- [ ] 1.2 Second\n');
    await writeFile(join(folder, 'metadata.json'), '{"track_id":"login_20260101","status":"new"}\n');
  });
  afterEach(() => rm(join(root, '..'), { recursive: true, force: true }));

  const source = () => new DiskTrackSource({ root, trackFolder: folder });

  it('gives what is on the disk at the time of each call, also what was written a moment ago', async () => {
    const tracks = source();
    assert.equal((await tracks.read()).progress.done, 0);
    for (let round = 0; round < 20; round += 1) {
      const done = round % 2 === 0;
      await writeFile(
        join(folder, 'plan.md'),
        `# Plan\n\n- [${done ? 'x' : ' '}] 1.1 First\n- [ ] 1.2 Second\n`,
      );
      assert.equal((await tracks.read()).progress.done, done ? 1 : 0);
    }
  });

  it('keeps the object of a track that did not change', async () => {
    const tracks = source();
    assert.equal(await tracks.read(), await tracks.read());
  });

  it('sees a file, a bus and a registry entry that come later', async () => {
    const tracks = source();
    await tracks.read();
    await mkdir(join(folder, '.message-bus'), { recursive: true });
    await writeFile(
      join(folder, '.message-bus', 'queue.jsonl'),
      '{"type":"PROGRESS","source":"w","payload":{}}\n',
    );
    await writeFile(
      join(root, 'tracks.md'),
      '# Tracks\n\n- [~] **Track: Login**\n  *Link: ./tracks/login_20260101/*\n',
    );
    const track = await tracks.read();
    assert.equal(track.bus?.messageCount, 1);
    assert.equal(track.entry?.marker, 'doing');
  });

  it('answers calls that come at once, each with the present state', async () => {
    const tracks = source();
    const all = await Promise.all(Array.from({ length: 10 }, () => tracks.read()));
    assert.equal(new Set(all).size, 1);
  });

  it('says that the track is gone, and reads it again when it is back', async () => {
    const tracks = source();
    await tracks.read();
    await rm(folder, { recursive: true });
    await assert.rejects(tracks.read(), TrackGoneError);
    await mkdir(folder);
    await writeFile(join(folder, 'metadata.json'), '{"track_id":"login_20260101","status":"new"}\n');
    assert.equal((await tracks.read()).id, 'login_20260101');
  });
});
