/** A time in which an agent waited for the answer of a person; without `to` it still does. ISO. */
export interface Wait {
  readonly from: string;
  readonly to?: string;
}

/** It waits from here on; one that waits already goes on waiting. */
export function waitingFrom(waits: readonly Wait[], at: string): readonly Wait[] {
  return isWaiting(waits) ? waits : [...waits, { from: at }];
}

/** It waits no more. */
export function waitedUntil(waits: readonly Wait[], at: string): readonly Wait[] {
  return isWaiting(waits) ? waits.map((wait) => ({ to: at, ...wait })) : waits;
}

export function isWaiting(waits: readonly Wait[]): boolean {
  return waits.some(({ to }) => to === undefined);
}

/** The same after a time that counts against nobody: the computer slept, or no loop ran. */
export function laterWaits(waits: readonly Wait[], ms: number): readonly Wait[] {
  return waits.map(({ from, to }) => ({
    from: later(from, ms),
    ...(to === undefined ? {} : { to: later(to, ms) }),
  }));
}

export function later(iso: string, ms: number): string {
  return new Date(Date.parse(iso) + ms).toISOString();
}

/**
 * What counts, in ms, of the time from `since` to `now`: not what was waited for a person. Waits of several agents may
 * overlap; `since` and `now` are epoch ms.
 */
export function workedMs(since: number, waits: readonly Wait[], now: number): number {
  const spans = waits
    .map(({ from, to }) => [Date.parse(from), to === undefined ? now : Date.parse(to)] as const)
    .sort(([a], [b]) => a - b);
  let worked = now - since;
  let counted = since;
  for (const [from, to] of spans) {
    const start = Math.max(from, counted);
    const end = Math.min(to, now);
    if (end <= start) continue;
    worked -= end - start;
    counted = end;
  }
  return worked;
}
