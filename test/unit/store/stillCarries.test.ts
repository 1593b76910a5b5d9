import assert from 'node:assert/strict';
import type { EditResult } from '../../../src/model/edit';
import { applyEdits } from '../../../src/files/textEdit';
import { stillCarries } from '../../../src/store/stillCarries';

function replace(from: string, to: string): (text: string) => EditResult {
  return (text) => {
    const start = text.indexOf(from);
    if (start >= 0) return { edits: [{ start, end: start + from.length, text: to }] };
    return text.includes(to) ? { edits: [] } : { refused: { code: 'not-found', message: '' } };
  };
}

function add(line: string): (text: string) => EditResult {
  return (text) => ({ edits: [{ start: text.length, end: text.length, text: `${line}\n` }] });
}

function remove(line: string): (text: string) => EditResult {
  return (text) => {
    const start = text.indexOf(`${line}\n`);
    return start >= 0
      ? { edits: [{ start, end: start + line.length + 1, text: '' }] }
      : { refused: { code: 'not-found', message: '' } };
  };
}

const before = 'a\n[ ] one\nb\n';

for (const [what, change] of [
  ['a change that knows itself', replace('[ ] one', '[x] one')],
  ['a change that can be made twice', add('added')],
  ['a change that takes a line away', remove('[ ] one')],
] as const) {
  describe(`stillCarries: ${what}`, () => {
    const result = change(before);
    assert.ok('edits' in result);
    const after = applyEdits(before, result.edits);

    it('is there in a text that was made from ours', () => {
      assert.equal(stillCarries(change, { before, after }, after), true);
      assert.equal(stillCarries(change, { before, after }, `${after}theirs\n`), true);
      assert.equal(stillCarries(change, { before, after }, `theirs\n${after}`), true);
    });

    it('is gone from a text that was made from the one before', () => {
      assert.equal(stillCarries(change, { before, after }, before), false);
      assert.equal(stillCarries(change, { before, after }, `${before}theirs\n`), false);
      assert.equal(stillCarries(change, { before, after }, `theirs\n${before}`), false);
    });
  });
}

describe('stillCarries: lines that occur several times', () => {
  it('counts them', () => {
    const change = add('same');
    const text = 'same\nsame\n';
    const after = 'same\nsame\nsame\n';
    assert.equal(stillCarries(change, { before: text, after }, `theirs\n${text}`), false);
    assert.equal(stillCarries(change, { before: text, after }, `theirs\n${after}`), true);
  });
});
