import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync, truncateSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RootSnapshot } from '../../../src/model/root';
import type { Track } from '../../../src/model/track';
import { nextActionOf } from '../../../src/rules/nextAction';
import { readConductor } from '../../../src/store/readConductor';
import type { ReadingDisk } from '../../../src/store/disk';
import { readingDisk } from '../../../src/store/readingDisk';
import { RootReader } from '../../../src/store/rootReader';
import { temporaryFolder } from './temporaryFolder';

const plan = '# Plan\n\n## Phase 1: First\n\n- [x] Task 1.1: One\n- [ ] Task 1.2: Two\n';

describe('readConductor', () => {
  const folder = temporaryFolder();
  let workspace: string;
  let count = 0;

  beforeEach(() => {
    workspace = folder.make(`${++count}`);
  });

  const write = (file: string, content: string | Uint8Array = plan): string =>
    folder.write(join(`${count}`, 'conductor', file), content);

  async function read(archives = false): Promise<RootSnapshot> {
    const snapshot = await readConductor({ folders: [workspace], archives });
    assert.doesNotThrow(() => JSON.stringify(snapshot));
    assert.equal(snapshot.roots.length, 1);
    return snapshot.roots[0]!;
  }

  const codes = (track: Track | undefined): string[] => (track?.problems ?? []).map((p) => p.code);

  it('reads a track with its plan, metadata and documents', async () => {
    write(
      'tracks.md',
      '# Tracks\n\n- [~] **Track: Log in**\n  *Link: [./tracks/login_20260101/](./tracks/login_20260101/)*\n',
    );
    write('tracks/login_20260101/plan.md');
    write('tracks/login_20260101/spec.md', '# Log in\n');
    write(
      'tracks/login_20260101/metadata.json',
      '{"track_id":"login_20260101","status":"in_progress","type":"feature"}',
    );
    write('tracks/login_20260101/notes.txt', 'x');
    const root = await read();
    const [track] = root.tracks;
    assert.equal(root.tracks.length, 1);
    assert.equal(track?.id, 'login_20260101');
    assert.equal(track.key, 'tracks/login_20260101');
    assert.equal(track.name, 'Log in');
    assert.equal(track.registered, true);
    assert.equal(track.status, 'in_progress');
    assert.deepEqual(track.progress, { total: 2, done: 1, doing: 0, blocked: 0, skipped: 0 });
    assert.deepEqual(Object.keys(track.documents).sort(), ['metadata', 'plan', 'spec']);
    assert.deepEqual(track.otherFiles, ['notes.txt']);
    assert.equal(root.registryFile, join(workspace, 'conductor', 'tracks.md'));
    assert.deepEqual(codes(track), []);
  });

  it('shows live tracks in the order of tracks.md, then those that it does not name', async () => {
    write(
      'tracks.md',
      '- [ ] **Track: B**\n  *Link: [b](./tracks/b/)*\n\n- [ ] **Track: A**\n  *Link: [a](./tracks/a/)*\n',
    );
    for (const id of ['a', 'b', 'd', 'c']) write(`tracks/${id}/plan.md`);
    const root = await read();
    assert.deepEqual(
      root.tracks.map((t) => t.id),
      ['b', 'a', 'c', 'd'],
    );
    assert.deepEqual(
      root.tracks.map((t) => codes(t).includes('track-not-registered')),
      [false, false, true, true],
    );
  });

  it('shows a track that tracks.md names but that is not on disk', async () => {
    write('tracks.md', '- [ ] **Track: Gone**\n  *Link: [gone](./tracks/gone_20260101/)*\n');
    const [track] = (await read()).tracks;
    assert.equal(track?.key, 'registry:gone_20260101');
    assert.equal(track.folder, undefined);
    assert.deepEqual(codes(track), ['track-folder-missing']);
    assert.equal(track.problems[0]?.line, 1);
  });

  it('says once that there is no tracks.md, and not of each track', async () => {
    for (const id of ['a', 'b', 'c']) write(`tracks/${id}/plan.md`);
    const root = await read();
    assert.deepEqual(
      root.problems.map((p) => p.code),
      ['no-registry'],
    );
    assert.deepEqual(root.tracks.flatMap(codes), []);
  });

  for (const [how, link, id] of [
    ['relative to tracks.md', './tracks/Alpha/', undefined],
    ['relative to the project', './conductor/tracks/Alpha/', undefined],
    ['to a file of the track', 'tracks/Alpha/plan.md', undefined],
    ['with an anchor', 'tracks/Alpha/plan.md#phase-1', undefined],
    ['in another case', './Tracks/alpha/', undefined],
    ['with escapes', './tracks/%41lpha/', undefined],
    ['with backslashes', '.\\tracks\\Alpha\\', undefined],
    ['by id', undefined, 'Alpha'],
    ['by id in another case', undefined, 'ALPHA'],
    ['by the id in metadata.json', undefined, 'the-real-id'],
    ['by the id of a link that leads elsewhere', './tracks/done/Alpha/', undefined],
  ] as const) {
    it(`finds the folder of an entry: ${how}`, async () => {
      write('tracks/Alpha/plan.md');
      write('tracks/Alpha/metadata.json', '{"track_id": "the-real-id"}');
      write(
        'tracks.md',
        link === undefined
          ? `| Track ID | Name | Status |\n|---|---|---|\n| ${id} | Some name | new |\n`
          : `- [ ] **Track: Some name**\n  *Link: [x](${link})*\n`,
      );
      const root = await read();
      assert.deepEqual(
        root.tracks.map((t) => [t.key, t.registered]),
        [['tracks/Alpha', true]],
      );
    });
  }

  it('never follows a link of tracks.md out of the workspace', async () => {
    folder.write('elsewhere/secret/plan.md', plan);
    write(
      'tracks.md',
      '- [ ] **Track: A**\n  *Link: [a](../../elsewhere/secret/)*\n\n- [ ] **Track: B**\n  *Link: [b](/etc/)*\n',
    );
    const root = await read();
    assert.deepEqual(
      root.tracks.map((t) => t.folder),
      [undefined, undefined],
    );
    assert.deepEqual(
      root.problems.map((p) => [p.code, p.line]),
      [['link-outside-workspace', 1]],
    );
  });

  it('finds tracks grouped by domain, and takes no sub-folder of a track for one', async () => {
    write('tracks/web/shop/login/plan.md');
    write('tracks/web/search/spec.md');
    write('tracks/plain/index.md');
    write('tracks/plain/brainstorm/options.md');
    write('tracks/only-notes/design.md');
    const root = await read();
    assert.deepEqual(
      root.tracks.map((t) => [t.key, t.domain]),
      [
        ['tracks/web/shop/login', 'web/shop'],
        ['tracks/only-notes', undefined],
        ['tracks/plain', undefined],
        ['tracks/web/search', 'web'],
      ],
    );
  });

  it('counts archived tracks wherever they lie, and reads them only when asked', async () => {
    write('tracks.md', '');
    write('archive/a/plan.md');
    write('archive/b/b/plan.md');
    write('archive/snapshot/conductor/tracks/c/plan.md');
    write('archive/snapshot/conductor/tracks.md', '');
    write('archive/d/index.md');
    write('archive/notes/readme.txt', '');
    write('tracks/archive/e/plan.md');
    write('tracks/_archive/f/metadata.json', '{}');
    const closed = await read();
    assert.equal(closed.archive.count, 6);
    assert.equal(closed.archive.tracks, undefined);
    assert.deepEqual(closed.tracks, []);
    const open = await read(true);
    assert.deepEqual(
      open.archive.tracks?.map((t) => [t.id, t.archived, t.group]),
      ['a', 'b', 'd', 'c', 'f', 'e'].map((id) => [id, true, 'archived']),
    );
  });

  it('matches entries of archived tracks without opening the archive', async () => {
    write('tracks.md', '- [x] **Track: A**\n  *Link: [a](./archive/a/)*\n');
    write('archive/a/plan.md');
    const root = await read();
    assert.deepEqual([root.tracks.length, root.archive.count], [0, 1]);
  });

  it('keeps a track with the same id in tracks/ and in the archive apart', async () => {
    write('tracks.md', '- [ ] **Track: A**\n  *Link: [a](./tracks/a/)*\n');
    write('tracks/a/plan.md');
    write('archive/a/plan.md');
    const root = await read(true);
    assert.deepEqual(
      [...root.tracks, ...(root.archive.tracks ?? [])].map((t) => [t.key, t.registered]),
      [
        ['tracks/a', true],
        ['archive/a', false],
      ],
    );
  });

  it('shows an empty folder only when tracks.md names it', async () => {
    write('tracks.md', '- [ ] **Track: New**\n  *Link: [new](./tracks/new/)*\n');
    folder.make(`${count}`, 'conductor', 'tracks', 'new');
    folder.make(`${count}`, 'conductor', 'tracks', 'stray');
    const root = await read();
    assert.deepEqual(
      root.tracks.map((t) => t.key),
      ['tracks/new'],
    );
  });

  describe('odd files become problems, and the rest is still shown', () => {
    const oddPlans: [string, () => void, string][] = [
      ['binary', () => write('tracks/a/plan.md', Buffer.from([0, 1, 2])), 'binary'],
      ['more than 5 MB', () => truncateSync(write('tracks/a/plan.md', ''), 50 * 1024 * 1024), 'too-large'],
      ['a folder', () => write('tracks/a/plan.md/x.md'), 'not-a-file'],
      ['a link to itself', () => link('plan.md', 'tracks/a/plan.md'), 'link-astray'],
      ['a link to nowhere', () => link('nowhere', 'tracks/a/plan.md'), 'link-astray'],
      ['a link out of the workspace', () => link('/etc/hostname', 'tracks/a/plan.md'), 'link-astray'],
    ];
    for (const [what, make, code] of oddPlans) {
      it(`plan.md is ${what}`, async () => {
        write('tracks/a/metadata.json', '{"track_id":"a","status":"new"}');
        write('tracks/b/plan.md');
        make();
        const root = await read();
        const [a, b] = root.tracks;
        assert.equal(a?.status, 'new');
        assert.equal(a.plan, undefined);
        const problem = a.problems.find((p) => p.code === code);
        assert.ok(problem, JSON.stringify(a.problems));
        assert.equal(problem.file, join(workspace, 'conductor/tracks/a/plan.md'));
        assert.equal(b?.progress.total, 2);
        // Not "the plan is written first": there is one, and an agent would write over it.
        const next = nextActionOf(a);
        assert.equal(next.kind, 'none', next.why);
        assert.match(next.why, /plan\.md is there but cannot be read/);
      });

      it(`no step is inferred where plan.md is ${what}`, async () => {
        write('decision-log.md', '');
        write('tracks/a/spec.md', '# Spec');
        make();
        const [a] = (await read()).tracks;
        assert.equal(a?.dialect, 'evaluate-loop');
        assert.equal(a.loop, undefined);
        assert.equal(nextActionOf(a).kind, 'none');
      });
    }

    it('tracks.md is a link out of the workspace', async () => {
      write('tracks/a/plan.md');
      link('/etc/hostname', 'tracks.md');
      const root = await read();
      assert.deepEqual(
        root.problems.map((p) => [p.severity, p.code]),
        [['error', 'link-astray']],
      );
      assert.equal(root.tracks.length, 1);
    });

    it('no step is inferred where nothing can be read from metadata.json', async () => {
      write('decision-log.md', '');
      write('tracks/a/plan.md');
      write('tracks/a/metadata.json', Buffer.from([0, 0]));
      const [a] = (await read()).tracks;
      assert.equal(a?.loop, undefined);
      assert.match(nextActionOf(a!).why, /metadata\.json is there but cannot be read/);
    });

    it('hundreds of thousands of entries in tracks.md, all of one id', async () => {
      write('tracks.md', `| Track ID | Name |\n|---|---|\n${'| a | n |\n'.repeat(130_000)}`);
      const root = await read();
      assert.equal(root.tracks.length, 130_000);
      assert.equal(new Set(root.tracks.map((track) => track.key)).size, 130_000);
    });

    it('two objects in metadata.json, and an empty one', async () => {
      write('tracks/a/metadata.json', '{"track_id":"a"}\n{"track_id":"b"}\n');
      write('tracks/b/metadata.json', '');
      write('tracks/b/plan.md');
      const root = await read();
      for (const track of root.tracks) {
        assert.ok(
          track.problems.some((p) => p.file.endsWith('metadata.json')),
          JSON.stringify(track.problems),
        );
      }
    });

    it('tracks.md is binary, tracks is a file', async () => {
      write('tracks.md', Buffer.from([0, 0]));
      write('tracks', 'x');
      const root = await read();
      assert.deepEqual(root.problems.map((p) => p.code).sort(), ['binary', 'not-a-folder']);
    });

    it('a lock that was left behind', async () => {
      write('tracks/a/plan.md');
      const lock = folder.make(`${count}`, 'conductor/tracks/a/.metadata.lock');
      const fresh = (await read()).tracks[0];
      assert.deepEqual(codes(fresh), []);
      utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
      const stale = (await read()).tracks[0];
      assert.deepEqual(
        stale?.problems.map((p) => [p.code, p.repair]),
        [['stale-lock', 'removeStaleLock']],
      );
    });

    it('files and folders that cannot be read, or that vanish', async () => {
      write('tracks.md', '');
      for (const id of ['a', 'b', 'c']) write(`tracks/${id}/plan.md`);
      const fail = (code: string): Promise<never> =>
        Promise.reject(Object.assign(new Error(code), { code, syscall: 'open' }));
      const disk: ReadingDisk = {
        ...readingDisk,
        readFile: (path) =>
          path.endsWith('a/plan.md')
            ? fail('EACCES')
            : path.endsWith('b/plan.md')
              ? fail('ENOENT')
              : readingDisk.readFile(path),
        readFolder: (path) => (path.endsWith('tracks/c') ? fail('EIO') : readingDisk.readFolder(path)),
      };
      const root = await new RootReader(
        { path: join(workspace, 'conductor'), workspaceFolder: workspace },
        disk,
      ).read(false);
      const [a, b] = root?.tracks ?? [];
      assert.ok(codes(a).includes('unreadable'));
      assert.equal(b?.plan, undefined);
      assert.deepEqual(
        root?.problems.map((p) => [p.code, p.file]),
        [['unreadable', join(workspace, 'conductor/tracks/c')]],
      );
    });

    function link(target: string, at: string): void {
      const path = join(workspace, 'conductor', at);
      mkdirSync(join(path, '..'), { recursive: true });
      symlinkSync(target, path);
    }
  });

  it('follows links to track folders within the workspace, once, and no circles', async () => {
    write('tracks/a/plan.md');
    folder.write(join(`${count}`, 'store/b/plan.md'), plan);
    folder.write('far/c/plan.md', plan);
    const tracks = join(workspace, 'conductor/tracks');
    symlinkSync(join(workspace, 'store/b'), join(tracks, 'b'));
    symlinkSync('a', join(tracks, 'current'));
    symlinkSync('..', join(tracks, 'loop'));
    symlinkSync(join(folder.path, 'far/c'), join(tracks, 'c'));
    const root = await read();
    assert.deepEqual(
      root.tracks.map((t) => t.key),
      ['tracks/a', 'tracks/b'],
    );
    assert.deepEqual(root.problems.map((p) => p.code).sort(), ['link-astray', 'no-registry']);
  });

  it('follows no link of the message bus out of the workspace', async () => {
    write('tracks/a/plan.md');
    write('tracks/a/.message-bus/worker-status.json', '{"w1":{"status":"RUNNING"}}');
    const outside = folder.make(`${count}-outside`);
    writeFileSync(join(outside, 'locks.json'), '{"secret.ts":"w9"}');
    const bus = join(workspace, 'conductor/tracks/a/.message-bus');
    symlinkSync(join(outside, 'locks.json'), join(bus, 'locks.json'));
    symlinkSync(outside, join(bus, 'board'));
    const reader = new RootReader({ path: join(workspace, 'conductor'), workspaceFolder: workspace });
    const first = await reader.read(false);
    const track = first?.tracks[0];
    assert.deepEqual(track?.bus?.locks, []);
    assert.equal(track.bus.workers.length, 1);
    const astray = track.problems.filter((p) => p.code === 'link-astray');
    assert.deepEqual(
      astray.map((p) => basename(p.file)),
      ['board', 'locks.json'],
    );
    reader.expire('all');
    assert.equal(await reader.read(false), first);
  });

  it('reads the message bus', async () => {
    write('tracks/a/plan.md');
    const bus = 'tracks/a/.message-bus';
    write(
      `${bus}/queue.jsonl`,
      [
        { id: 'msg-1', type: 'BLOCKED', source: 'w1', payload: { task_id: '1.1', waiting_for: 'w2' } },
        { id: 'msg-2', type: 'PROGRESS', source: 'w2', payload: { task_id: '1.2', progress_pct: 50 } },
      ]
        .map((m) => JSON.stringify(m) + '\n')
        .join('') + '{"id":"torn',
    );
    write(`${bus}/locks.json`, '{"src/a.ts":{"worker_id":"w2"}}');
    write(`${bus}/worker-status.json`, '{"w1":{"task_id":"1.1","status":"BLOCKED"}}');
    write(`${bus}/events/TASK_COMPLETE_1.1.event`, '');
    write(`${bus}/board/session-board-1.json`, '{"session_id":"board-1","status":"VOTING"}');
    write(`${bus}/board/votes.json`, '{"CA":{"final_verdict":"APPROVE"}}');
    const [track] = (await read()).tracks;
    assert.equal(track?.bus?.messageCount, 2);
    assert.deepEqual(
      track.bus.waiting.map((w) => [w.source, w.waitingFor]),
      [['w1', 'w2']],
    );
    assert.equal(track.bus.locks[0]?.workerId, 'w2');
    assert.equal(track.bus.workers[0]?.status, 'BLOCKED');
    assert.deepEqual(track.bus.events, ['TASK_COMPLETE_1.1.event']);
    assert.equal(track.boardSessions[0]?.sessionId, 'board-1');
    assert.equal(track.boardSessions[0].votes['CA']?.verdict, 'APPROVE');
    assert.deepEqual(track.bus.problems, []);
  });

  it('can be cancelled', async () => {
    write('tracks/a/plan.md');
    await assert.rejects(readConductor({ folders: [workspace], signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
  });

  it('reads several workspace folders, and a directory in two of them once', async () => {
    write('tracks/a/plan.md');
    folder.write(join(`${count}`, 'packages/p/conductor/tracks/b/plan.md'), plan);
    const snapshot = await readConductor({ folders: [workspace, join(workspace, 'packages')] });
    assert.deepEqual(
      snapshot.roots.map((r) => r.path),
      [join(workspace, 'conductor'), join(workspace, 'packages/p/conductor')],
    );
  });

  it('tells of a setting that names what is not there', async () => {
    const snapshot = await readConductor({ folders: [workspace], extraRoots: ['nowhere'] });
    assert.deepEqual(
      snapshot.problems?.map((p) => p.code),
      ['root-not-found'],
    );
  });

  describe('a second read', () => {
    let reader: RootReader;
    let reads: string[];

    beforeEach(() => {
      reads = [];
      write(
        'tracks.md',
        '- [ ] **Track: A**\n  *Link: [a](./tracks/a/)*\n\n- [ ] **Track: B**\n  *Link: [b](./tracks/b/)*\n\n- [ ] **Track: Gone**\n  *Link: [gone](./tracks/gone/)*\n',
      );
      write('tracks/a/plan.md');
      write('tracks/a/metadata.json', '{"track_id":"a","status":"new"}');
      write('tracks/b/plan.md');
      write('archive/c/plan.md');
      const disk: ReadingDisk = {
        ...readingDisk,
        stat: async (path) => {
          // Files of a test are as young as the clock's grain; here they count as older.
          const stamp = await readingDisk.stat(path);
          return { ...stamp, mtimeMs: stamp.mtimeMs - 1_000 };
        },
        readFile: (path) => {
          reads.push(path.slice(workspace.length + '/conductor/'.length));
          return readingDisk.readFile(path);
        },
      };
      reader = new RootReader({ path: join(workspace, 'conductor'), workspaceFolder: workspace }, disk);
    });

    it('reads nothing and gives the same object when nothing changed', async () => {
      const first = await reader.read(true);
      assert.equal(reads.length, 5);
      reader.expire('all');
      assert.equal(await reader.read(true), first);
      assert.equal(reads.length, 5);
    });

    it('gives the same object when files were only touched, or saved again as they were', async () => {
      const first = await reader.read(false);
      const file = write('tracks/a/plan.md');
      utimesSync(file, new Date(), new Date());
      reader.expire([file]);
      assert.equal(await reader.read(false), first);
      assert.equal(reads.filter((path) => path === 'tracks/a/plan.md').length, 2);
    });

    it('reads only what was touched, and keeps every other track', async () => {
      const first = await reader.read(false);
      reads.length = 0;
      const file = write('tracks/a/plan.md', plan.replace('[ ]', '[x]'));
      reader.expire([file]);
      const second = await reader.read(false);
      assert.deepEqual(reads, ['tracks/a/plan.md']);
      assert.equal(second?.tracks[0]?.progress.done, 2);
      assert.equal(second.tracks[0].metadata, first?.tracks[0]?.metadata);
      assert.equal(second.tracks[1], first?.tracks[1]);
      assert.equal(second.tracks[2], first?.tracks[2]);
    });

    it('keeps tracks whose entry in tracks.md stays the same when another is added below', async () => {
      const first = await reader.read(false);
      const file = write(
        'tracks.md',
        '- [ ] **Track: A**\n  *Link: [a](./tracks/a/)*\n\n- [x] **Track: B**\n  *Link: [b](./tracks/b/)*\n\n- [ ] **Track: Gone**\n  *Link: [gone](./tracks/gone/)*\n',
      );
      reader.expire([file]);
      const second = await reader.read(false);
      assert.equal(second?.tracks[0], first?.tracks[0]);
      assert.notEqual(second?.tracks[1], first?.tracks[1]);
      assert.equal(second?.tracks[2], first?.tracks[2]);
    });

    it('does not change for locks and temporary files that come and go', async () => {
      const first = await reader.read(false);
      folder.make(`${count}`, 'conductor/tracks/a/plan.md.lock');
      folder.make(`${count}`, 'conductor/tracks/a/.metadata.lock');
      write('tracks/a/.plan.md.1234.tmp', 'x');
      reader.expire('all');
      assert.equal(await reader.read(false), first);
      assert.ok(reader.lookAgainAt !== undefined, 'the lock may be left behind by then');
    });

    it('keeps what it knew of a file that a save has just emptied', async () => {
      const first = await reader.read(false);
      const file = join(workspace, 'conductor/tracks/a/plan.md');
      writeFileSync(file, '');
      reader.expire([file]);
      const reading = reader.read(false);
      setTimeout(() => writeFileSync(file, plan), 30);
      assert.equal(await reading, first);
    });

    it('notices folders that come and go', async () => {
      await reader.read(false);
      const file = write('tracks/new/plan.md');
      reader.expire([file, join(file, '..')]);
      const second = await reader.read(false);
      assert.ok(second?.tracks.some((t) => t.id === 'new'));
    });

    it('gives nothing once the directory is gone', async () => {
      await reader.read(false);
      const gone = new RootReader({ path: join(workspace, 'nowhere'), workspaceFolder: workspace });
      assert.equal(await gone.read(false), undefined);
    });
  });
});
