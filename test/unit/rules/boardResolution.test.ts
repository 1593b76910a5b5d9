import assert from 'node:assert/strict';
import { directors } from '../../../src/model/board';
import { resolveBoard } from '../../../src/rules/boardResolution';

const votes = (...verdicts: (string | undefined)[]) =>
  Object.fromEntries(
    verdicts.flatMap((verdict, i) => (verdict === undefined ? [] : [[directors[i]!, { verdict }]])),
  );
const [A, R, C] = ['APPROVE', 'REJECT', 'CONCERNS'];

describe('boardResolution: full meeting', () => {
  for (const [name, cast, verdict] of [
    ['5-0 approve', [A, A, A, A, A], 'APPROVED'],
    ['4-1 approve', [A, A, A, A, R], 'APPROVED'],
    ['3-2 approve', [A, A, A, R, R], 'APPROVED_WITH_REVIEW'],
    ['2-3 reject', [A, A, R, R, R], 'REJECTED'],
    ['1-4 reject', [A, R, R, R, R], 'REJECTED'],
    ['0-5 reject', [R, R, R, R, R], 'REJECTED'],
    ['tie with one missing', [A, A, R, R, undefined], 'ESCALATE'],
    ['nobody voted', [], 'ESCALATE'],
    ['an abstention leaves 2-2', [A, A, R, R, 'ABSTAIN'], 'ESCALATE'],
    ['concerns are no vote', [A, A, C, C, C], 'ESCALATE'],
  ] as const) {
    it(`${name} → ${verdict}`, () => {
      const result = resolveBoard(votes(...cast), false);
      assert.equal(result.verdict, verdict);
      assert.match(result.why, /^\d approve, \d reject.*\.$/);
    });
  }

  it('names who is missing', () => {
    assert.deepEqual(resolveBoard(votes(A, A, R), false).missing, ['COO', 'CXO']);
  });

  it('reads spellings, and ignores who is no director', () => {
    const result = resolveBoard(
      {
        ca: { verdict: 'approved' },
        CPO: { verdict: ' Approve ' },
        CSO: { verdict: 'APPROVE' },
        CEO: { verdict: 'REJECT' },
      },
      false,
    );
    assert.deepEqual([result.verdict, result.approve, result.reject], ['APPROVED_WITH_REVIEW', 3, 0]);
  });
});

describe('boardResolution: quick review', () => {
  it('concerns count as yes', () =>
    assert.equal(resolveBoard(votes(A, C, C, R, R), true).verdict, 'APPROVED'));
  it('three no reject', () => assert.equal(resolveBoard(votes(A, C, R, R, R), true).verdict, 'REJECTED'));
  it('is open while neither side has three', () =>
    assert.equal(resolveBoard(votes(A, A, R), true).verdict, 'ESCALATE'));
});
