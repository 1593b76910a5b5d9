import { PaymentDeclined, type Charge, type Payment, type PaymentPort } from './port';

/** The few things of the provider's HTTP interface that we use. */
export interface CardGateway {
  post(path: string, body: object, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: unknown }>;
}

export class CardPayments implements PaymentPort {
  constructor(private readonly gateway: CardGateway) {}

  async charge(charge: Charge): Promise<Payment> {
    const answer = await this.gateway.post(
      '/v1/charges',
      { amount: charge.amount.cents, currency: charge.amount.currency },
      { 'Idempotency-Key': charge.idempotencyKey },
    );
    const body = answer.body as { id?: string; status?: string; decline_code?: string };
    if (answer.status === 402) {
      const reason = body.decline_code;
      throw new PaymentDeclined(reason === 'insufficient_funds' || reason === 'expired_card' ? reason : 'refused');
    }
    if (answer.status !== 200 || !body.id) throw new Error(`The payment provider answered ${answer.status}.`);
    return { id: body.id, status: body.status === 'succeeded' ? 'captured' : 'pending' };
  }
}
