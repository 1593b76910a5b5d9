import type { Money } from '../money';

export interface Charge {
  readonly amount: Money;
  /** Two charges with the same key are one charge. */
  readonly idempotencyKey: string;
}

export interface Payment {
  readonly id: string;
  readonly status: 'captured' | 'pending';
}

export interface PaymentPort {
  charge(charge: Charge): Promise<Payment>;
}

/** Said by the payment provider, to be shown to the person who pays. */
export class PaymentDeclined extends Error {
  constructor(readonly reason: 'insufficient_funds' | 'expired_card' | 'refused') {
    super(`The card was declined (${reason.replace('_', ' ')}).`);
  }
}
