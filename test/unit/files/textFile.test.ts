import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeText, encodeText } from '../../../src/files/textFile';

const plan = '# Plan\r\n- [ ] Task 1: Größe – 計画 🚀\r\n';

describe('decodeText and encodeText', () => {
  it('reads UTF-8, with and without byte order mark, which is no part of the text', () => {
    assert.deepEqual(decodeText(Buffer.from(plan)), { text: plan, encoding: 'utf8' });
    assert.deepEqual(decodeText(Buffer.from(`\uFEFF${plan}`)), { text: plan, encoding: 'utf8bom' });
  });

  it('reads UTF-16 of both byte orders by its byte order mark', () => {
    const little = Buffer.from(`\uFEFF${plan}`, 'utf16le');
    assert.deepEqual(decodeText(little), { text: plan, encoding: 'utf16le' });
    assert.deepEqual(decodeText(Buffer.from(little).swap16()), { text: plan, encoding: 'utf16be' });
  });

  it('reads bytes that are not UTF-8 as Latin-1, so that each survives', () => {
    const bytes = Buffer.from([0x2d, 0x20, 0xe9, 0x0a, 0xff]);
    assert.deepEqual(decodeText(bytes), { text: '- é\nÿ', encoding: 'latin1' });
    assert.deepEqual(encodeText('- é\nÿ', 'latin1'), bytes);
  });

  it('does not take UTF-8 sequences that are not the shortest for UTF-8, since they would not come back', () => {
    assert.equal(decodeText(Uint8Array.of(0xc0, 0xaf))?.encoding, 'latin1');
  });

  it('says that binary files are no text', () => {
    assert.equal(decodeText(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0)), undefined);
    assert.equal(decodeText(Buffer.from(plan, 'utf16le')), undefined, 'UTF-16 without byte order mark');
    assert.equal(decodeText(Buffer.from('\uFEFFa\0b', 'utf16le')), undefined);
    const odd = Buffer.concat([Buffer.from(`\uFEFF${plan}`, 'utf16le'), Buffer.of(0x41)]);
    assert.equal(decodeText(odd), undefined, 'UTF-16 cut in the middle of a character');
  });

  it('reads an empty file and one that is only a byte order mark', () => {
    assert.deepEqual(decodeText(new Uint8Array()), { text: '', encoding: 'utf8' });
    assert.deepEqual(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf)), { text: '', encoding: 'utf8bom' });
    assert.deepEqual(decodeText(Uint8Array.of(0xff, 0xfe)), { text: '', encoding: 'utf16le' });
  });

  it('keeps half a surrogate pair in UTF-16', () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00);
    const decoded = decodeText(bytes);
    assert.ok(decoded);
    assert.deepEqual(Uint8Array.from(encodeText(decoded.text, decoded.encoding)), bytes);
  });

  it('reads a view into a larger buffer', () => {
    const buffer = Buffer.from(`xx${plan}xx`);
    assert.equal(
      decodeText(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, buffer.length - 4))?.text,
      plan,
    );
  });

  it('writes what Latin-1 lacks as UTF-8', () => {
    assert.deepEqual(
      Buffer.from(encodeText('é–', 'latin1')),
      Buffer.concat([Buffer.of(0xe9), Buffer.from('–')]),
    );
  });

  it('gives back the same bytes for whatever decodes', () => {
    const starts = fc.constantFrom<number[]>([], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]);
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        const bytes = Uint8Array.from([...start, ...rest]);
        const decoded = decodeText(bytes);
        if (decoded) {
          assert.deepEqual(Uint8Array.from(encodeText(decoded.text, decoded.encoding)), bytes);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
