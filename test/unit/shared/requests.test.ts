import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as z from 'zod';
import { PANEL_NAMES } from '../../../src/shared/protocol';
import { commonRequest, keptState, pageMessage } from '../../../src/shared/requests';

const ok = (schema: z.ZodType, data: unknown): boolean => schema.safeParse(data).success;

describe('commonRequest', () => {
  it('takes what every page may ask', () => {
    for (const request of [
      { kind: 'openFile', place: { file: '/p/plan.md' } },
      { kind: 'openFile', place: { file: '/p/plan.md', line: 1 } },
      { kind: 'openLink', href: './spec.md#L3', from: '/p/plan.md' },
      { kind: 'openCommit', commit: '3f9c2ab' },
      { kind: 'openPanel', panel: 'gate', item: 'EVALUATE_PLAN' },
      ...PANEL_NAMES.map((panel) => ({ kind: 'openPanel', panel })),
      { kind: 'refresh' },
    ])
      assert.equal(ok(commonRequest, request), true, JSON.stringify(request));
  });

  it('refuses other kinds, keys that it does not know, and what is too long or no place', () => {
    for (const request of [
      undefined,
      'refresh',
      {},
      { kind: 'run', command: 'x' },
      { kind: 'refresh', more: 1 },
      { kind: 'openFile', place: { file: '/p/plan.md', line: 0 } },
      { kind: 'openFile', place: { file: '/p/plan.md', line: 1.5 } },
      { kind: 'openFile', place: { file: '/p/plan.md', line: 1, column: 2 } },
      { kind: 'openFile', place: { file: 'x'.repeat(4097) } },
      { kind: 'openLink', href: 'x'.repeat(4097), from: '/p/plan.md' },
      { kind: 'openLink', href: './spec.md' },
      { kind: 'openCommit', commit: '--upload-pack=x' },
      { kind: 'openCommit', commit: 'HEAD' },
      { kind: 'openCommit', commit: '3f9' },
      { kind: 'openPanel', panel: 'other' },
      { kind: 'openPanel', panel: 'gate', item: 'x'.repeat(1001) },
    ])
      assert.equal(ok(commonRequest, request), false, JSON.stringify(request)?.slice(0, 100));
  });
});

describe('pageMessage', () => {
  const message = pageMessage(z.strictObject({ kind: z.literal('mark') }).or(commonRequest));

  it('takes ready, and requests of its panel and of every panel, with their number', () => {
    assert.equal(ok(message, { type: 'ready' }), true);
    assert.equal(ok(message, { type: 'request', id: 0, request: { kind: 'mark' } }), true);
    assert.equal(ok(message, { type: 'request', id: 7, request: { kind: 'refresh' } }), true);
  });

  it('refuses numbers that no page counts, and requests that are not its own', () => {
    for (const id of [-1, 0.5, NaN, Infinity, '1', undefined])
      assert.equal(ok(message, { type: 'request', id, request: { kind: 'mark' } }), false, String(id));
    assert.equal(ok(message, { type: 'request', id: 1, request: { kind: 'unmark' } }), false);
    assert.equal(ok(message, { type: 'ready', more: true }), false);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (data) => typeof message.safeParse(data).success === 'boolean'));
  });
});

describe('keptState', () => {
  const subject = { root: '/p/conductor', key: 'tracks/a' };

  it('gives the subject back, whatever another version kept beside it', () => {
    const kept = { version: 1, subject: { ...subject, item: '1.1', more: 1 }, layout: { tab: 'table' } };
    assert.deepEqual(keptState.parse(kept).subject, { ...subject, item: '1.1' });
  });

  it('refuses what does not say which track', () => {
    for (const kept of [
      undefined,
      null,
      {},
      { version: 2, subject },
      { version: 1 },
      { version: 1, subject: {} },
      { version: 1, subject: { ...subject, root: '' } },
      { version: 1, subject: { ...subject, key: 3 } },
      { version: 1, subject: { ...subject, item: 'x'.repeat(1001) } },
    ])
      assert.equal(ok(keptState, kept), false, JSON.stringify(kept)?.slice(0, 100));
  });
});
