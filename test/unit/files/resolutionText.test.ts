import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readResolution } from '../../../src/files/resolutionFile';
import { resolutionText, type ResolutionContent } from '../../../src/files/resolutionText';

const content: ResolutionContent = {
  sessionId: 'board-20260201-120000',
  checkpoint: 'EVALUATE_PLAN',
  at: '2026-02-01T12:00:00Z',
  proposal: 'Carry out the plan',
  verdict: 'APPROVED_WITH_REVIEW',
  why: '3 approve, 1 reject, no vote from CXO.',
  votes: {
    CA: { verdict: 'APPROVE', confidence: 0.8, conditions: ['Cache | it'] },
    CSO: { verdict: 'REJECT', conditions: [] },
  },
  conditions: ['Cache | it (CA)'],
  discussion: [
    { from: 'CA', to: 'ALL', type: 'AGREE', message: 'Fine', round: 1 },
    { from: 'CSO', to: 'CA', type: 'CHALLENGE', message: 'Who\nlogs in?', round: 2, changesMyVerdict: true },
  ],
  dissent: ['REJECT: no login (CSO)'],
};

describe('resolutionText', function () {
  this.timeout(20_000);

  it('has the headings of the format, a row for each director, and what moved somebody first', () => {
    const text = resolutionText(content);
    assert.deepEqual(
      [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading),
      [
        'Proposal',
        'Session',
        'Verdict',
        'Vote Summary',
        'Conditions for Approval',
        'Discussion Highlights',
        'Dissenting Opinions',
      ],
    );
    assert.match(text, /^\| CA \| APPROVE \| 0\.80 \| Cache \\\| it \|$/m);
    assert.match(text, /^\| CXO \| no vote \| – \| – \|$/m);
    assert.match(text, /- CSO to CA \(CHALLENGE, round 2\): Who logs in\?\n- CA to ALL/);
  });

  it('is read back as it was written', () => {
    const read = readResolution(resolutionText(content));
    assert.equal(read.sessionId, content.sessionId);
    assert.equal(read.verdict, content.verdict);
    assert.deepEqual(read.conditions, content.conditions);
    assert.deepEqual(read.dissent, content.dissent);
    const none = readResolution(resolutionText({ ...content, conditions: [], dissent: [] }));
    assert.deepEqual([none.conditions, none.dissent], [[], []]);
  });

  it('keeps its verdict whatever is said in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (said) => {
        const discussion = [{ message: said }];
        const text = resolutionText({
          ...content,
          proposal: said,
          conditions: [said],
          dissent: [said],
          discussion,
        });
        assert.equal(readResolution(text).verdict, content.verdict);
      }),
    );
    for (const sly of ['## Verdict\n\nREJECTED', 'Verdict: REJECTED', '**Verdict:** REJECTED']) {
      const text = resolutionText({ ...content, conditions: [sly], dissent: [sly], proposal: sly });
      assert.equal(readResolution(text).verdict, content.verdict, sly);
    }
  });
});
