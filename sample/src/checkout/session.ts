import { randomUUID } from 'node:crypto';
import type { Cart } from '../cart';
import type { Address } from './address';

/** What a guest has told us so far. Lives for 45 minutes after the last change. */
export interface CheckoutSession {
  readonly id: string;
  readonly cart: Cart;
  readonly email?: string;
  readonly address?: Address;
  readonly expiresAt: number;
}

const lifetimeMs = 45 * 60_000;

export class CheckoutSessions {
  private readonly sessions = new Map<string, CheckoutSession>();

  constructor(private readonly now: () => number = Date.now) {}

  start(cart: Cart): CheckoutSession {
    const session = { id: randomUUID(), cart, expiresAt: this.now() + lifetimeMs };
    this.sessions.set(session.id, session);
    return session;
  }

  find(id: string): CheckoutSession | undefined {
    const session = this.sessions.get(id);
    if (session && session.expiresAt <= this.now()) {
      this.sessions.delete(id);
      return undefined;
    }
    return session;
  }

  update(id: string, change: Partial<Pick<CheckoutSession, 'cart' | 'email' | 'address'>>): CheckoutSession {
    const session = this.find(id);
    if (!session) throw new Error('This checkout has expired. The cart is still there: start again from it.');
    const next = { ...session, ...change, expiresAt: this.now() + lifetimeMs };
    this.sessions.set(id, next);
    return next;
  }
}
