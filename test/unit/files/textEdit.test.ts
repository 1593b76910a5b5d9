import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits, endOfLine, eolAt, lineOffsets } from '../../../src/files/textEdit';

describe('applyEdits', () => {
  it('applies edits in any order; insertions at one place keep theirs', () => {
    const text = 'abcdef';
    const edits = [
      { start: 4, end: 6, text: 'X' },
      { start: 2, end: 2, text: '1' },
      { start: 0, end: 1, text: '' },
      { start: 2, end: 2, text: '2' },
    ];
    assert.equal(applyEdits(text, edits), 'b12cdX');
  });

  it('lets an insertion stand right before and right after a replacement', () => {
    const edits = [
      { start: 3, end: 3, text: '>' },
      { start: 1, end: 3, text: 'X' },
      { start: 1, end: 1, text: '<' },
    ];
    assert.equal(applyEdits('abcd', edits), 'a<X>d');
  });

  it('refuses edits that overlap or lie outside', () => {
    assert.throws(
      () =>
        applyEdits('abc', [
          { start: 0, end: 2, text: '' },
          { start: 1, end: 3, text: '' },
        ]),
      RangeError,
    );
    assert.throws(() => applyEdits('abc', [{ start: 2, end: 4, text: '' }]), RangeError);
    assert.throws(() => applyEdits('abc', [{ start: -1, end: 0, text: '' }]), RangeError);
  });
});

describe('lines of a text', () => {
  it('begin after LF, CR LF and a lone CR', () => {
    assert.deepEqual(lineOffsets('a\nb\r\nc\rd'), [0, 2, 5, 7]);
    assert.deepEqual(lineOffsets(''), [0]);
    assert.deepEqual(lineOffsets('a\n'), [0, 2]);
  });

  it('are the same as those that a split gives', () => {
    const piece = fc.constantFrom('a', '\n', '\r', '\r\n', 'xyz');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const lines = lineOffsets(text).map((start) => text.slice(start, endOfLine(text, start)));
        assert.deepEqual(lines, text.split(/\r\n|\r|\n/));
      }),
    );
  });

  it('end as the line at hand ends, else the one before', () => {
    const text = 'a\r\nb\nc';
    assert.equal(eolAt(text, 0), '\r\n');
    assert.equal(eolAt(text, 3), '\n');
    assert.equal(eolAt(text, 5), '\n');
    assert.equal(eolAt('a\r\nb', 4), '\r\n');
    assert.equal(eolAt('one line', 3), '\n');
    assert.equal(eolAt('a\rb', 2), '\r');
  });
});
