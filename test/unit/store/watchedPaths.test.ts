import assert from 'node:assert/strict';
import { concerns, looksForeign, type PathKind } from '../../../src/store/watchedPaths';

describe('concerns', () => {
  const cases: [string, PathKind, boolean][] = [
    ['', 'folder', true],
    ['tracks.md', 'file', true],
    ['index.md', 'file', true],
    ['setup_state.json', 'file', true],
    ['logo.png', 'file', false],
    ['knowledge', 'folder', false],
    ['code_styleguides/general.md', 'file', false],
    ['tracks', 'folder', true],
    ['tracks/a_20260101', 'folder', true],
    ['tracks/v1.2', 'folder', true],
    ['tracks/a/plan.md', 'file', true],
    ['tracks/a/metadata.json', 'file', true],
    ['tracks/a/screenshot.png', 'file', false],
    ['tracks/a/node_modules', 'folder', false],
    ['tracks/a/node_modules/x/index.md', 'file', false],
    ['tracks/a/.git', 'folder', false],
    ['tracks/a/.plan.md.123.tmp', 'file', false],
    ['tracks/a/plan.md.lock', 'folder', false],
    ['tracks/a/.metadata.lock', 'folder', true],
    ['tracks/a/.message-bus', 'folder', true],
    ['tracks/a/.message-bus/queue.jsonl', 'file', true],
    ['tracks/a/.message-bus/events/X.event', 'file', true],
    ['tracks/a/.message-bus/board/session-1.json', 'file', true],
    ['tracks/a/.message-bus/.lock_mutex', 'file', false],
    ['tracks/domain/sub/a/plan.md', 'file', true],
    ['tracks/domain/sub/a/.message-bus/board/votes.json', 'file', true],
    ['tracks/domain/sub/a/deeper/still/x.md', 'file', false],
    ['archive', 'folder', true],
    ['archive/a', 'folder', false],
    ['archive/a/plan.md', 'file', false],
    ['tracks/_archive', 'folder', true],
    ['tracks/_archive/a/plan.md', 'file', false],
    ['../beside.md', 'file', false],
  ];
  for (const [path, kind, wanted] of cases) {
    it(`${wanted ? 'watches' : 'ignores'} ${path || 'the root'}`, () => {
      assert.equal(concerns('/w/conductor', `/w/conductor/${path}`.replace(/\/$/, ''), kind, false), wanted);
    });
  }

  it('watches archived tracks once the archive is open', () => {
    for (const path of ['archive/a/plan.md', 'tracks/_archive/a/plan.md', 'archive/x/y/z/a/plan.md']) {
      assert.equal(concerns('/w/conductor', `/w/conductor/${path}`, 'file', true), true, path);
    }
  });

  it('decides about a path without a kind only when it is known', () => {
    assert.equal(concerns('/w/conductor', '/w/conductor/tracks/a/x.png', undefined, false), true);
    assert.equal(looksForeign('x.png'), true);
    assert.equal(looksForeign('plan.md'), false);
    assert.equal(looksForeign('v1.2'), false);
  });
});
