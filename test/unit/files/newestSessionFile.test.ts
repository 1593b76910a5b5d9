import assert from 'node:assert/strict';
import { newestSessionFile } from '../../../src/files/boardPaths';

describe('newestSessionFile', () => {
  it('goes by the time in the name, in whichever form it is written', () => {
    const morning = 'session-board-20260201080000.json';
    const noon = 'session-board-20260201-120000.json';
    assert.equal(newestSessionFile([noon, morning]), noon);
    assert.equal(newestSessionFile([morning, noon, 'votes.json', 'session-x.txt']), noon);
    assert.equal(newestSessionFile(['session-b.json', 'session-a.json']), 'session-b.json');
    assert.equal(newestSessionFile(['votes.json']), undefined);
  });
});
