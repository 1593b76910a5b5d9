import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addErrorEdits,
  addPatternEdits,
  parseKnownErrors,
  parsePatterns,
} from '../../../src/files/knowledgeFiles';
import { patternsText } from '../../../src/files/projectTemplates';
import { applyEdits } from '../../../src/files/textEdit';
import { itemsWithin, knowledgeFor, retrospectiveDue, tokensOf } from '../../../src/rules/knowledge';
import type { EditResult } from '../../../src/model/edit';

const after = (text: string, result: EditResult): string => {
  assert.ok('edits' in result);
  return applyEdits(text, result.edits);
};
const pattern = {
  name: 'Retry with backoff',
  category: 'API',
  track: 'login',
  date: '2026-02-01',
  problem: 'Flaky calls',
  solution: 'Wait longer each time',
};
const error = {
  pattern: 'ECONNRESET',
  category: 'network',
  context: 'tests',
  problem: 'Connection reset',
  solution: 'Retry',
  track: 'login',
  date: '2026-02-01',
};

describe('knowledge files', () => {
  it('a skeleton holds no patterns; a new one takes the place of the placeholder, or gets a section', () => {
    const skeleton = patternsText();
    assert.deepEqual(parsePatterns(skeleton), []);
    const filled = after(skeleton, addPatternEdits(skeleton, { ...pattern, category: 'Architecture' }));
    assert.deepEqual(
      parsePatterns(filled).map(({ name, category }) => [name, category]),
      [['Retry with backoff', 'Architecture']],
    );
    assert.equal(filled.match(/add as discovered/g)!.length, 2);
    const own = after(filled, addPatternEdits(filled, { ...pattern, name: 'Other' }));
    assert.ok(own.startsWith(filled));
    assert.deepEqual(
      parsePatterns(own).map(({ name }) => name),
      ['Retry with backoff', 'Other'],
    );
    assert.deepEqual(addPatternEdits(own, pattern), { edits: [] });
  });

  it('lists are patterns, fenced headings are not', () => {
    assert.deepEqual(
      parsePatterns('## Code\n\n- Use `vec!`\n\n```\n### no\n```\n').map(({ name }) => name),
      ['Use vec!'],
    );
  });

  it('errors: next id, counted once more, both forms read, damaged files refused', () => {
    const once = after('', addErrorEdits('', error));
    assert.equal(parseKnownErrors(once)[0]!.id, 'err-001');
    assert.equal(after(once, addErrorEdits(once, error)), once, 'the same track counts once');
    const twice = after(once, addErrorEdits(once, { ...error, track: 'logout' }));
    assert.equal(after(twice, addErrorEdits(twice, { ...error, track: 'logout' })), twice);
    assert.deepEqual(
      parseKnownErrors(twice).map(({ occurrences }) => occurrences),
      [2],
    );
    const other = after(twice, addErrorEdits(twice, { ...error, pattern: 'EPIPE' }));
    assert.deepEqual(
      parseKnownErrors(other).map(({ id }) => id),
      ['err-001', 'err-002'],
    );
    assert.equal(
      parseKnownErrors('{"errors":[{"symptom":"slow","resolution":"index"}]}')[0]!.solution,
      'index',
    );
    assert.ok('refused' in addErrorEdits('{"errors": [', error));
  });
});

describe('knowledge for a goal', () => {
  it('best first, nothing that shares no word, within the bound', () => {
    const known = {
      patterns: [
        { name: 'Cache images', category: 'UI', text: 'Keep thumbnails', line: 1 },
        { name: 'Login form', category: 'Auth', text: 'Validate on the server', line: 2 },
      ],
      errors: [{ problem: 'login session lost', solution: 'sameSite', occurrences: 1 }],
    };
    const brief = knowledgeFor('Add a login page', known);
    assert.deepEqual(
      brief.patterns.map(({ name }) => name),
      ['Login form'],
    );
    assert.equal(brief.errors.length, 1);
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3000 })), fc.nat(600), (texts, most) => {
        const patterns = texts.map((text, line) => ({ name: 'login', category: '', text, line }));
        const { text, tokens } = knowledgeFor('login', { patterns, errors: [] }, most);
        assert.ok(tokens <= most && tokens === tokensOf(text));
      }),
    );
  });

  it('lines within a bound: each that still fits, in order, whole', () => {
    const line = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.nat(200), (lines, most) => {
        const fit: string[] = [];
        for (const one of lines) if (tokensOf([...fit, one].join('\n')) <= most) fit.push(one);
        assert.deepEqual(
          itemsWithin(lines, (one) => one, most),
          fit,
        );
      }),
    );
  });

  it('lines within a bound: none is measured twice, nor after all is full', () => {
    const encoder: { encode: (text?: string) => Uint8Array<ArrayBuffer> } = TextEncoder.prototype;
    const { encode } = encoder;
    let measured = 0;
    encoder.encode = function (text = '') {
      measured += text.length;
      return encode.call(this, text);
    };
    try {
      const many = Array.from({ length: 50_000 }, () => 'x'.repeat(100));
      let looked = 0;
      const kept = itemsWithin(many, (line) => (looked++, line), 1010);
      assert.deepEqual(
        [kept.length, measured, looked],
        [30, 3000, 30],
        '30 lines and 29 breaks are 3029 of 3030 bytes',
      );
    } finally {
      encoder.encode = encode;
    }
  });

  it('a retrospective is skipped for the three reasons', () => {
    const due = { fixCycles: 1, consultations: 0, tasks: 3, docsOnly: false };
    assert.equal(retrospectiveDue(due).due, true);
    for (const o of [{ fixCycles: 0 }, { tasks: 2 }, { docsOnly: true }])
      assert.equal(retrospectiveDue({ ...due, ...o }).due, false);
  });
});
