import { euros, type Money } from './money';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly weightGrams: number;
  readonly material: 'hemp' | 'brass' | 'enamel' | 'paper' | 'oak';
  readonly tags: readonly string[];
}

export const products: readonly Product[] = [
  { sku: 'ROPE-12', name: 'Hemp rope, 12 mm, 10 m', price: euros(2490), weightGrams: 1100, material: 'hemp', tags: ['deck', 'rope'] },
  { sku: 'LAMP-01', name: 'Brass cabin lamp', price: euros(8900), weightGrams: 2300, material: 'brass', tags: ['cabin', 'light'] },
  { sku: 'MUG-BLU', name: 'Enamel mug, blue', price: euros(1250), weightGrams: 240, material: 'enamel', tags: ['galley'] },
  { sku: 'MUG-WHT', name: 'Enamel mug, white', price: euros(1250), weightGrams: 240, material: 'enamel', tags: ['galley'] },
  { sku: 'CHART-NS', name: 'North Sea chart, printed 1968', price: euros(4500), weightGrams: 180, material: 'paper', tags: ['cabin', 'wall'] },
  { sku: 'TRAY-OAK', name: 'Oak serving tray', price: euros(5600), weightGrams: 1900, material: 'oak', tags: ['galley', 'wood'] },
];

export function findProduct(sku: string): Product | undefined {
  return products.find((product) => product.sku === sku);
}
