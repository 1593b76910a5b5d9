import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of work, in ms, before the event loop gets its turn: an extension host must stay responsive. */
const stretchMs = 8;

/** Lets the rest of the process breathe during long work. */
export class Pace {
  #since = performance.now();

  /** Call often. Throws the signal's reason when aborted. */
  async breathe(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (performance.now() - this.#since < stretchMs) return;
    await nextTurn();
    this.#since = performance.now();
    signal?.throwIfAborted();
  }
}

/** Results of `work` in the order of `items`, at most `limit` at a time. The first failure ends it. */
export async function concurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      // Within bounds by the loop's condition; an array may hold undefined itself.
      results[index] = await work(item as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** How many files and folders are read at a time. */
export const readsAtOnce = 16;
