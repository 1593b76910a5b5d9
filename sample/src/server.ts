import { createServer } from 'node:http';
import { addToCart, emptyCart } from './cart';
import { products } from './catalog';
import { CheckoutSessions } from './checkout/session';
import { checkoutPage } from './pages/checkout';
import { facetsOf, matches } from './search/facets';

const sessions = new CheckoutSessions();
const port = Number(process.env.PORT ?? 8099);

createServer((request, response) => {
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  if (url.pathname === '/products.json') {
    const filter = { tag: url.searchParams.get('tag') ?? undefined };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ products: products.filter((p) => matches(p, filter)), facets: facetsOf(products, filter) }));
    return;
  }
  if (url.pathname === '/checkout') {
    const session = sessions.start(addToCart(emptyCart, url.searchParams.get('sku') ?? 'MUG-BLU'));
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Harbor Goods</title>${checkoutPage(session)}`);
    return;
  }
  response.statusCode = 404;
  response.end('Nothing here.');
}).listen(port, '127.0.0.1', () => console.log(`Harbor Goods on http://127.0.0.1:${port}`));
