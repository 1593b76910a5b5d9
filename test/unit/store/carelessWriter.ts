/**
 * The careless writer of races.test.ts: knows no lock, reads the plan, counts on in a line of its own, and writes
 * everything back, now in place (truncate and write), now by rename. It does so within `fastMs` of its read, as a
 * program does that changes a file in one go. Prints a line of JSON for each write; ends when its input ends.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CarelessWrite } from './raceRounds';

const [file = '', fastMs = '10'] = process.argv.slice(2);

const microseconds = (): number => Number(process.hrtime.bigint() / 1000n);

async function work(): Promise<void> {
  let running = true;
  let written = 0;
  process.stdin.on('end', () => (running = false)).resume();
  while (running) {
    const from = microseconds();
    const text = readFileSync(file, 'utf8');
    const found = Number(/- careless (\d+)\n$/.exec(text)?.[1]);
    const changed = text.replace(/(- careless )\d+(\n)$/, `$1${written + 1}$2`);
    const inPlace = written % 2 === 1;
    // The processor may have been with others since the read.
    if (!Number.isNaN(found) && microseconds() - from < Number(fastMs) * 1_000) {
      if (inPlace) writeFileSync(file, changed);
      else {
        writeFileSync(`${file}.careless`, changed);
        renameSync(`${file}.careless`, file);
      }
      const write: CarelessWrite = {
        n: written + 1,
        found,
        expected: written,
        inPlace,
        from,
        to: microseconds(),
      };
      written++;
      console.log(JSON.stringify(write));
    }
    await sleep(5 + Math.random() * 20);
  }
}

void work();
