import { euros, type Money } from '../money';

export type Country = 'DE' | 'NL' | 'DK' | 'NO';

/** The fixed table that the live carrier rates are to replace. Price by weight up to and including, in grams. */
const table: readonly { readonly upTo: number; readonly price: Money }[] = [
  { upTo: 500, price: euros(390) },
  { upTo: 2_000, price: euros(590) },
  { upTo: 10_000, price: euros(990) },
  { upTo: Number.POSITIVE_INFINITY, price: euros(2490) },
];

const abroad = euros(600);

export function fixedRate(weightGrams: number, country: Country): Money {
  const row = table.find((candidate) => weightGrams <= candidate.upTo) ?? table[table.length - 1]!;
  return country === 'DE' ? row.price : euros(row.price.cents + abroad.cents);
}
