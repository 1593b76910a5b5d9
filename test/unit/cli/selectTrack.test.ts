import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NegativeAnswer } from '../../../src/cli/failure';
import { nearest } from '../../../src/cli/parseCall';
import { nameFor, selectTrack } from '../../../src/cli/selectTrack';
import type { ConductorSnapshot, RootSnapshot } from '../../../src/model/root';
import type { Track } from '../../../src/model/track';

function track(root: string, id: string, archived: boolean): Track {
  const key = `${archived ? 'archive' : 'tracks'}/${id}`;
  return {
    id,
    key,
    name: id,
    root,
    folder: `${root}/${key}`,
    archived,
    registered: true,
    dialect: 'google',
    group: archived ? 'archived' : 'active',
    documents: {},
    otherFiles: [],
    progress: { total: 0, done: 0, doing: 0, blocked: 0, skipped: 0 },
    reports: [],
    boardSessions: [],
    problems: [],
  };
}

function snapshot(roots: Record<string, { live: string[]; archived?: string[] }>): ConductorSnapshot {
  return {
    revision: 1,
    roots: Object.entries(roots).map(([path, ids]): RootSnapshot => {
      const archived = (ids.archived ?? []).map((id) => track(path, id, true));
      return {
        path,
        workspaceFolder: '/w',
        tracks: ids.live.map((id) => track(path, id, false)),
        archive: { count: archived.length, tracks: archived },
        dialects: ['google'],
        problems: [],
        readAt: 0,
      };
    }),
  };
}

describe('selectTrack', function () {
  this.timeout(30_000);

  it('prefers an exact id over the beginning of another', () => {
    const all = snapshot({ '/w/conductor': { live: ['pay', 'payments'] } });
    assert.deepEqual(
      [selectTrack(all, 'pay', '/w').track.id, selectTrack(all, 'pay', '/w').exact],
      ['pay', true],
    );
    assert.deepEqual(selectTrack(all, 'paym', '/w').track.id, 'payments');
    assert.throws(() => selectTrack(all, 'pa', '/w'), NegativeAnswer);
  });

  it('takes ids that differ in letter case only as different', () => {
    const all = snapshot({ '/w/conductor': { live: ['Pay', 'pay'] } });
    assert.equal(selectTrack(all, 'pay', '/w').track.id, 'pay');
    assert.equal(selectTrack(all, 'Pay', '/w').track.id, 'Pay');
    assert.throws(() => selectTrack(all, 'PAY', '/w'), NegativeAnswer);
  });

  it('takes an id without its date for that track alone, also where others begin alike', () => {
    const all = snapshot({ '/w/conductor': { live: ['mq_20261121', 'mqk_20261121', 'two_1', 'two_2'] } });
    assert.equal(selectTrack(all, 'mq', '/w').track.id, 'mq_20261121');
    assert.equal(selectTrack(all, 'MQ', '/w').track.id, 'mq_20261121');
    assert.throws(() => selectTrack(all, 'two', '/w'), NegativeAnswer);
    const days = snapshot({ '/w/conductor': { live: ['mq_20261121', 'mq_20261122', 'mqk_20261121'] } });
    assert.throws(() => selectTrack(days, 'mq', '/w'), { candidates: ['mq_20261121', 'mq_20261122'] });
  });

  it('offers only what can be typed, and says how many there are', () => {
    const live = Array.from({ length: 25 }, (_, i) => `t${i}`);
    const all = snapshot({ '/w/conductor': { live } });
    assert.throws(
      () => selectTrack(all, 'nosuch', '/w'),
      (error) => {
        assert.ok(error instanceof NegativeAnswer);
        assert.deepEqual(error.candidates, live.slice(0, 10));
        assert.match(error.message, /10 of 25/);
        return true;
      },
    );
  });

  it('names the root by its path, the end of its path, or the folder that holds it', () => {
    const all = snapshot({ '/w/a/conductor': { live: ['x'] }, '/w/b/conductor': { live: ['x'] } });
    for (const root of ['a/conductor', '/w/a/conductor', 'a', './a/conductor/']) {
      assert.equal(selectTrack(all, `${root}:x`, '/w').track.root, '/w/a/conductor', root);
    }
    assert.throws(() => selectTrack(all, 'conductor:x', '/w'), NegativeAnswer);
  });

  it('gives every track a name that selects it and no other', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'A', 'ab', 'abc', 'b', 'b:a', 'conductor'), {
      maxLength: 5,
    });
    const root = fc.record({ live: ids, archived: ids });
    fc.assert(
      fc.property(root, root, (one, two) => {
        const all = snapshot({ '/w/conductor': one, '/w/b/conductor': two });
        for (const { tracks, archive } of all.roots) {
          for (const wanted of [...tracks, ...(archive.tracks ?? [])]) {
            assert.equal(selectTrack(all, nameFor(wanted, all, '/w'), '/w').track, wanted);
          }
        }
      }),
    );
  });
});

describe('nearest', () => {
  it('finds what was perhaps meant, and nothing where nothing is near', () => {
    const names = ['status', 'show', 'mark', 'step', 'new'];
    assert.equal(nearest('statsu', names), 'status');
    assert.equal(nearest('stat', names), 'status');
    assert.equal(nearest('marks', names), 'mark');
    assert.equal(nearest('frobnicate', names), undefined);
    assert.equal(nearest('', names), undefined);
  });
});
