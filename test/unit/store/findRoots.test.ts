import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findRoots } from '../../../src/store/findRoots';
import type { ReadingDisk } from '../../../src/store/disk';
import { readingDisk } from '../../../src/store/readingDisk';
import { temporaryFolder } from './temporaryFolder';

describe('findRoots', () => {
  const folder = temporaryFolder();
  let workspace: string;
  let count = 0;

  beforeEach(() => {
    workspace = folder.make(`${++count}`);
  });

  const write = (file: string, text = 'x'): string => folder.write(join(`${count}`, file), text);
  const found = async (...extra: string[]): Promise<string[]> =>
    (await findRoots(workspace, extra)).roots.map((root) => root.slice(workspace.length + 1));

  for (const place of [
    'conductor',
    'Conductor',
    '.conductor',
    'docs/conductor',
    'services/x/conductor',
    '.ai_context/conductor',
    '.claude/conductor',
    'a/b/c/conductor',
  ]) {
    it(`finds ${place}/`, async () => {
      write(`${place}/tracks.md`);
      assert.deepEqual(await found(), [place]);
    });
  }

  it('finds several in one folder', async () => {
    write('conductor/tracks.md');
    write('.conductor/tracks.md');
    write('docs/conductor/tracks.md');
    write('services/search/conductor/tracks.md');
    assert.deepEqual(await found(), [
      '.conductor',
      'conductor',
      'docs/conductor',
      'services/search/conductor',
    ]);
  });

  for (const [what, files] of [
    ['tracks.md', ['tracks.md']],
    ['a track with a plan', ['tracks/a/plan.md']],
    ['a track with a spec', ['tracks/a/spec.md']],
    ['a track with metadata', ['tracks/a/metadata.json']],
    ['a track with an index', ['tracks/a/index.md']],
    ['a track in a domain', ['tracks/web/a/plan.md']],
    ['an archived track', ['archive/a/plan.md']],
    ['a track archived in tracks/', ['tracks/_archive/a/plan.md']],
    ['a finished set-up', ['setup_state.json', 'product.md']],
  ] as const) {
    it(`takes ${what} for evidence`, async () => {
      for (const file of files) write(`conductor/${file}`);
      assert.deepEqual(await found(), ['conductor']);
    });
  }

  for (const [what, files] of [
    ['a Python package', ['__init__.py', 'client/__init__.py', 'README.md']],
    ['decision logs alone', ['decision-log.md', 'lessons-learned.md']],
    ['an empty tracks folder', ['tracks/.gitkeep']],
    ['music', ['tracks/01/song.flac', 'tracks/cover.png']],
    ['a set-up state alone', ['setup_state.json']],
    ['a folder called tracks.md', ['tracks.md/x.txt']],
    ['tracks of spec 001', ['tracks/track-registry.json', 'tracks/a/track.json', 'tracks/a/index.md']],
  ] as const) {
    it(`leaves a lookalike alone: ${what}`, async () => {
      for (const file of files) write(`conductor/${file}`);
      const result = await findRoots(workspace, []);
      assert.deepEqual([result.roots, result.problems], [[], []]);
      assert.deepEqual(result.lookalikes, [join(workspace, 'conductor')]);
    });
  }

  it('does not look into folders of other programs, nor deeper than four levels', async () => {
    write('node_modules/x/conductor/tracks.md');
    write('.git/conductor/tracks.md');
    write('dist/conductor/tracks.md');
    write('a/b/c/d/conductor/tracks.md');
    assert.deepEqual(await found(), []);
  });

  it('leaves out what lies inside another conductor directory, its archive above all', async () => {
    write('conductor/tracks.md');
    write('conductor/archive/handoff/conductor/tracks.md');
    write('conductor/tracks/conductor/tracks.md');
    assert.deepEqual(await found(), ['conductor']);
    const named = await findRoots(workspace, ['conductor/archive/handoff/conductor']);
    assert.equal(named.roots.length, 1);
    assert.deepEqual(
      named.problems.map((p) => p.code),
      ['root-inside-root'],
    );
  });

  it('finds the opened folder itself', async () => {
    write('conductor/tracks.md');
    const inner = await findRoots(join(workspace, 'conductor'), []);
    assert.deepEqual(
      inner.roots.map((path) => basename(path)),
      ['conductor'],
    );
    write('planning/tracks.md');
    write('planning/product.md');
    write('planning/tracks/a/plan.md');
    const other = await findRoots(join(workspace, 'planning'), []);
    assert.deepEqual(
      other.roots.map((path) => basename(path)),
      ['planning'],
    );
  });

  it('does not take any opened folder with tracks for one', async () => {
    write('tracks/a/spec.md');
    write('tracks.md');
    assert.deepEqual(await found(), []);
  });

  it('finds what a setting names, relative or absolute, and says when there is nothing', async () => {
    write('planning/tracks.md');
    folder.write(`elsewhere${count}/tracks.md`, 'x');
    write('empty/x.txt');
    const elsewhere = join(folder.path, `elsewhere${count}`);
    const result = await findRoots(workspace, ['planning', elsewhere, 'nowhere', 'empty']);
    assert.deepEqual([...result.roots].sort(), [join(workspace, 'planning'), elsewhere].sort());
    assert.deepEqual(
      result.problems.map((p) => [p.code, basename(p.file)]),
      [
        ['root-not-found', 'nowhere'],
        ['root-not-found', 'empty'],
      ],
    );
  });

  it('names a directory once, however often it is found', async () => {
    write('conductor/tracks.md');
    symlinkSync('conductor', join(workspace, '.conductor'));
    assert.equal((await found('conductor', './conductor/')).length, 1);
  });

  it('names a directory once on a disk that does not tell upper from lower case', async () => {
    write('conductor/tracks.md');
    // Such a disk lists one name, and answers to all spellings of it.
    const disk: ReadingDisk = {
      ...readingDisk,
      stat: (path) => readingDisk.stat(path.replace('Conductor', 'conductor')),
      realPath: (path) => Promise.resolve(path),
      readFolder: (path) => readingDisk.readFolder(path.replace('Conductor', 'conductor')),
    };
    const result = await findRoots(workspace, ['Conductor'], undefined, disk);
    assert.deepEqual(result.roots, [join(workspace, 'conductor')]);
  });

  it('follows a link that stays in the workspace, and says of one that does not how to use it', async () => {
    write('store/project/tracks.md');
    symlinkSync(join(workspace, 'store/project'), join(workspace, 'conductor'));
    assert.deepEqual(await found(), ['conductor']);

    folder.write(`far${count}/tracks.md`, 'x');
    symlinkSync(join(folder.path, `far${count}`), join(workspace, '.conductor'));
    const result = await findRoots(workspace, []);
    assert.equal(result.roots.length, 1);
    assert.deepEqual(
      result.problems.map((p) => p.code),
      ['root-outside-workspace'],
    );
    assert.equal((await findRoots(workspace, ['.conductor'])).roots.length, 2);
  });

  it('survives circles of links and folders that cannot be read', async () => {
    write('conductor/tracks.md');
    symlinkSync('.', join(workspace, 'loop'));
    symlinkSync('conductor', join(workspace, 'docs'));
    folder.make(`${count}`, 'secret');
    const disk: ReadingDisk = {
      ...readingDisk,
      readFolder: (path) =>
        basename(path) === 'secret'
          ? Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
          : readingDisk.readFolder(path),
    };
    const result = await findRoots(workspace, [], undefined, disk);
    assert.deepEqual(result.roots, [join(workspace, 'conductor')]);
  });

  it('finds nothing in a folder that is not there', async () => {
    assert.deepEqual((await findRoots(join(workspace, 'nowhere'), [])).roots, []);
  });

  it('says so when there are too many folders to look into', async () => {
    const disk: ReadingDisk = {
      ...readingDisk,
      readFolder: (path) =>
        Promise.resolve(
          path.split('/').length - workspace.split('/').length < 2
            ? Array.from({ length: 80 }, (_, n) => ({ name: `d${n}`, kind: 'folder' as const }))
            : [],
        ),
    };
    const result = await findRoots(workspace, [], undefined, disk);
    assert.deepEqual(
      result.problems.map((p) => p.code),
      ['search-bounded'],
    );
  });

  it('can be cancelled', async () => {
    await assert.rejects(findRoots(workspace, [], AbortSignal.abort()), { name: 'AbortError' });
  });
});
