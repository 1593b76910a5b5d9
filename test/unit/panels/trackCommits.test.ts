import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { trackCommits } from '../../../src/editor/panels/trackCommits';
import { trackOf } from '../rules/builders';

describe('commits for the track panel', () => {
  let folder: string;
  beforeEach(async () => (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'commits-'))));
  afterEach(() => fs.rm(folder, { recursive: true }));

  /** As the panel does: asks again when it is told that more has come. */
  async function settled(track: ReturnType<typeof trackOf>) {
    let told = (): void => undefined;
    const later = new Promise<void>((resolve) => (told = resolve));
    const first = await trackCommits(track, 1, told);
    if (!first.remarks.some((remark) => remark.includes('being asked'))) return first;
    await later;
    return trackCommits(track, 2, () => undefined);
  }

  it('come from the repository that the track is in', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
    git('init', '-q');
    await fs.writeFile(path.join(folder, 'plan.md'), '- [ ] one\n');
    git('add', '.');
    git('commit', '-qm', 'plan: first');
    const found = await settled(trackOf({ folder }));
    assert.deepEqual(
      found.commits.map(({ subject }) => subject),
      ['plan: first'],
    );
  });

  it('slow git is not asked again before its answer was given; until then what was read last is shown', async () => {
    await fs.writeFile(path.join(folder, 'plan.md'), '- [ ] one\n');
    const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    for (const args of [
      ['init', '-q'],
      ['add', '.'],
      ['commit', '-qm', 'first'],
    ])
      execFileSync(git, ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
    const [calls, gate] = [path.join(folder, 'calls'), path.join(folder, 'gate')];
    await fs.mkdir(path.join(folder, 'bin'));
    await fs.writeFile(
      path.join(folder, 'bin', 'git'),
      `#!/bin/sh\necho >> '${calls}'\nwhile [ -e '${gate}' ]; do sleep 0.02; done\nexec '${git}' "$@"\n`,
      { mode: 0o755 },
    );
    const count = async () => (await fs.readFile(calls, 'utf8')).length;
    const before = process.env['PATH'];
    process.env['PATH'] = `${path.join(folder, 'bin')}:${before ?? ''}`;
    try {
      const track = trackOf({ folder });
      await fs.writeFile(gate, '');
      let told = (): void => undefined;
      const come = new Promise<void>((resolve) => (told = resolve));
      assert.deepEqual((await trackCommits(track, 1, told)).commits, []);
      await fs.rm(gate);
      await come;
      const asked = await count();
      const given = await trackCommits(track, 60_000, told);
      assert.deepEqual([given.commits.length, await count()], [1, asked]);
      // A tick makes another track of it: the commits stay while git is asked anew.
      await fs.writeFile(gate, '');
      const next = new Promise<void>((resolve) => (told = resolve));
      assert.equal((await trackCommits({ ...track }, 60_001, () => told())).commits.length, 1);
      await fs.rm(gate);
      await next;
      assert.ok((await count()) > asked);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('without a repository there are none, and nothing to complain of', async () => {
    assert.deepEqual(await settled(trackOf({ folder })), { commits: [], remarks: [] });
  });

  it('of a track without a folder there are none', async () => {
    assert.deepEqual(await settled(trackOf({ folder: undefined })), { commits: [], remarks: [] });
  });
});
