import { goodsTotal, weightGrams, type Cart } from '../cart';
import { add, share, type Money } from '../money';
import { fixedRate, type Country } from '../shipping/rates';

export interface Totals {
  readonly goods: Money;
  readonly shipping: Money;
  /** Included in goods and shipping, shown for information. */
  readonly includedTax: Money;
  readonly total: Money;
}

const taxBasisPoints: Readonly<Record<Country, number>> = { DE: 1900, NL: 2100, DK: 2500, NO: 2500 };

export function totalsOf(cart: Cart, country: Country): Totals {
  const goods = goodsTotal(cart);
  const shipping = fixedRate(weightGrams(cart), country);
  const total = add(goods, shipping);
  const rate = taxBasisPoints[country];
  return { goods, shipping, total, includedTax: share(total, Math.round((rate * 10_000) / (10_000 + rate))) };
}
