/** An amount in the smallest unit of its currency. Never a float. */
export interface Money {
  readonly cents: number;
  readonly currency: 'EUR';
}

export function euros(cents: number): Money {
  if (!Number.isInteger(cents)) throw new RangeError(`Not a whole number of cents: ${cents}`);
  return { cents, currency: 'EUR' };
}

export function add(...amounts: readonly Money[]): Money {
  return euros(amounts.reduce((sum, amount) => sum + amount.cents, 0));
}

export function times(amount: Money, count: number): Money {
  return euros(amount.cents * count);
}

/** Share of an amount in basis points (1900 = 19 %), rounded half up. */
export function share(amount: Money, basisPoints: number): Money {
  return euros(Math.round((amount.cents * basisPoints) / 10_000));
}

export function format(amount: Money): string {
  return `€${(amount.cents / 100).toFixed(2)}`;
}
