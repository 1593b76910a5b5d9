import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConductorSnapshot } from '../../src/model/root';
import type { Track } from '../../src/model/track';
import { ConductorReader } from '../../src/store/conductorReader';
import { readingDisk } from '../../src/store/readingDisk';
import { corpusFolder, corpusMissing, corpusPresent } from './corpusFiles';

interface IndexRow {
  /** `<dialect>/<repository>` */
  readonly directory: string;
  /** Absent where the index does not say. */
  readonly tracksOnDisk: number | undefined;
}

/** What the index counts otherwise: it overlooks a track that lies twice nested in the archive (`archive/x/x/`). */
const countedOtherwise: Readonly<Record<string, number>> = { 'google/Aalwattar__ParrotInk': 75 };

/** Directories that hold no tracks, and have no root therefore. */
const lookalikes = ['google/bodangren__bus-math-v2@447e457', 'spec/randalmurphal__llmkit'];

describe('conductor directories of the corpus', function () {
  this.timeout(120_000);

  if (!corpusPresent) {
    it(corpusMissing, () => undefined);
    return;
  }

  const rows = readFileSync(join(corpusFolder, 'INDEX.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line): IndexRow => {
      const [dialect = '', repository = '', , , , , tracks = ''] = line.split('\t');
      return {
        directory: `${dialect}/${repository}`,
        tracksOnDisk: tracks === '' ? undefined : Number(tracks),
      };
    });

  it('are 22', () => assert.equal(rows.length, 22));

  for (const { directory, tracksOnDisk } of rows) {
    describe(directory, () => {
      let reader: ConductorReader;
      let snapshot: ConductorSnapshot;
      let filesRead = 0;

      before(async () => {
        const disk = {
          ...readingDisk,
          readFile: (path: string) => (filesRead++, readingDisk.readFile(path)),
        };
        reader = new ConductorReader({ folders: [join(corpusFolder, directory)], extraRoots: [] }, disk);
        await reader.search();
        snapshot = await reader.read(() => true);
      });

      const tracks = (): Track[] =>
        snapshot.roots.flatMap((root) => [...root.tracks, ...(root.archive.tracks ?? [])]);

      it('has all its tracks found, live and archived', () => {
        assert.equal(snapshot.roots.length, lookalikes.includes(directory) ? 0 : 1);
        const onDisk = tracks().filter((track) => track.folder !== undefined).length;
        const expected = countedOtherwise[directory] ?? tracksOnDisk;
        if (expected !== undefined) assert.equal(onDisk, expected);
      });

      it('has a key of its own for each track, and a file that is there for each problem', () => {
        const keys = tracks().map((track) => track.key);
        assert.equal(new Set(keys).size, keys.length);
        const problems = [
          ...snapshot.roots.flatMap((r) => r.problems),
          ...tracks().flatMap((t) => t.problems),
        ];
        for (const problem of problems) {
          assert.ok(problem.file.startsWith(corpusFolder), JSON.stringify(problem));
          assert.doesNotMatch(problem.code, /not-understood|unreadable/, JSON.stringify(problem));
        }
      });

      it('is made of plain objects, lists and values: it can be written as JSON', () => {
        assertPlain(snapshot);
      });

      it('gives the same snapshot when read again, without reading any file', async () => {
        const before = filesRead;
        reader.expire('all');
        await reader.search();
        assert.equal(await reader.read(() => true), snapshot);
        assert.equal(filesRead, before);
      });

      it('counts the same archived tracks when it does not read them', async () => {
        const closed = new ConductorReader({ folders: [join(corpusFolder, directory)], extraRoots: [] });
        await closed.search();
        const counts = (s: ConductorSnapshot): number[] => s.roots.map((root) => root.archive.count);
        assert.deepEqual(counts(await closed.read(() => false)), counts(snapshot));
      });
    });
  }
});

function assertPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    assert.ok(['string', 'number', 'boolean', 'undefined'].includes(typeof value) || value === null);
    return;
  }
  assert.ok(Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
  for (const item of Object.values(value)) assertPlain(item);
}
