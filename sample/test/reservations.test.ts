import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutOfStock, Reservations } from '../src/stock/reservations';

test('the last lamp goes to one person', () => {
  const reservations = new Reservations(new Map([['LAMP-01', 1]]));
  reservations.reserve('a', 'LAMP-01', 1);
  assert.throws(() => reservations.reserve('b', 'LAMP-01', 1), OutOfStock);
});

test('a hold that ran out is not fulfilled', () => {
  let now = 0;
  const reservations = new Reservations(new Map([['LAMP-01', 1]]), () => now, 1000);
  reservations.reserve('a', 'LAMP-01', 1);
  now = 1000;
  assert.equal(reservations.fulfil('a'), false);
  assert.equal(reservations.available('LAMP-01'), 1);
});
