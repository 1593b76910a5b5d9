/**
 * Repeats an assertion until it holds, and throws its last error when it does not within the limit. For what becomes true
 * by itself: a row that appears, a file that is written.
 */
export async function eventually<T>(assertion: () => T | Promise<T>, limitMs = 10_000): Promise<T> {
  const giveUp = Date.now() + limitMs;
  for (;;) {
    try {
      return await assertion();
    } catch (e) {
      if (Date.now() > giveUp) throw e;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
