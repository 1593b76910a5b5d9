import assert from 'node:assert/strict';
import {
  addTrackEdits,
  completeTrackEdits,
  removeTrackEdits,
  setTrackStatusEdits,
} from '../../src/files/tracksEdit';
import { parseTracks } from '../../src/files/tracksFile';
import { applyEdits } from '../../src/files/textEdit';
import type { EditResult } from '../../src/model/edit';
import { settableMarkers } from '../../src/model/marker';
import { corpusFiles, corpusMissing, corpusPresent } from './corpusFiles';

function apply(text: string, result: EditResult): string {
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
}

/** How many entries each registry holds, counted by eye: a reader that invents or loses one is found out. */
const counted: Readonly<Record<string, number>> = {
  'beads/NguyenSiTrung__FileManagerTUI/conductor/tracks.md': 12,
  'google/24601__agent-deep-research@820c151/conductor/tracks.md': 1,
  'google/Aalwattar__ParrotInk/conductor/tracks.md': 6,
  'google/AngelMunoz__Kipo/conductor/tracks.md': 2,
  'google/Anthony-Bible__password-exchange/conductor/tracks.md': 2,
  'google/HexSleeves__runeforge@9e46c69/conductor/tracks.md': 1,
  'google/MaterDev__Primatif_Toad/conductor/tracks.md': 24,
  'google/agiprolabs__devpattern-conductor/conductor/tracks.md': 2,
  'google/djinn-soul__gopptx/conductor/tracks.md': 1,
  'google/edithatogo__nz-legislation/conductor/tracks.md': 17,
  'google/gemini-cli-extensions__conductor@51370d2/conductor/tracks.md': 15,
  'google/nakatanakatana__feed-reader@184d7c7/conductor/tracks.md': 0,
  'relocated/sgeraldes__hidock-next/docs/conductor/tracks.md': 1,
  'v3/HughKantsime__runsodin/conductor/tracks.md': 25,
  'v3/HughKantsime__runsodin@97b0e81/conductor/tracks.md': 9,
  'v3/HughKantsime__runsodin@fa9ad00/conductor/tracks.md': 1,
  'wshobson/ashitaka-emishi__lob-online/conductor/tracks.md': 70,
  'wshobson/wshobson__maverick-mcp/conductor/tracks.md': 3,
};

describe('tracks.md over the corpus', function () {
  this.timeout(60_000);

  if (!corpusPresent) {
    it(corpusMissing, () => undefined);
    return;
  }

  const files = corpusFiles('tracks.md');

  for (const { path, text } of files) {
    it(`reads ${path}`, () => {
      const { entries, problems } = parseTracks(text);
      if (path in counted) assert.equal(entries.length, counted[path]);
      assert.deepEqual(problems, []);
      for (const entry of entries) {
        assert.ok(entry.name);
        if (entry.markerRange) assert.equal(entry.markerRange.end - entry.markerRange.start, 1);
        assert.ok(entry.line <= entry.endLine);
      }
    });

    it(`sets every box of ${path} and sets it back: the same text`, () => {
      const { entries } = parseTracks(text);
      for (const [i, entry] of entries.entries()) {
        const { id, marker } = entry;
        if (id === undefined || !entry.markerRange || marker === undefined || marker === 'unclear') continue;
        const places = entries.filter((e) => e.id === id);
        // Where two places disagree, setting back makes them agree.
        if (places.some((e) => e.markerRange && e.marker !== marker)) continue;
        const other = settableMarkers[i % settableMarkers.length];
        const there = apply(text, setTrackStatusEdits(text, id, { marker: other }));
        assert.equal(apply(there, setTrackStatusEdits(there, id, { marker })), text, id);
      }
    });

    it(`sets every status of ${path} and sets it back: the same text`, () => {
      for (const entry of parseTracks(text).entries) {
        const { id, status } = entry;
        if (id === undefined || status === undefined || entry.markerRange) continue;
        if (parseTracks(text).entries.some((e) => e.id === id && e.status !== status)) continue;
        const there = apply(text, setTrackStatusEdits(text, id, { status: 'a status of another length' }));
        assert.notEqual(there, text);
        assert.equal(apply(there, setTrackStatusEdits(there, id, { status })), text, id);
      }
    });

    it(`adds a track to ${path}, completes it and takes it out: the others stay as they are`, () => {
      const others = (now: string) =>
        parseTracks(now)
          .entries.filter((e) => e.id !== 'added_20260301')
          .map((e) => [e.id, e.name, e.marker, e.status, e.section]);
      const before = others(text);
      const added = apply(
        text,
        addTrackEdits(text, {
          id: 'added_20260301',
          name: 'Added',
          type: 'feature',
          status: 'new',
          created: '2026-03-01',
        }),
      );
      assert.deepEqual(others(added), before);
      const entry = parseTracks(added).entries.find((e) => e.id === 'added_20260301');
      assert.ok(entry);
      assert.equal(entry.archived, false);
      const completion = completeTrackEdits(added, 'added_20260301', { completed: '2026-03-02' });
      // Tables without a status (there are some) have no place to say it.
      if ('refused' in completion) assert.equal(completion.refused.code, 'no-status-place');
      const completed = 'refused' in completion ? added : apply(added, completion);
      assert.deepEqual(others(completed), before);
      assert.deepEqual(others(apply(completed, removeTrackEdits(completed, 'added_20260301'))), before);
    });
  }
});
