import type { PaymentPort } from '../payment/port';
import type { CheckoutSession } from './session';
import { totalsOf } from './totals';

export interface Order {
  readonly number: string;
  readonly sessionId: string;
  readonly paymentId: string;
}

/** Places each session's order once: pressing the button twice, or a retry after a timeout, gives the same order. */
export class OrderDesk {
  private readonly orders = new Map<string, Promise<Order>>();

  constructor(private readonly payments: PaymentPort) {}

  place(session: CheckoutSession): Promise<Order> {
    const placed = this.orders.get(session.id);
    if (placed) return placed;
    const order = this.charge(session);
    this.orders.set(session.id, order);
    // A failed charge may be tried again.
    order.catch(() => this.orders.delete(session.id));
    return order;
  }

  private async charge(session: CheckoutSession): Promise<Order> {
    if (!session.address) throw new Error('The order has no address yet.');
    const { total } = totalsOf(session.cart, session.address.country);
    const payment = await this.payments.charge({ amount: total, idempotencyKey: session.id });
    return { number: `HG-${session.id.slice(0, 8).toUpperCase()}`, sessionId: session.id, paymentId: payment.id };
  }
}
