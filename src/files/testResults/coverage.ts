/** Percent that are covered; undefined when the counts make no sense or there is nothing to cover. */
export function percentOf(covered: number, total: number): number | undefined {
  if (!(total > 0) || !(covered >= 0) || covered > total) return undefined;
  return (covered / total) * 100;
}
