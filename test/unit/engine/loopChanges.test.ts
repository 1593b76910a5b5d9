import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loopChanges } from '../../../src/engine/loopChanges';
import { jsonEdits } from '../../../src/files/jsonEdit';
import { parseMetadata } from '../../../src/files/metadataFile';
import { applyEdits } from '../../../src/files/textEdit';
import { loopSteps, stepStatuses, type LoopState } from '../../../src/model/loopState';
import { applyEvent, type LoopEvent } from '../../../src/rules/evaluateLoop';
import { factsOf, loopOf } from '../rules/builders';

const at = '2026-02-01T12:00:00Z';
const steps = loopSteps.filter((step) => step !== 'NOT_STARTED' && step !== 'COMPLETE');

const checkpoint = fc.oneof(
  fc.record(
    {
      status: fc.constantFrom(...stepStatuses),
      started_at: fc.constantFrom('2026-01-01', null),
      completed_at: fc.constantFrom('2026-01-02T00:00:00Z', null),
      agent: fc.constant('somebody'),
      notes: fc.constantFrom('text', ['a', 'b']),
      cycle: fc.nat(4),
      failure_reasons: fc.constantFrom([], ['old reason']),
      failure_items: fc.constant([{ issue: 'an item' }]),
      own: fc.constant({ kept: true }),
    },
    { requiredKeys: ['status'] },
  ),
  fc.constantFrom(...stepStatuses),
);
const checkpoints = fc.dictionary(fc.constantFrom(...steps, 'EXECUTION', 'ENRICH'), checkpoint, {
  maxKeys: 4,
});

/** metadata.json in the forms that occur: without loop_state, with a minimal one, checkpoints here or there. */
const metadata = fc.record(
  {
    version: fc.constantFrom(1, 2, 3, 4),
    own: fc.constant([1, { two: 2 }]),
    checkpoints,
    loop_state: fc.record(
      {
        current_step: fc.constantFrom(...loopSteps, 'PARALLEL_EXECUTE'),
        step_status: fc.constantFrom(...stepStatuses, 'in_progress', 'COMPLETE'),
        step_started_at: fc.constant('2026-01-01'),
        fix_cycle_count: fc.nat(3),
        max_fix_cycles: fc.integer({ min: 0, max: 4 }),
        plan_revision_count: fc.nat(2),
        max_plan_revisions: fc.nat(3),
        checkpoints: fc.oneof(checkpoints, fc.constant(null)),
      },
      { requiredKeys: ['current_step', 'step_status'] },
    ),
  },
  { requiredKeys: [] },
);

/** Checkpoints at the root belong to a loop_state; without one there is no loop to read them into. */
const forms = metadata.map(({ checkpoints: root, ...value }) =>
  value.loop_state && root ? { ...value, checkpoints: root } : value,
);

const event: fc.Arbitrary<LoopEvent> = fc.oneof(
  fc.constantFrom<LoopEvent>(
    { kind: 'started', at },
    { kind: 'passed', at, notes: 'fine', businessSync: true },
    { kind: 'failed', reasons: ['new reason'], at },
    { kind: 'skipped', at },
    { kind: 'advance', at },
    { kind: 'blocked', description: 'b', at },
    { kind: 'unblocked', at },
    { kind: 'allowFixCycle', at },
  ),
  fc
    .record({ step: fc.constantFrom(...loopSteps), status: fc.constantFrom(...stepStatuses) })
    .map(({ step, status }): LoopEvent => ({ kind: 'set', step, status, at })),
);

describe('loopChanges', () => {
  it('what is read back after writing is the state that the machine made, whatever form the file had', function () {
    // Generous: machines that run tests are busy.
    this.timeout(60_000);
    fc.assert(
      fc.property(
        forms,
        event,
        fc.constantFrom(undefined, 2),
        fc.constantFrom('\n', '\r\n'),
        (value, happened, indent, eol) => {
          const text = JSON.stringify(value, null, indent).replaceAll('\n', eol);
          const before = parseMetadata(text).metadata!;
          const loop = before.loop ?? loopOf({ source: 'inferred' });
          const result = applyEvent(loop, factsOf(), happened);
          if ('refused' in result) return;
          const edits = jsonEdits(text, loopChanges(before, loop, result.loop));
          assert.ok('edits' in edits, JSON.stringify(edits));
          const after = applyEdits(text, edits.edits);
          const read = parseMetadata(after);
          assert.equal(read.invalid, false);
          assert.deepEqual(plain(read.metadata!.loop!), plain(result.loop));
          // Everything outside of loop_state is untouched, and so are foreign keys inside.
          const [{ loop_state: was, ...outside }, { loop_state: is, ...outsideNow }] = [
            JSON.parse(text) as typeof value,
            JSON.parse(after) as typeof value,
          ];
          assert.deepEqual(outsideNow, outside);
          for (const [key, kept] of Object.entries(was?.checkpoints ?? {})) {
            if (typeof kept !== 'object' || !('own' in kept)) continue;
            assert.deepEqual((is?.checkpoints as Record<string, { own?: unknown }>)[key]?.own, {
              kept: true,
            });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Without what is not the machine's: the parsed originals, and where a field came from. */
function plain(loop: LoopState): unknown {
  const {
    source: _source,
    executionMode: _mode,
    writtenStep: _step,
    writtenStepStatus: _status,
    checkpoints,
    ...rest
  } = loop;
  return JSON.parse(
    JSON.stringify({
      ...rest,
      checkpoints: Object.fromEntries(
        Object.entries(checkpoints).map(([step, { raw: _raw, ...fields }]) => [step, fields]),
      ),
    }),
  );
}
