/** Stock that is promised to a cart for a while, so that two people cannot buy the last lamp. */
export interface Reservation {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly expiresAt: number;
}

export class OutOfStock extends Error {
  constructor(
    readonly sku: string,
    readonly available: number,
  ) {
    super(`Only ${available} of ${sku} left.`);
  }
}

export class Reservations {
  private readonly held = new Map<string, Reservation>();

  constructor(
    private readonly stock: Map<string, number>,
    private readonly now: () => number = Date.now,
    private readonly holdMs = 20 * 60_000,
  ) {}

  available(sku: string): number {
    this.dropExpired();
    let promised = 0;
    for (const reservation of this.held.values()) if (reservation.sku === sku) promised += reservation.quantity;
    return (this.stock.get(sku) ?? 0) - promised;
  }

  reserve(id: string, sku: string, quantity: number): Reservation {
    this.held.delete(id);
    const available = this.available(sku);
    if (available < quantity) throw new OutOfStock(sku, available);
    const reservation = { id, sku, quantity, expiresAt: this.now() + this.holdMs };
    this.held.set(id, reservation);
    return reservation;
  }

  /** Takes the goods off the shelf. False when the hold had already run out: the caller must reserve again. */
  fulfil(id: string): boolean {
    this.dropExpired();
    const reservation = this.held.get(id);
    if (!reservation) return false;
    this.held.delete(id);
    this.stock.set(reservation.sku, (this.stock.get(reservation.sku) ?? 0) - reservation.quantity);
    return true;
  }

  private dropExpired(): void {
    const now = this.now();
    for (const [id, reservation] of this.held) if (reservation.expiresAt <= now) this.held.delete(id);
  }
}
