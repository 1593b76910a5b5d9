import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isHostMessage } from '../../../src/shared/protocol';

const subject = { root: '/p/conductor', key: 'tracks/a' };

describe('isHostMessage', () => {
  it('knows every message of the host', () => {
    const states = [
      { status: 'loading' },
      { status: 'ready', model: {} },
      { status: 'empty', title: 'Nothing', detail: 'Why' },
      { status: 'failed', title: 'It broke', detail: 'Why' },
    ];
    for (const message of [
      ...states.map((state) => ({ type: 'state', subject, state })),
      { type: 'reply', id: 0, reply: { ok: true } },
      { type: 'reply', id: 1, reply: { ok: false, message: 'Because' } },
      { type: 'show', item: '' },
    ])
      assert.equal(isHostMessage(message), true, JSON.stringify(message));
  });

  it('refuses what lacks a part that the page would draw', () => {
    for (const message of [
      undefined,
      null,
      [],
      'state',
      {},
      { type: 'ready' },
      { type: 'state', state: { status: 'loading' } },
      { type: 'state', subject: null, state: { status: 'loading' } },
      { type: 'state', subject, state: null },
      { type: 'state', subject, state: { status: 'ready' } },
      { type: 'state', subject, state: { status: 'ready', model: null } },
      { type: 'state', subject, state: { status: 'empty', title: 'Nothing' } },
      { type: 'state', subject, state: { status: 'other' } },
      { type: 'reply', id: '0', reply: { ok: true } },
      { type: 'reply', id: 0, reply: null },
      { type: 'reply', id: 0, reply: {} },
      { type: 'show' },
      { type: 'show', item: 3 },
    ])
      assert.equal(isHostMessage(message), false, JSON.stringify(message));
  });

  it('never throws, whatever another script posts', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ type: fc.constantFrom('state', 'reply', 'show') })),
        (data) => {
          assert.equal(typeof isHostMessage(data), 'boolean');
        },
      ),
    );
  });
});
