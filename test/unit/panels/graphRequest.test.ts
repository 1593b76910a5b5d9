import assert from 'node:assert/strict';
import { graphRequest } from '../../../src/editor/panels/graph/request';

describe('graphRequest', () => {
  const good: unknown[] = [
    { kind: 'mark', task: '2.1', marker: 'doing', quick: true },
    { kind: 'dispatch', task: '2.1' },
    { kind: 'writeDag' },
    { kind: 'collapse', phases: ['1'] },
    { kind: 'export', form: 'dot' },
    { kind: 'copyMermaid' },
    { kind: 'exportPng', png: new Uint8Array([1]) },
  ];
  for (const request of good) {
    it(`takes ${JSON.stringify(request).slice(0, 60)}`, () => {
      assert.equal(graphRequest.safeParse(request).success, true);
    });
  }

  const bad: unknown[] = [
    undefined,
    { kind: 'none' },
    { kind: 'mark', task: '2.1', marker: 'unclear', quick: true },
    { kind: 'mark', task: '', marker: 'done', quick: true },
    { kind: 'mark', task: 'x'.repeat(10_001), marker: 'done', quick: true },
    { kind: 'mark', task: '2.1', marker: 'done', quick: true, file: '/etc/passwd' },
    { kind: 'collapse', phases: [1] },
    { kind: 'export', form: 'png' },
    { kind: 'exportPng', png: 'iVBOR' },
    { kind: 'exportPng', png: new Uint8Array() },
  ];
  for (const request of bad) {
    it(`refuses ${JSON.stringify(request)?.slice(0, 60)}`, () => {
      assert.equal(graphRequest.safeParse(request).success, false);
    });
  }
});
