/** Lets callers of this process have their turn one after another, by key, in the order in which they asked. */
export class Turns {
  /** End of the last turn that was given out. */
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` once everybody who asked for `key` earlier has had their turn, however that ended. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work);
    // The next in line waits for the end of this turn, whichever it is; its failure is this caller's alone.
    const ended = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, ended);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}
