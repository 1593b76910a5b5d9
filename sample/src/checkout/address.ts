import type { Country } from '../shipping/rates';

export interface Address {
  readonly name: string;
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: Country;
}

const postcodes: Readonly<Record<Country, RegExp>> = {
  DE: /^\d{5}$/,
  NL: /^\d{4} ?[A-Z]{2}$/i,
  DK: /^\d{4}$/,
  NO: /^\d{4}$/,
};

/** Messages by field, for the form to show beside it. Empty when the address can be shipped to. */
export function addressErrors(address: Address): Partial<Record<keyof Address, string>> {
  const errors: Partial<Record<keyof Address, string>> = {};
  if (address.name.trim() === '') errors.name = 'Who shall we send it to?';
  if (!/\d/.test(address.street)) errors.street = 'The street needs a house number.';
  if (!postcodes[address.country].test(address.postcode.trim())) {
    errors.postcode = `That is not a postcode in ${address.country}.`;
  }
  if (address.city.trim() === '') errors.city = 'Which town?';
  return errors;
}
