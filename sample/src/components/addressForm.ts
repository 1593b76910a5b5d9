import type { Address } from '../checkout/address';
import { escapeHtml } from '../pages/escapeHtml';

const fields: readonly { key: keyof Address; label: string; autocomplete: string }[] = [
  { key: 'name', label: 'Name', autocomplete: 'shipping name' },
  { key: 'street', label: 'Street and number', autocomplete: 'shipping street-address' },
  { key: 'postcode', label: 'Postcode', autocomplete: 'shipping postal-code' },
  { key: 'city', label: 'Town', autocomplete: 'shipping address-level2' },
];

export function addressForm(values: Partial<Address>, errors: Partial<Record<keyof Address, string>>): string {
  return fields
    .map(({ key, label, autocomplete }) => {
      const error = errors[key];
      const describedBy = error ? ` aria-invalid="true" aria-describedby="${key}-error"` : '';
      return [
        `<label for="${key}">${label}</label>`,
        `<input id="${key}" name="${key}" autocomplete="${autocomplete}" value="${escapeHtml(values[key] ?? '')}"${describedBy}>`,
        error ? `<p id="${key}-error" class="error">${escapeHtml(error)}</p>` : '',
      ].join('\n');
    })
    .join('\n');
}
