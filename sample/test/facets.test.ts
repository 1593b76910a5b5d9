import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../src/catalog';
import { facetsOf } from '../src/search/facets';

test('a facet counts what the other choices leave', () => {
  const facets = facetsOf(products, { tag: 'galley', material: 'enamel' });
  assert.deepEqual(facets.material, { enamel: 2, oak: 1 });
  assert.deepEqual(facets.tag, { galley: 2 });
});
