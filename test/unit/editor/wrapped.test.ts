import assert from 'node:assert/strict';
import fc from 'fast-check';
import { wrapped } from '../../../src/editor/wrapped';

describe('wrapped', () => {
  it('breaks between words', () => {
    assert.deepEqual(wrapped('Task 1.3: It failed\n3 times.', 12), ['Task 1.3: It', 'failed 3', 'times.']);
    assert.deepEqual(wrapped(' \n', 12), []);
  });

  it('loses nothing but white space, and no line is longer', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
        const lines = wrapped(text, width);
        assert.ok(lines.every((line) => line.length > 0 && line.length <= width));
        assert.equal(lines.join('').replace(/\s/g, ''), text.replace(/\s/g, ''));
      }),
    );
  });
});
