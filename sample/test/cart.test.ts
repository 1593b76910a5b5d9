import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToCart, emptyCart, goodsTotal, removeFromCart, weightGrams } from '../src/cart';

test('the same product goes into the same line', () => {
  const cart = addToCart(addToCart(emptyCart, 'MUG-BLU'), 'MUG-BLU', 2);
  assert.equal(cart.lines.length, 1);
  assert.equal(goodsTotal(cart).cents, 3 * 1250);
  assert.equal(weightGrams(cart), 720);
});

test('removing the last line leaves an empty cart', () => {
  assert.deepEqual(removeFromCart(addToCart(emptyCart, 'LAMP-01'), 'LAMP-01'), emptyCart);
});

test('an unknown product is refused', () => {
  assert.throws(() => addToCart(emptyCart, 'ANCHOR'), /No such product/);
});
