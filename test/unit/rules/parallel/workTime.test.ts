import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isWaiting,
  laterWaits,
  waitedUntil,
  waitingFrom,
  workedMs,
} from '../../../../src/rules/parallel/workTime';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('work time', () => {
  it('what was waited is taken off, once, however many waited', () => {
    const wait = (from: number, to?: number) => ({
      from: iso(from),
      ...(to === undefined ? {} : { to: iso(to) }),
    });
    assert.equal(workedMs(1000, [], 5000), 4000);
    assert.equal(workedMs(1000, [wait(2000, 3000)], 5000), 3000);
    assert.equal(workedMs(1000, [wait(2000, 4000), wait(3000, 4500), wait(2500, 2600)], 5000), 1500);
    assert.equal(workedMs(1000, [wait(3000)], 5000), 2000, 'it still waits');
    assert.equal(workedMs(1000, [wait(0, 2000), wait(4000, 9000)], 5000), 2000, 'outside it counts nothing');
  });

  it('begins once and ends once; a computer that sleeps moves all of it', () => {
    const begun = waitingFrom([], iso(1000));
    assert.equal(isWaiting(begun), true);
    assert.equal(waitingFrom(begun, iso(2000)), begun);
    const ended = waitedUntil(begun, iso(3000));
    assert.deepEqual(ended, [{ from: iso(1000), to: iso(3000) }]);
    assert.equal(waitedUntil(ended, iso(4000)), ended);
    assert.deepEqual(laterWaits(ended, 500), [{ from: iso(1500), to: iso(3500) }]);
  });

  it('never more than the time that passed, never less than nothing', () => {
    const time = fc.integer({ min: 0, max: 10_000 });
    const waits = fc.array(fc.record({ from: time, to: fc.option(time, { nil: undefined }) }));
    fc.assert(
      fc.property(time, time, waits, (a, b, drawn) => {
        const [since, now] = [Math.min(a, b), Math.max(a, b)];
        const worked = workedMs(
          since,
          drawn.map(({ from, to }) => ({ from: iso(from), ...(to === undefined ? {} : { to: iso(to) }) })),
          now,
        );
        const counts = Array.from({ length: now - since }, (_, i) => since + i).filter(
          (ms) => !drawn.some(({ from, to = now }) => from <= ms && ms < to),
        );
        assert.equal(worked, counts.length);
      }),
      { numRuns: 50 },
    );
  });
});
