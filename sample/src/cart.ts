import { findProduct, type Product } from './catalog';
import { add, euros, times, type Money } from './money';

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
}

export interface Cart {
  readonly lines: readonly CartLine[];
}

export const emptyCart: Cart = { lines: [] };

/** Adds to the line of the same product, if there is one. Throws for an unknown sku. */
export function addToCart(cart: Cart, sku: string, quantity = 1): Cart {
  if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError(`Quantity must be 1 or more: ${quantity}`);
  const product = findProduct(sku);
  if (!product) throw new Error(`No such product: ${sku}`);
  const known = cart.lines.some((line) => line.product.sku === sku);
  return {
    lines: known
      ? cart.lines.map((line) => (line.product.sku === sku ? { product, quantity: line.quantity + quantity } : line))
      : [...cart.lines, { product, quantity }],
  };
}

export function removeFromCart(cart: Cart, sku: string): Cart {
  return { lines: cart.lines.filter((line) => line.product.sku !== sku) };
}

export function goodsTotal(cart: Cart): Money {
  return add(euros(0), ...cart.lines.map((line) => times(line.product.price, line.quantity)));
}

export function weightGrams(cart: Cart): number {
  return cart.lines.reduce((sum, line) => sum + line.product.weightGrams * line.quantity, 0);
}
