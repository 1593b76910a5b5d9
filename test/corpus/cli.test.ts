import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { conductorHere } from '../unit/cli/conductorHere';
import { documentOf, filesBelow, temporaryFolder } from '../unit/cli/conductorProcess';
import { allTasks, showShape, statusShape, validationShape } from '../unit/cli/shapes';

const corpus = resolve(__dirname, '../../../shared/corpus');

/** `<dialect>/<repository>` folders. */
function directories(): string[] {
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(corpus, name)).map((repository) => join(name, repository)));
}

/** A copy of a read-only folder is read-only too. */
function makeWritable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}

/** Tracks that `show` is tried on in each directory: the first, the last and some between. */
const shownPerDirectory = 3;

describe('conductor over the corpus', function () {
  this.timeout(600_000);

  if (!existsSync(corpus)) {
    it('has no corpus here: ../shared/corpus does not exist, so there is nothing to run over', () =>
      undefined);
    return;
  }

  for (const directory of directories()) {
    it(`reads ${directory}`, async () => {
      const folder = join(corpus, directory);
      const status = await conductorHere(['status', '--json', folder]);
      assert.equal(status.stderr, '');
      assert.equal(status.code, 0);
      const { roots } = statusShape.parse(documentOf(status));

      const validated = await conductorHere(['validate', '--json', '--dir', folder]);
      assert.equal(validated.stderr, '');
      if (roots.length === 0) assert.equal(validated.code, 1);
      else {
        const report = validationShape.parse(documentOf(validated));
        assert.equal(validated.code, report.errors > 0 ? 1 : 0);
        const found = roots.reduce((sum, root) => sum + root.problems.length, 0);
        assert.ok(report.problems.length <= found);
      }

      for (const root of roots) {
        const some = Math.max(1, Math.ceil(root.tracks.length / shownPerDirectory));
        for (const track of root.tracks.filter((_, i) => i % some === 0)) {
          const word = track.path ?? track.id;
          const shown = await conductorHere(['show', word, '--json', '--dir', folder]);
          assert.equal(shown.code, 0, `${word}: ${shown.stdout}${shown.stderr}`);
          const report = showShape.parse(documentOf(shown));
          assert.equal(report.id, track.id);
          assert.equal(report.checkboxes.total, report.checkboxes.tasks + report.checkboxes.elsewhere, word);
          const tasks = allTasks(report.phases);
          assert.equal(new Set(tasks.map((task) => task.id)).size, tasks.length, word);
          const top = report.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
          assert.equal(report.progress.total, top, word);
        }
      }
    });
  }

  it('leaves every byte as it was when tasks are marked and marked back', async () => {
    let marked = 0;
    for (const directory of directories()) {
      const folder = temporaryFolder();
      cpSync(join(corpus, directory), folder, { recursive: true });
      makeWritable(folder);
      const before = filesBelow(folder);
      const { roots } = statusShape.parse(documentOf(await conductorHere(['status', '--json', folder])));
      const tracks = roots.flatMap((root) => root.tracks.filter((track) => track.progress.total > 0));
      const track = tracks[Math.floor(tracks.length / 2)];
      if (!track?.path) continue;
      const shown = await conductorHere(['show', track.path, '--json', '--dir', folder]);
      const tasks = allTasks(showShape.parse(documentOf(shown)).phases).filter((task) => task.markable);
      for (const task of [tasks[0], tasks.at(-1)]) {
        if (!task || task.marker === 'unclear') continue;
        const other = task.marker === 'doing' ? 'blocked' : 'doing';
        for (const marker of [other, task.marker]) {
          const words: string[] = ['mark', track.path, task.id, marker, '--force', '--dir', folder];
          const finished = await conductorHere(words);
          assert.equal(finished.code, 0, `${words.join(' ')}: ${finished.stderr}`);
        }
        marked++;
      }
      assert.deepEqual(filesBelow(folder), before, directory);
    }
    assert.ok(marked > 0);
  });

  it('prints every directory for people without a complaint', async () => {
    for (const directory of directories()) {
      const folder = join(corpus, directory);
      const { code, stderr, stdout } = await conductorHere(['status', '--all', folder]);
      assert.equal(code, 0, directory);
      assert.equal(stderr, '', directory);
      assert.ok(!stdout.includes('\u001b'), directory);
    }
  });
});
