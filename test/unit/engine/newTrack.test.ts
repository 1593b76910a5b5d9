import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { initializeConductor } from '../../../src/engine/initializeConductor';
import { localDate, newTrack } from '../../../src/engine/newTrack';
import type { RootSnapshot } from '../../../src/model/root';
import {
  DiskFileEditor,
  type CreateRequest,
  type EditOutcome,
  type FileEditor,
} from '../../../src/store/fileEditor';
import { lockPathOf } from '../../../src/store/lock';
import { readConductor } from '../../../src/store/readConductor';
import { temporaryForEdit, temporaryForNew } from '../../../src/store/temporaryFiles';
import { addFiles, filesBelow, folderWith, temporaryFolder } from '../cli/conductorProcess';
import { google, shop } from '../cli/projects';

const clock = (): Date => new Date(2026, 2, 1, 23, 59);

async function rootOf(folder: string): Promise<RootSnapshot> {
  const { roots } = await readConductor({ folders: [folder], archives: true });
  const [root] = roots;
  assert.ok(root);
  return root;
}

/** The real editor, but writing one file fails as a full disk would. */
class FailingEditor implements FileEditor {
  readonly #disk = new DiskFileEditor();

  constructor(private readonly fails: (file: string) => boolean) {}

  edit(request: Parameters<FileEditor['edit']>[0]): Promise<EditOutcome> {
    return this.fails(request.file) ? this.#full(request.file) : this.#disk.edit(request);
  }

  create(request: CreateRequest): Promise<EditOutcome> {
    return this.fails(request.file) ? this.#full(request.file) : this.#disk.create(request);
  }

  #full(file: string): Promise<EditOutcome> {
    return Promise.resolve({
      refused: { code: 'disk-full', message: `${file} was not changed: no space left.` },
    });
  }
}

describe('newTrack', () => {
  it('names the folder after the name and the local date', async () => {
    const folder = folderWith(google);
    const result = await newTrack({ editor: new DiskFileEditor(), clock }, await rootOf(folder), {
      name: 'User login',
    });
    assert.ok(!('refused' in result), JSON.stringify(result));
    assert.equal(result.id, 'user-login_20260301');
    assert.equal(result.folder, join(folder, 'conductor/tracks/user-login_20260301'));
    assert.deepEqual(result.written.filter(existsSync), result.written);
  });

  it('makes tracks.md when the root has none', async () => {
    const folder = folderWith({ 'conductor/tracks/old_20250101/plan.md': '- [ ] Task: one\n' });
    const result = await newTrack({ editor: new DiskFileEditor(), clock }, await rootOf(folder), {
      name: 'Second',
    });
    assert.ok(!('refused' in result), JSON.stringify(result));
    assert.ok(result.written.includes(join(folder, 'conductor/tracks.md')));
    const root = await rootOf(folder);
    assert.ok(root.tracks.find((track) => track.id === 'second_20260301')?.registered);
  });

  it('says exactly what is on disk when a later file cannot be written', async () => {
    for (const [failing, written] of [
      ['metadata.json', []],
      ['spec.md', ['metadata.json']],
      ['plan.md', ['metadata.json', 'spec.md']],
      ['tracks.md', ['metadata.json', 'spec.md', 'plan.md']],
    ] as const) {
      const folder = folderWith(shop);
      const before = filesBelow(folder);
      const editor = new FailingEditor((file) => file.endsWith(`/${failing}`));
      const result = await newTrack({ editor, clock }, await rootOf(folder), { name: 'Refunds' });
      assert.ok('refused' in result);
      assert.equal(result.refused.code, 'disk-full');
      const base = join(folder, 'conductor/tracks/refunds_20260301');
      assert.deepEqual(
        result.written,
        written.map((name) => join(base, name)),
      );
      for (const file of result.written) {
        assert.ok(existsSync(file));
        assert.ok(result.refused.message.includes(file));
      }
      const after = [...filesBelow(folder).keys()].filter((path) => !before.has(path));
      assert.equal(after.length, written.length, after.join(' '));
    }
  });

  it('leaves tracks.md alone, and says so, when it is not text', async () => {
    const folder = folderWith({ ...google, 'conductor/tracks.md': new Uint8Array([0, 1, 2, 0, 255]) });
    const result = await newTrack({ editor: new DiskFileEditor(), clock }, await rootOf(folder), {
      name: 'Refunds',
    });
    assert.ok('refused' in result);
    assert.equal(result.refused.code, 'binary');
    assert.equal(result.written.length, 3);
    assert.deepEqual(readFileSync(join(folder, 'conductor/tracks.md')), Buffer.from([0, 1, 2, 0, 255]));
  });

  it('takes a track that turned up after the root was read as taken', async () => {
    const folder = folderWith(google);
    const root = await rootOf(folder);
    addFiles(folder, { 'conductor/tracks/refunds_20260301/metadata.json': '{"theirs": true}' });
    const result = await newTrack({ editor: new DiskFileEditor(), clock }, root, { name: 'Refunds' });
    assert.ok('refused' in result);
    assert.equal(result.refused.code, 'exists');
    assert.deepEqual(result.written, []);
    assert.equal(
      readFileSync(join(folder, 'conductor/tracks/refunds_20260301/metadata.json'), 'utf8'),
      '{"theirs": true}',
    );
  });

  it('asks for an id when the name gives none', async () => {
    const folder = folderWith(google);
    const before = filesBelow(folder);
    const result = await newTrack({ editor: new DiskFileEditor(), clock }, await rootOf(folder), {
      name: '!!!',
    });
    if ('refused' in result) {
      assert.equal(result.refused.code, 'id-invalid');
      assert.deepEqual(filesBelow(folder), before);
    } else {
      assert.match(result.id, /^\w.*_20260301$/);
    }
  });

  it('writes a name with Markdown and JSON characters so that it reads back the same', async () => {
    for (const files of [google, shop]) {
      const folder = folderWith(files);
      const name = 'Pay "now" | later [x] \\ *soon* `code`';
      const result = await newTrack({ editor: new DiskFileEditor(), clock }, await rootOf(folder), {
        name,
        id: 'pay',
      });
      assert.ok(!('refused' in result), JSON.stringify(result));
      const track = (await rootOf(folder)).tracks.find(({ id }) => id === 'pay');
      assert.equal(track?.name, name);
      assert.ok(track.registered);
      assert.deepEqual(track.problems, []);
    }
  });
});

describe('initializeConductor', () => {
  it('makes a root that the reader finds, without tracks and without problems', async () => {
    const folder = temporaryFolder();
    const result = await initializeConductor(
      { editor: new DiskFileEditor(), clock },
      { folder, existing: [] },
    );
    assert.ok(!('refused' in result), JSON.stringify(result));
    for (const name of ['tracks.md', 'index.md', 'workflow.md', 'decision-log.md', 'authority-matrix.md']) {
      assert.ok(result.written.includes(join(folder, 'conductor', name)), name);
    }
    assert.ok(existsSync(join(folder, 'conductor/tracks')));
    const root = await rootOf(folder);
    assert.deepEqual(root.tracks, []);
    assert.deepEqual(root.problems, []);
  });

  it('completes a half-done setup without touching what is there', async () => {
    const folder = folderWith({ 'conductor/index.md': 'ours', 'conductor/.gitignore': 'ours too' });
    const result = await initializeConductor(
      { editor: new DiskFileEditor(), clock },
      { folder, existing: [] },
    );
    assert.ok(!('refused' in result));
    assert.deepEqual(
      [...result.kept].sort(),
      ['.gitignore', 'index.md'].map((name) => join(folder, 'conductor', name)),
    );
    assert.equal(readFileSync(join(folder, 'conductor/.gitignore'), 'utf8'), 'ours too');
    assert.equal(readFileSync(join(folder, 'conductor/index.md'), 'utf8'), 'ours');
  });

  it('git never shows the bus, locks and temporary files of its tracks, and everything else', async () => {
    const folder = temporaryFolder();
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
    git('init', '-q');
    await initializeConductor({ editor: new DiskFileEditor(), clock }, { folder, existing: [] });
    const track = join(folder, 'conductor/tracks/login_20260301');
    const [plan, metadata] = [join(track, 'plan.md'), join(track, 'metadata.json')];
    const ours = [
      join(track, '.message-bus/run/journal.jsonl'),
      join(lockPathOf(plan), 'owner'),
      join(lockPathOf(metadata), 'owner'),
      temporaryForEdit(plan),
      temporaryForNew(plan),
    ];
    const theirs = [plan, join(track, 'Cargo.lock'), join(track, '.hidden.md')];
    addFiles(folder, Object.fromEntries([...ours, ...theirs].map((file) => [relative(folder, file), 'x'])));
    const shown = git('status', '--porcelain', '--untracked-files=all', 'conductor/tracks');
    assert.deepEqual(
      shown
        .trim()
        .split('\n')
        .map((line) => join(folder, line.slice(3))),
      theirs.sort(),
    );
    assert.match(git('status', '--porcelain', '--untracked-files=all'), /conductor\/\.gitignore/);
  });

  it('refuses where a root is, and where a file fails says what was written', async () => {
    const folder = folderWith(shop);
    const before = filesBelow(folder);
    const ports = { editor: new DiskFileEditor(), clock };
    const refused = await initializeConductor(ports, { folder, existing: [await rootOf(folder)] });
    assert.ok('refused' in refused);
    assert.equal(refused.refused.code, 'exists');
    assert.deepEqual(filesBelow(folder), before);

    const empty = temporaryFolder();
    let count = 0;
    const failing = new FailingEditor(() => ++count > 2);
    const partial = await initializeConductor({ editor: failing, clock }, { folder: empty, existing: [] });
    assert.ok('refused' in partial);
    assert.equal(partial.written.length, 2);
    assert.equal(filesBelow(empty).size, 2);
  });
});

describe('localDate', () => {
  it('is the day where the person is', () => {
    assert.equal(localDate(new Date(2026, 0, 5, 0, 0)), '2026-01-05');
    assert.equal(localDate(new Date(2026, 11, 31, 23, 59)), '2026-12-31');
  });
});
