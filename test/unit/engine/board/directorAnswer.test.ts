import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boardAssessmentSchema, boardVoteSchema } from '../../../../src/model/schemas/board';
import { readAssessment, readRemarks, readVote } from '../../../../src/engine/board/directorAnswer';

const time = '2026-02-01T12:00:00Z';
const round = { director: 'CSO', round: 1, at: time, lenient: false } as const;
const json = JSON.stringify;
const value = (answer: object): Record<string, unknown> => {
  assert.ok('value' in answer, json(answer));
  return answer.value as Record<string, unknown>;
};

describe('answers of directors', function () {
  this.timeout(20_000);

  it('an assessment keeps what we do not know, and is always of who was asked', () => {
    const extras = { vulnerabilities: [{ severity: 'HIGH', type: 'XSS' }], audit_required: true };
    const read = value(
      readAssessment(json({ director: 'CA', verdict: 'concern', score: '7', ...extras }), 'CSO'),
    );
    assert.deepEqual(
      [read['director'], read['verdict'], read['score'], read['vulnerabilities'], read['audit_required']],
      ['CSO', 'CONCERNS', 7, extras.vulnerabilities, true],
    );
    assert.deepEqual(read['concerns'], []);
    const breakdown = { auth: '8', api_security: 7, note: 'good' };
    const scored = value(readAssessment(json({ verdict: 'APPROVE', breakdown }), 'CSO'));
    assert.deepEqual(scored['breakdown'], { auth: 8, api_security: 7 });
    assert.deepEqual(
      value(readAssessment(json({ verdict: 'REJECT', concerns: [{ concern: 'A' }, 'B'] }), 'CA'))['concerns'],
      ['A', 'B'],
    );
  });

  it('a verdict that is none of the words is no answer; a number out of range is merely not there', () => {
    for (const text of [
      '',
      '[]',
      'null',
      '"APPROVE"',
      json({ verdict: 'YES' }),
      json({ score: 3 }),
      '{"verdict": "APP',
    ]) {
      assert.ok('problem' in readAssessment(text, 'CA'), text);
      assert.ok('problem' in readVote(text, time), text);
    }
    assert.ok('problem' in readVote(json({ final_verdict: 'CONCERNS' }), time));
    assert.equal(value(readAssessment(json({ verdict: 'APPROVE', score: 99 }), 'CA'))['score'], undefined);
    assert.equal(
      value(readVote(json({ final_verdict: 'approved', confidence: 90 }), time))['confidence'],
      undefined,
    );
    assert.equal(value(readVote(json({ final_verdict: 'ABSTAIN' }), time))['final_verdict'], 'ABSTAIN');
  });

  it('remarks: a line each, one, a list, or none; an unreadable one is left out only when nobody is asked again', () => {
    const remark = (message: string): object => ({ from: 'CA', message });
    const messages = (text: string, lenient = false): unknown => {
      const read = readRemarks(text, { ...round, lenient });
      return 'value' in read ? read.value.map((r) => `${r.from}: ${r.message}`) : 'problem';
    };
    assert.deepEqual(messages(''), []);
    assert.deepEqual(messages('[]'), []);
    assert.deepEqual(messages(`${json(remark('a'))}\n${json(remark('b'))}\n`), ['CSO: a', 'CSO: b']);
    assert.deepEqual(messages(json(remark('a'))), ['CSO: a']);
    assert.deepEqual(messages(json({ remarks: [remark('a'), remark('b')] })), ['CSO: a', 'CSO: b']);
    const torn = `${json(remark('a'))}\n{"message": "b`;
    assert.equal(messages(torn), 'problem');
    assert.deepEqual(messages(torn, true), ['CSO: a']);
    assert.equal((messages(json(Array(50).fill(remark('a')))) as unknown[]).length, 10);
  });

  it('whatever is written, reading never throws, and what is read can be written', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .record(
          {
            verdict: fc.constantFrom('APPROVE', 'reject', 3),
            final_verdict: fc.constantFrom('APPROVE', null),
            message: fc.anything(),
            concerns: fc.anything(),
            conditions: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((o) => json(o) ?? ''),
    );
    fc.assert(
      fc.property(anything, (text) => {
        for (const read of [readAssessment(text, 'CA'), readVote(text, time), readRemarks(text, round)]) {
          assert.ok('problem' in read || json(read.value) !== undefined);
        }
        // What is written down is valid by schema.
        const written = readAssessment(text, 'CA');
        if ('value' in written) boardAssessmentSchema.parse(JSON.parse(json(written.value)));
        const vote = readVote(text, time);
        if ('value' in vote) boardVoteSchema.parse(JSON.parse(json(vote.value)));
      }),
    );
    const deep = `{"verdict":"APPROVE","concerns":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    assert.ok('problem' in readAssessment(deep, 'CA'));
  });
});
