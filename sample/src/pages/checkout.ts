import type { CheckoutSession } from '../checkout/session';
import { addressErrors } from '../checkout/address';
import { totalsOf } from '../checkout/totals';
import { addressForm } from '../components/addressForm';
import { format } from '../money';
import { escapeHtml } from './escapeHtml';

/** The whole checkout on one page: contact, address, payment, summary. */
export function checkoutPage(session: CheckoutSession): string {
  const country = session.address?.country ?? 'DE';
  const totals = totalsOf(session.cart, country);
  const lines = session.cart.lines
    .map((line) => `<li>${line.quantity} × ${escapeHtml(line.product.name)}</li>`)
    .join('');
  return `<main class="checkout">
  <section aria-labelledby="address"><h2 id="address">Address</h2>
    ${addressForm(session.address ?? {}, session.address ? addressErrors(session.address) : {})}
  </section>
  <aside aria-labelledby="summary"><h2 id="summary">Summary</h2>
    <ul>${lines}</ul>
    <p>Shipping ${format(totals.shipping)}</p>
    <p><strong>Total ${format(totals.total)}</strong> (includes ${format(totals.includedTax)} tax)</p>
  </aside>
</main>`;
}
