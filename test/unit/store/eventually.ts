import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with what `look` finds once that is neither undefined nor false; fails when it never does. */
export async function eventually<T>(
  look: () => T | undefined | false,
  describe: () => string = () => '',
): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`It never came to that. ${describe()}`);
    await sleep(5);
  }
}
