// A worker that posts: `node postingWorker.js NUMBER LINES_A_SECOND QUEUE`, until it is stopped or left alone.
import { appendFileSync } from 'node:fs';
import { messageLine } from './messageLine';

const [number, rate, queue = ''] = process.argv.slice(2);
let n = 1_000_000;
const from = performance.now();
process.on('disconnect', () => process.exit());
process.send?.('ready');
// By the clock, so that a timer that comes late posts what is due.
setInterval(
  () => {
    for (const due = 1_000_000 + ((performance.now() - from) / 1_000) * Number(rate); n < due; n++) {
      appendFileSync(queue, messageLine(n, Number(number)));
    }
  },
  Math.max(20, 1_000 / Number(rate)),
);
