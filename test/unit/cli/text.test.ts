import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clip, displayWidth, padTo, printable, table } from '../../../src/cli/text';

describe('text for terminals', function () {
  this.timeout(30_000);

  it('lets no control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.ok(
          !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(printable(text)),
        );
      }),
    );
    assert.equal(printable('a\u001b[31mb\r\n\tc\u202ed'), 'a␛[31mb cd');
    assert.equal(printable('Réçu 💳 完了'), 'Réçu 💳 完了');
  });

  it('counts columns, not characters', () => {
    assert.equal(displayWidth('abc'), 3);
    assert.equal(displayWidth('完了'), 4);
    assert.equal(displayWidth('💳'), 2);
    assert.equal(displayWidth('e\u0301'), 1);
    assert.equal(displayWidth('👩‍💻'), 2);
    assert.equal(displayWidth('\u001b[31mred\u001b[0m'), 3);
    assert.equal(displayWidth('█░'), 2);
  });

  it('never cuts a character in two, nor beyond the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const cut = clip(printable(text), width);
        assert.ok(displayWidth(cut) <= width);
        assert.ok(
          cut === printable(text) || (cut.endsWith('…') && printable(text).startsWith(cut.slice(0, -1))),
        );
        assert.ok(!/\p{Surrogate}/u.test(cut));
      }),
    );
  });

  it('aligns columns by what they take on the screen, and leaves out empty ones', () => {
    assert.deepEqual(
      table(
        [
          ['完了', '', 'x'],
          ['abc', '', 'y'],
        ],
        '> ',
      ),
      ['> 完了  x', '> abc   y'],
    );
    assert.deepEqual(table([['a', '']]), ['a']);
    assert.equal(padTo('完', 4), '完  ');
  });
});
