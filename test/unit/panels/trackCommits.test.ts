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

  it('without a repository there are none, and nothing to complain of', async () => {
    assert.deepEqual(await settled(trackOf({ folder })), { commits: [], remarks: [] });
  });

  it('of a track without a folder there are none', async () => {
    assert.deepEqual(await settled(trackOf({ folder: undefined })), { commits: [], remarks: [] });
  });
});
