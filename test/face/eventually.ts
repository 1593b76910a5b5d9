/**
 * Repeats an assertion until it holds, and throws its last error when it does not within the limit. For what becomes true
 * by itself: a row that appears, a file that is written. Give assert.ok a message in here: without one Node parses the whole
 * source for the words of the assertion, at each try, which takes minutes with what tsx makes of a file.
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
