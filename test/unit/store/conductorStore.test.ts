import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { RootSnapshot } from '../../../src/model/root';
import type { Track } from '../../../src/model/track';
import { ConductorStore, type StoreChange, type StoreParts } from '../../../src/store/conductorStore';
import { DiskFileEditor } from '../../../src/store/fileEditor';
import type { ReadingDisk } from '../../../src/store/disk';
import { readingDisk } from '../../../src/store/readingDisk';
import type { Watching, WatchListener } from '../../../src/store/treeWatcher';
import { eventually } from './eventually';
import { temporaryFolder } from './temporaryFolder';

const plan = '# Plan\n\n## Phase 1: First\n\n- [x] Task 1.1: One\n- [ ] Task 1.2: Two\n';
const donePlan = plan.replace('[ ]', '[x]');

describe('ConductorStore', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let workspace: string;
  let store: ConductorStore;
  let changes: StoreChange[];
  let count = 0;

  beforeEach(() => {
    workspace = folder.make(`${++count}`);
    changes = [];
  });
  afterEach(() => store.dispose());

  const at = (...parts: string[]): string => join(workspace, ...parts);
  const write = (file: string, text: string | Uint8Array = plan): string =>
    folder.write(join(`${count}`, file), text);

  async function start(parts: StoreParts = {}): Promise<void> {
    store = new ConductorStore({ folders: [workspace] }, parts);
    store.onDidChange((change) => changes.push(change));
    await store.start();
  }

  const roots = (): readonly RootSnapshot[] => store.snapshot.roots;
  const track = (id: string): Track | undefined =>
    roots()
      .flatMap((root) => [...root.tracks, ...(root.archive.tracks ?? [])])
      .find((t) => t.id === id);
  const done = (id: string): number | undefined => track(id)?.progress.done;
  const state = (): string =>
    JSON.stringify(roots().map((r) => [r.path, r.tracks.map((t) => [t.id, t.progress])]));
  const soon = <T>(look: () => T | undefined | false): Promise<T> => eventually(look, state);

  it('has the first snapshot when it has started', async () => {
    write('conductor/tracks/a/plan.md');
    await start();
    assert.equal(done('a'), 1);
    assert.equal(changes.length, 1);
    assert.equal(changes[0]?.structure, true);
  });

  describe('sees what any program does', () => {
    beforeEach(async () => {
      write('conductor/tracks.md', '- [ ] **Track: A**\n  *Link: [a](./tracks/a/)*\n');
      write('conductor/tracks/a/plan.md');
      write('conductor/tracks/b/plan.md');
      await start();
      await watchingBegan();
    });

    it('a file written in place', async () => {
      const b = track('b');
      write('conductor/tracks/a/plan.md', donePlan);
      await soon(() => done('a') === 2);
      assert.equal(track('b'), b, 'the other track is the same object');
      const change = changes.at(-1);
      assert.deepEqual(change?.tracks, [{ root: at('conductor'), key: 'tracks/a' }]);
    });

    it('a file replaced by a rename, again and again, and then appended to', async () => {
      for (let n = 2; n <= 5; n++) {
        const text = plan + '- [x] Task 1.3: More\n'.repeat(n);
        writeFileSync(at('conductor/tracks/a/next'), text);
        renameSync(at('conductor/tracks/a/next'), at('conductor/tracks/a/plan.md'));
        await soon(() => track('a')?.progress.total === 2 + n);
      }
      appendFileSync(at('conductor/tracks/a/plan.md'), '- [ ] Task 1.9: Last\n');
      await soon(() => track('a')?.progress.total === 8);
    });

    it('a file deleted and written again', async () => {
      unlinkSync(at('conductor/tracks/a/plan.md'));
      await soon(
        () =>
          (track('a') !== undefined && track('a')?.plan === undefined) || track('a')?.folder === undefined,
      );
      write('conductor/tracks/a/plan.md', donePlan);
      await soon(() => done('a') === 2);
    });

    it('a track created, renamed and deleted', async () => {
      write('conductor/tracks/new/plan.md');
      write('conductor/tracks/new/metadata.json', '{"track_id":"new","status":"new"}');
      await soon(() => done('new') === 1 && track('new')?.status === 'new');
      assert.equal(changes.at(-1)?.structure, true);
      renameSync(at('conductor/tracks/new'), at('conductor/tracks/newer'));
      await soon(() => track('newer') && !track('new'));
      write('conductor/tracks/newer/plan.md', donePlan);
      await soon(() => done('newer') === 2);
      rmSync(at('conductor/tracks/newer'), { recursive: true });
      await soon(() => !track('newer'));
    });

    it('a track replaced by another folder of the same name', async () => {
      write('elsewhere/plan.md', donePlan);
      rmSync(at('conductor/tracks/a'), { recursive: true });
      renameSync(at('elsewhere'), at('conductor/tracks/a'));
      await soon(() => done('a') === 2);
      write('conductor/tracks/a/plan.md', plan);
      await soon(() => done('a') === 1);
    });

    it('all tracks replaced at once, and changes in the new ones', async () => {
      write('other/a/plan.md', donePlan);
      write('other/c/plan.md', plan);
      renameSync(at('conductor/tracks'), at('old'));
      renameSync(at('other'), at('conductor/tracks'));
      await soon(() => done('a') === 2 && track('c') && !track('b'));
      write('conductor/tracks/c/plan.md', donePlan);
      await soon(() => done('c') === 2);
    });

    it('tracks.md changed', async () => {
      assert.equal(track('b')?.registered, false);
      appendFileSync(at('conductor/tracks.md'), '\n- [x] **Track: B**\n  *Link: [b](./tracks/b/)*\n');
      await soon(() => track('b')?.registered === true);
    });

    it('a track moved into the archive', async () => {
      mkdirSync(at('conductor/archive'));
      renameSync(at('conductor/tracks/b'), at('conductor/archive/b'));
      await soon(() => roots()[0]?.archive.count === 1 && !track('b'));
      assert.equal(roots()[0]?.archive.tracks, undefined);
      renameSync(at('conductor/tracks/a'), at('conductor/archive/a'));
      await soon(() => roots()[0]?.archive.count === 2 && !track('a')?.folder);
      rmSync(at('conductor/archive/b'), { recursive: true });
      await soon(() => roots()[0]?.archive.count === 1);
    });

    it('a message bus that appears and grows', async () => {
      const queue = 'conductor/tracks/a/.message-bus/queue.jsonl';
      write(queue, '{"id":"1","type":"PROGRESS","source":"w","payload":{}}\n');
      await soon(() => track('a')?.bus?.messageCount === 1);
      appendFileSync(at(queue), '{"id":"2","type":"PROGRESS","source":"w","payload":{}}\n{"id":"3",');
      await soon(() => track('a')?.bus?.messageCount === 2);
      write('conductor/tracks/a/.message-bus/locks.json', '{"f":{"worker_id":"w"}}');
      await soon(() => track('a')?.bus?.locks.length === 1);
    });

    it('tracks whose state and bus come in the moments after their folder, while everything is slow', async () => {
      const tracks = Array.from({ length: 50 }, (_, index) => `run-${index}`);
      const message = (id: string): string => `{"id":"${id}","type":"PROGRESS","source":"w","payload":{}}\n`;
      // Looking at the disk waits its turn behind this, for as long as anything is being written.
      let busy = true;
      const work = (): void => {
        if (busy) pbkdf2('a', 'b', 60_000 + Math.floor(Math.random() * 100_000), 64, 'sha512', work);
      };
      for (let thread = 0; thread < 6; thread += 1) work();
      try {
        const writer = spawn(process.execPath, ['-e', trackWriter, at('conductor/tracks'), ...tracks], {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const [code] = (await once(writer, 'close')) as [number];
        assert.equal(code, 0);
      } finally {
        busy = false;
      }
      const shown = (messages: number): boolean =>
        tracks.every(
          (id) => track(id)?.loop?.step === 'EXECUTE' && track(id)?.bus?.messageCount === messages,
        );
      await soon(() => shown(1));
      for (const id of tracks)
        appendFileSync(at('conductor/tracks', id, '.message-bus/queue.jsonl'), message('2'));
      await soon(() => shown(2));
    });

    it('a folder replaced at once by another, and what happens in the new one', async () => {
      for (let round = 1; round <= 30; round += 1) {
        rmSync(at('conductor/tracks/a/.message-bus'), { recursive: true, force: true });
        mkdirSync(at('conductor/tracks/a/.message-bus'));
        await soon(() => track('a')?.bus?.messageCount === 0);
        const queue = at('conductor/tracks/a/.message-bus/queue.jsonl');
        writeFileSync(queue, `{"id":"${round}","type":"PROGRESS","source":"w","payload":{}}\n`);
        await soon(() => track('a')?.bus?.messageCount === 1);
      }
    });

    it('the whole root removed and put back', async () => {
      renameSync(at('conductor'), at('away'));
      await soon(() => roots().length === 0);
      renameSync(at('away'), at('conductor'));
      await soon(() => roots().length === 1);
      write('conductor/tracks/a/plan.md', donePlan);
      await soon(() => done('a') === 2);
    });

    it('the root replaced by another at once', async () => {
      write('next/tracks/z/plan.md');
      renameSync(at('conductor'), at('away'));
      renameSync(at('next'), at('conductor'));
      await soon(() => track('z'));
      write('conductor/tracks/z/plan.md', donePlan);
      await soon(() => done('z') === 2);
    });

    it('a second root that is created later', async () => {
      mkdirSync(at('.conductor'));
      mkdirSync(at('.conductor/tracks'));
      write('.conductor/tracks/hidden/plan.md');
      await soon(() => track('hidden'));
      write('docs/conductor/tracks.md', '');
      write('docs/conductor/tracks/doc/plan.md');
      await soon(() => track('doc'));
      write('services/x/conductor/tracks/deep/plan.md');
      await soon(() => track('deep'));
      write('services/x/conductor/tracks/deep/plan.md', donePlan);
      await soon(() => done('deep') === 2);
    });

    it('a root that comes into being step by step', async () => {
      mkdirSync(at('.conductor'));
      const probe = write('conductor/tracks/a/plan.md', donePlan);
      await soon(() => done('a') === 2);
      mkdirSync(at('.conductor/tracks'));
      writeFileSync(probe, plan);
      await soon(() => done('a') === 1);
      write('.conductor/tracks/slow/plan.md');
      await soon(() => track('slow'));
    });

    it('a folder that was only called conductor, and becomes one', async () => {
      write('pkg/conductor/__init__.py', '');
      await store.refresh();
      assert.equal(roots().length, 1);
      write('pkg/conductor/tracks/late/plan.md');
      await soon(() => track('late'));
    });
  });

  it('a branch switch that touches 500 files is read at one go, each file once or twice', async () => {
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
        cwd: workspace,
      });
    git('init', '-q', '-b', 'one');
    for (let n = 0; n < 250; n++) {
      write(`conductor/tracks/t${n}/plan.md`);
      write(`conductor/tracks/t${n}/metadata.json`, `{"track_id":"t${n}"}`);
    }
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    git('checkout', '-q', '-b', 'two');
    for (let n = 0; n < 250; n++) {
      write(`conductor/tracks/t${n}/plan.md`, donePlan);
      write(`conductor/tracks/t${n}/metadata.json`, `{"track_id":"t${n}","status":"completed"}`);
    }
    git('commit', '-qam', 'two');
    let reads = 0;
    await start({ disk: { ...readingDisk, readFile: (path) => (reads++, readingDisk.readFile(path)) } });
    // The check after watching has begun is over when nothing is read any more.
    await watchingBegan();
    reads = 0;
    changes.length = 0;
    git('checkout', '-q', 'one');
    await soon(() => roots()[0]?.tracks.every((t) => t.progress.done === 1 && t.status === undefined));
    assert.ok(reads <= 1_500, `${reads} reads for 500 files`);
    assert.ok(changes.length <= 5, `${changes.length} changes`);
  });

  it('tells one change for an edit of ours, and none for what follows it', async () => {
    write('conductor/tracks/a/plan.md');
    await start();
    await watchingBegan();
    changes.length = 0;
    const outcome = await new DiskFileEditor().edit({
      root: at('conductor'),
      file: 'tracks/a/plan.md',
      change: (text) => ({
        edits: [{ start: text.indexOf('[ ]') + 1, end: text.indexOf('[ ]') + 2, text: 'x' }],
      }),
    });
    assert.ok('changed' in outcome && outcome.changed);
    await soon(() => done('a') === 2);
    // Another change comes after whatever the edit left to be seen.
    write('conductor/tracks/z/plan.md');
    await soon(() => track('z'));
    assert.equal(changes.filter((change) => change.tracks.some((t) => t.key === 'tracks/a')).length, 1);
  });

  it('reads nothing while invisible, and everything that was missed afterwards', async () => {
    write('conductor/tracks/a/plan.md');
    let reads = 0;
    const watcher = new FakeWatching();
    const disk: ReadingDisk = { ...readingDisk, stat: (path) => (reads++, readingDisk.stat(path)) };
    await start({ disk, watching: watcher });
    store.setVisible(false);
    reads = 0;
    write('conductor/tracks/a/plan.md', donePlan);
    watcher.touch(at('conductor/tracks/a/plan.md'));
    write('conductor/tracks/b/plan.md');
    watcher.touch(at('conductor/tracks/b'));
    // A store that is visible reads after this; both began to wait at the same time.
    const other = new ConductorStore({ folders: [workspace] }, { watching: watcher });
    await other.start();
    watcher.touch(at('conductor/tracks/b'));
    write('conductor/tracks/c/plan.md');
    watcher.touch(at('conductor/tracks/c'));
    await eventually(() => other.snapshot.roots[0]?.tracks.some((t) => t.id === 'c'));
    other.dispose();
    assert.equal(reads, 0);
    assert.equal(done('a'), 1);
    store.setVisible(true);
    await soon(() => done('a') === 2 && track('b') && track('c'));
  });

  it('reads on refresh even while invisible, and without any watcher', async () => {
    write('conductor/tracks/a/plan.md');
    await start({ watching: new FakeWatching() });
    store.setVisible(false);
    write('conductor/tracks/a/plan.md', donePlan);
    await store.refresh();
    assert.equal(done('a'), 2);
  });

  for (const code of ['ENOSPC', 'EMFILE', 'EIO']) {
    it(`says that changes may come late when watching fails (${code}), and sweeps`, async () => {
      write('conductor/tracks/a/plan.md');
      const watcher = new FakeWatching();
      await start({ watching: watcher, sweepMs: 50 });
      watcher.fail(Object.assign(new Error(code), { code }));
      await soon(() => store.snapshot.watchProblem);
      write('conductor/tracks/a/plan.md', donePlan);
      await soon(() => done('a') === 2);
      // Invisible stores do not sweep.
      store.setVisible(false);
      write('conductor/tracks/a/plan.md', plan);
      store.setVisible(true);
      await soon(() => done('a') === 1);
    });
  }

  it('opens an archive, and watches it from then on', async () => {
    write('conductor/tracks/a/plan.md');
    write('conductor/archive/old/plan.md');
    await start();
    assert.equal(roots()[0]?.archive.count, 1);
    await store.openArchive(at('conductor'));
    assert.equal(track('old')?.archived, true);
    write('conductor/archive/old/plan.md', donePlan);
    await soon(() => done('old') === 2);
    write('conductor/archive/older/plan.md');
    await soon(() => track('older'));
  });

  it('takes other folders', async () => {
    write('one/conductor/tracks/a/plan.md');
    write('two/planning/tracks/b/plan.md');
    store = new ConductorStore({ folders: [at('one')] });
    await store.start();
    assert.ok(track('a'));
    await store.setFolders([at('two')], ['planning']);
    assert.ok(track('b') && !track('a'));
    write('two/planning/tracks/b/plan.md', donePlan);
    await soon(() => done('b') === 2);
  });

  it('shares one read between calls', async () => {
    write('conductor/tracks/a/plan.md');
    await start();
    await Promise.all([store.refresh(), store.refresh(), store.openArchive(at('conductor'))]);
    assert.equal(changes.length, 2, 'the start, and the archive that was opened');
  });

  it('is silent after its end', async () => {
    write('conductor/tracks/a/plan.md');
    await start();
    store.dispose();
    changes.length = 0;
    write('conductor/tracks/a/plan.md', donePlan);
    await store.refresh();
    assert.equal(changes.length, 0);
    assert.equal(done('a'), 1);
  });

  it('lets the process end after its end', async () => {
    write('conductor/tracks/a/plan.md');
    const script = write(
      'ends.ts',
      `
      import { ConductorStore } from ${JSON.stringify(join(__dirname, '../../../src/store/conductorStore'))};
      const store = new ConductorStore({ folders: [process.argv[2]!] });
      store.onDidChange(({ snapshot }) => {
        // Dispose while everything is going on.
        setImmediate(() => { store.dispose(); process.stdout.write(String(snapshot.roots.length)); });
      });
      void store.start();
    `,
    );
    const bundle = at('ends.cjs');
    await build({
      entryPoints: [script],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      logLevel: 'error',
      nodePaths: [join(__dirname, '../../../node_modules')],
    });
    const child = spawn(process.execPath, [bundle, workspace], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.deepEqual([code, said], [0, '1']);
  });

  /** Resolves when a change that only a watcher can tell has come through. */
  async function watchingBegan(): Promise<void> {
    write('conductor/tracks/watch-probe/plan.md');
    await soon(() => track('watch-probe'));
    let n = 2;
    await soon(() => {
      // Written again until it is seen: the first may come before the file itself is watched.
      if (done('watch-probe') !== 1) return true;
      if (n++ % 40 === 2) write('conductor/tracks/watch-probe/plan.md', donePlan);
      return false;
    });
    rmSync(at('conductor/tracks/watch-probe'), { recursive: true });
    await soon(() => !track('watch-probe'));
  }
});

/** A program that makes tracks, all at once, each with pauses: `node -e … FOLDER TRACK…`. */
const trackWriter = `
const { mkdirSync, renameSync, writeFileSync } = require('node:fs');
const [tracks, ...names] = process.argv.slice(1);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.random() * ms));
const state = (step) => JSON.stringify({ version: 3, loop_state: { current_step: step } });
for (const name of names) make(tracks + '/' + name);
async function make(track) {
  await pause(2000);
  mkdirSync(track);
  writeFileSync(track + '/plan.md', '# Plan');
  writeFileSync(track + '/metadata.json', state('PLAN'));
  await pause(400);
  writeFileSync(track + '/metadata.json.tmp', state('EXECUTE'));
  renameSync(track + '/metadata.json.tmp', track + '/metadata.json');
  await pause(400);
  mkdirSync(track + '/.message-bus');
  await pause(400);
  mkdirSync(track + '/.message-bus/run');
  await pause(400);
  writeFileSync(track + '/.message-bus/queue.jsonl', '{"id":"1","type":"PROGRESS","source":"w","payload":{}}\\n');
}
`;

/** A watcher that tells what the test tells it. */
class FakeWatching implements Watching {
  readonly #listeners = new Set<WatchListener>();

  tree(_root: string, _archiveOpen: boolean, listener: WatchListener): { close(): Promise<void> } {
    this.#listeners.add(listener);
    return { close: () => Promise.resolve(void this.#listeners.delete(listener)) };
  }

  folder(): { close(): Promise<void> } {
    return { close: () => Promise.resolve() };
  }

  touch(path: string): void {
    for (const listener of this.#listeners) listener.touched(path);
  }

  fail(error: Error): void {
    for (const listener of this.#listeners) listener.failed(error);
  }
}
