import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conductorHere } from './conductorHere';
import { conductor, documentOf, filesBelow, folderWith, temporaryFolder } from './conductorProcess';
import { below, google, shop } from './projects';
import { errorShape, showShape, statusShape, validationShape } from './shapes';

function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

describe('conductor new', function () {
  this.timeout(120_000);

  it('makes folder, spec, plan, metadata v3 and the entry in the form of the file', async () => {
    const folder = folderWith(shop);
    const finished = await conductor(
      ['new', 'Gift cards', '--type', 'feature', '--id', 'gift-cards_20260301', '--json'],
      { cwd: folder },
    );
    assert.equal(finished.code, 0, finished.stderr);
    const base = 'conductor/tracks/gift-cards_20260301';
    assert.deepEqual(documentOf(finished), {
      version: 1,
      id: 'gift-cards_20260301',
      path: join(folder, base),
      written: ['metadata.json', 'spec.md', 'plan.md']
        .map((name) => join(folder, base, name))
        .concat(join(folder, 'conductor/tracks.md')),
    });
    const metadata = JSON.parse(read(folder, `${base}/metadata.json`)) as Record<string, unknown>;
    assert.equal(metadata.version, 3);
    assert.equal(metadata.track_id, 'gift-cards_20260301');
    assert.equal(metadata.name, 'Gift cards');
    const rows = read(folder, 'conductor/tracks.md').split('\n');
    const row = rows.findIndex((line) => line.includes('gift-cards_20260301'));
    assert.match(rows[row] ?? '', /^\|.*Gift cards.*\|$/);
    assert.ok(row < rows.findIndex((line) => line.includes('Completed Tracks')));
    const shown = await conductor(['show', 'gift', '--json'], { cwd: folder });
    const track = showShape.parse(documentOf(shown));
    assert.equal(track.name, 'Gift cards');
    assert.equal(track.dialect, 'evaluate-loop');
    assert.equal(track.problems, 0, JSON.stringify(track.problemList));
  });

  it("keeps Google's list form", async () => {
    const folder = folderWith(google);
    const finished = await conductor(['new', 'Offline mode'], { cwd: folder });
    assert.equal(finished.code, 0, finished.stderr);
    assert.match(finished.stdout, /^Made track offline-mode_\d{8}$/m);
    assert.match(read(folder, 'conductor/tracks.md'), /- \[ \] \*\*Track: Offline mode\*\*/);
  });

  it('refuses a name or id that is in use, live or archived', async () => {
    const folder = folderWith(shop);
    const before = filesBelow(folder);
    for (const [words, code] of [
      [['new', 'Anything', '--id', 'checkout_20260110'], 'exists'],
      [['new', 'Anything', '--id', 'Login_20251201'], 'exists'],
      [['new', 'Checkout'], 'short-name-taken'],
      [['new', 'Anything', '--id', '../outside'], 'id-invalid'],
      [['new', 'Anything', '--id', 'archive'], 'id-invalid'],
      [['new', 'Anything', '--id', '.hidden'], 'id-invalid'],
      [['new', ' '], 'name-empty'],
      [['new', 'two\nlines'], 'name-invalid'],
    ] as const) {
      const finished = await conductorHere([...words, '--json'], { cwd: folder });
      assert.equal(finished.code, 1, words.join(' '));
      assert.equal(errorShape.parse(documentOf(finished)).error.code, code, words.join(' '));
    }
    assert.deepEqual(filesBelow(folder), before);
  });

  it('asks which root, where there are several', async () => {
    const folder = folderWith({ ...below('a', google), ...below('b', google) });
    const finished = await conductor(['new', 'Help', '--json'], { cwd: folder });
    assert.equal(finished.code, 1);
    const { error } = errorShape.parse(documentOf(finished));
    assert.equal(error.code, 'root-ambiguous');
    assert.deepEqual(error.candidates.sort(), ['a/conductor', 'b/conductor']);
    const chosen = await conductor(['new', 'Help', '--root', 'b/conductor'], { cwd: folder });
    assert.equal(chosen.code, 0, chosen.stderr);
    assert.match(read(folder, 'b/conductor/tracks.md'), /Help/);
    assert.ok(!read(folder, 'a/conductor/tracks.md').includes('Help'));
  });

  it('lets one of many processes that make the same track win, whole', async () => {
    const folder = folderWith(shop);
    const finished = await Promise.all(
      Array.from({ length: 6 }, () =>
        conductor(['new', 'Refunds', '--id', 'refunds_20260301'], { cwd: folder }),
      ),
    );
    assert.deepEqual(finished.map(({ code }) => code).sort(), [0, 1, 1, 1, 1, 1]);
    const rows = read(folder, 'conductor/tracks.md').match(/refunds_20260301/g);
    assert.equal(rows?.length, 1);
    const files = [...filesBelow(join(folder, 'conductor/tracks/refunds_20260301')).keys()].sort();
    assert.deepEqual(files, ['metadata.json', 'plan.md', 'spec.md']);
  });

  it('registers every track when many processes make different ones at once', async () => {
    const folder = folderWith(shop);
    const names = Array.from({ length: 6 }, (_, i) => `Idea ${'abcdef'[i] ?? ''}`);
    const finished = await Promise.all(names.map((name) => conductor(['new', name], { cwd: folder })));
    for (const { code, stderr } of finished) assert.equal(code, 0, stderr);
    const text = read(folder, 'conductor/tracks.md');
    for (const name of names) assert.ok(text.includes(name), name);
    const checked = await conductor(['status', '--json'], { cwd: folder });
    const { roots } = statusShape.parse(documentOf(checked));
    assert.equal(roots[0]?.tracks.length, 3 + names.length);
  });
});

describe('conductor init', function () {
  this.timeout(60_000);

  it('makes a conductor directory that is valid and takes tracks', async () => {
    const folder = temporaryFolder();
    const made = await conductor(['init', '--name', 'Web shop'], { cwd: folder });
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /conductor\/tracks\.md/);
    const track = await conductor(['new', 'First steps'], { cwd: folder });
    assert.equal(track.code, 0, track.stderr);
    const checked = await conductor(['validate', '--json', '--strict'], { cwd: folder });
    const report = validationShape.parse(documentOf(checked));
    assert.deepEqual(
      [checked.code, report.errors, report.warnings],
      [0, 0, 0],
      JSON.stringify(report.problems),
    );
  });

  it('refuses where there is a conductor directory, and says what it holds', async () => {
    const folder = folderWith(shop);
    const before = filesBelow(folder);
    const finished = await conductor(['init'], { cwd: folder });
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /2 live tracks \(0 done\), 1 archived/);
    assert.deepEqual(filesBelow(folder), before);
  });

  it('changes no file that is already there', async () => {
    const folder = folderWith({ 'conductor/workflow.md': 'Ours.\n' });
    const finished = await conductor(['init', '--json'], { cwd: folder });
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(read(folder, 'conductor/workflow.md'), 'Ours.\n');
    assert.deepEqual((documentOf(finished) as { kept: string[] }).kept, [
      join(folder, 'conductor/workflow.md'),
    ]);
  });
});
