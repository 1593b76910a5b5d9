import type { Product } from '../catalog';

export interface FacetFilter {
  readonly material?: Product['material'];
  readonly tag?: string;
  readonly maxPriceCents?: number;
}

export interface Facets {
  readonly material: Readonly<Record<string, number>>;
  readonly tag: Readonly<Record<string, number>>;
}

export function matches(product: Product, filter: FacetFilter): boolean {
  return (
    (filter.material === undefined || product.material === filter.material) &&
    (filter.tag === undefined || product.tags.includes(filter.tag)) &&
    (filter.maxPriceCents === undefined || product.price.cents <= filter.maxPriceCents)
  );
}

/** How many products each choice would leave, given the other choices. The facet's own choice does not narrow its own counts. */
export function facetsOf(products: readonly Product[], filter: FacetFilter): Facets {
  const material: Record<string, number> = {};
  const tag: Record<string, number> = {};
  for (const product of products) {
    if (matches(product, { ...filter, material: undefined })) material[product.material] = (material[product.material] ?? 0) + 1;
    if (matches(product, { ...filter, tag: undefined })) for (const name of product.tags) tag[name] = (tag[name] ?? 0) + 1;
  }
  return { material, tag };
}
