import { mkdirSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../../src/store/lock';

/** Takes the lock of each file that it is told, and answers whether anybody else held it at the same time. */
process.on('message', (file: string) => {
  void withLock(file, { waitMs: 30_000 }, async () => {
    try {
      mkdirSync(`${file}.held`);
    } catch {
      return false;
    }
    await sleep(3);
    rmdirSync(`${file}.held`);
    return true;
  }).then((wasAlone) => process.send?.(wasAlone));
});
process.send?.('ready');
