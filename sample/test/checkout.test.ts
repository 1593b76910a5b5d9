import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToCart, emptyCart } from '../src/cart';
import { addressErrors, type Address } from '../src/checkout/address';
import { OrderDesk } from '../src/checkout/placeOrder';
import { CheckoutSessions } from '../src/checkout/session';
import { totalsOf } from '../src/checkout/totals';
import { checkoutPage } from '../src/pages/checkout';

const home: Address = { name: 'Ada', street: 'Kai 7', postcode: '20457', city: 'Hamburg', country: 'DE' };

test('totals include shipping by weight and say the tax inside', () => {
  const totals = totalsOf(addToCart(emptyCart, 'LAMP-01'), 'DE');
  assert.equal(totals.total.cents, 8900 + 990);
  assert.equal(totals.includedTax.cents, 1579);
});

test('a session ends 45 minutes after its last change', () => {
  let now = 0;
  const sessions = new CheckoutSessions(() => now);
  const { id } = sessions.start(emptyCart);
  now = 44 * 60_000;
  sessions.update(id, { email: 'ada@example.org' });
  now += 44 * 60_000;
  assert.ok(sessions.find(id));
  now += 60_000;
  assert.equal(sessions.find(id), undefined);
});

test('an address says what is wrong beside the field', () => {
  assert.deepEqual(addressErrors(home), {});
  assert.deepEqual(Object.keys(addressErrors({ ...home, postcode: '1234', street: 'Kai' })), ['street', 'postcode']);
});

test('pressing the button twice charges once', async () => {
  let charges = 0;
  const desk = new OrderDesk({ charge: async () => ({ id: `pay-${++charges}`, status: 'captured' as const }) });
  const session = { ...new CheckoutSessions().start(addToCart(emptyCart, 'ROPE-12')), address: home };
  const [first, second] = await Promise.all([desk.place(session), desk.place(session)]);
  assert.equal(first.paymentId, second.paymentId);
  assert.equal(charges, 1);
});

test('what a guest typed is escaped on the page', () => {
  const session = { ...new CheckoutSessions().start(addToCart(emptyCart, 'MUG-WHT')), address: { ...home, name: '<b>Ada' } };
  assert.match(checkoutPage(session), /&lt;b&gt;Ada/);
});
