import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TreeWatch } from '../../../src/store/treeWatch';

describe('TreeWatch', function () {
  this.timeout(60_000);
  let folder: string;
  let root: string;
  let watch: TreeWatch;
  const touched = new Set<string>();
  const failures: unknown[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conductor-watch-'));
    root = join(folder, 'conductor');
    mkdirSync(join(root, 'tracks'), { recursive: true });
    touched.clear();
    failures.splice(0);
  });
  afterEach(async () => {
    delete process.env['CHOKIDAR_USEPOLLING'];
    await watch.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const begin = (): Promise<void> =>
    new Promise((ready) => {
      watch = new TreeWatch(root, false, {
        touched: (path) => touched.add(path),
        ready,
        failed: (error) => failures.push(error),
      });
    });

  const until = async (holds: () => boolean): Promise<void> => {
    for (const giveUp = Date.now() + 20_000; !holds();) {
      assert.ok(Date.now() < giveUp, `only these were told: ${[...touched].join(', ')}`);
      await new Promise((later) => setTimeout(later, 10));
    }
  };

  /** A change of this file is told, however often it takes until its folder is watched. */
  async function heard(...path: string[]): Promise<void> {
    const file = join(root, ...path);
    for (const giveUp = Date.now() + 20_000; !touched.has(file);) {
      assert.ok(Date.now() < giveUp, `nothing is heard of ${file}`);
      appendFileSync(file, 'x');
      await new Promise((later) => setTimeout(later, 20));
    }
  }

  function track(name: string): void {
    mkdirSync(join(root, 'tracks', name));
    writeFileSync(join(root, 'tracks', name, 'plan.md'), 'a');
  }

  it('a folder that comes, goes and comes again at once', async () => {
    await begin();
    const names = Array.from({ length: 60 }, (_, n) => `t${n}`);
    for (const [n, name] of names.entries()) {
      const path = join(root, 'tracks', name);
      mkdirSync(path);
      // At different moments of what the watcher does with the first one.
      for (let turns = 0; turns < n % 6; turns++) await new Promise((later) => setImmediate(later));
      rmdirSync(path);
      mkdirSync(path);
      await until(() => touched.has(path));
    }
    for (const name of names) await heard('tracks', name, 'plan.md');
    assert.deepEqual(failures, []);
  });

  for (const name of ['login~', 'spaced name', '\u540d\u524d'])
    it(`a track called ${name}`, async () => {
      track(name);
      await begin();
      await heard('tracks', name, 'plan.md');
      assert.deepEqual(failures, []);
    });

  it('by polling, where the environment asks chokidar for it: changes, new tracks, and what goes', async () => {
    process.env['CHOKIDAR_USEPOLLING'] = '1';
    track('old');
    await begin();
    await heard('tracks', 'old', 'plan.md');
    track('new');
    await heard('tracks', 'new', 'plan.md');
    touched.clear();
    rmSync(join(root, 'tracks', 'new'), { recursive: true });
    await until(() => touched.has(join(root, 'tracks', 'new')));
    assert.deepEqual(failures, []);
  });

  it('says so where a name cannot be watched', async function () {
    track(process.platform === 'win32' ? 'login' : 'lo\\gin');
    await begin();
    assert.equal(failures.length, process.platform === 'win32' ? 0 : 1);
  });

  // Root may look into everything, and Windows knows no such bits.
  if (process.getuid?.())
    it('a folder that may be looked into only later', async () => {
      track('login');
      chmodSync(join(root, 'tracks', 'login'), 0);
      await begin();
      chmodSync(join(root, 'tracks', 'login'), 0o755);
      await heard('tracks', 'login', 'plan.md');
    });
});
