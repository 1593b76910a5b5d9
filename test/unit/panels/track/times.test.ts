import assert from 'node:assert/strict';
import { clockOf, dayOf, type TimeWords } from '../../../../src/panels/track/times';

const time = Date.UTC(2026, 8, 22, 22, 30);

describe('times of the Track panel', () => {
  const words: TimeWords = { now: Date.UTC(2026, 9, 1), locale: 'en-GB', timeZone: 'Asia/Tokyo' };

  it('tells each time in its own zone and form, however often it is asked', () => {
    for (let i = 0; i < 2; i++) {
      assert.equal(dayOf(time, words), '23 Sept');
      assert.equal(dayOf(time, words, 'UTC'), '22 Sept');
      assert.equal(dayOf(Date.UTC(2025, 8, 22), words), '22 Sept 2025');
      assert.equal(clockOf(time, words), '07:30');
      assert.equal(clockOf(time, { ...words, timeZone: 'UTC' }), '22:30');
      assert.equal(dayOf(time, { ...words, locale: 'de' }), '23. Sept.');
    }
  });

  it('makes a form once for all times of a model: making one costs a hundred times what using it does', () => {
    const format = Intl.DateTimeFormat;
    let made = 0;
    const counting = class extends format {
      constructor(...args: ConstructorParameters<typeof format>) {
        super(...args);
        made++;
      }
    };
    try {
      Intl.DateTimeFormat = counting as unknown as typeof format;
      const model: TimeWords = { now: words.now };
      for (let i = 0; i < 100; i++) {
        dayOf(time + i, model);
        clockOf(time + i, model);
      }
    } finally {
      Intl.DateTimeFormat = format;
    }
    assert.equal(made, 2);
  });
});
