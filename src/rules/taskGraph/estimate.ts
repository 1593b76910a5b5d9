/** A working day and week, for estimates in days and weeks. */
const minutesOf: Readonly<Record<string, number>> = { m: 1, h: 60, d: 8 * 60, w: 40 * 60 };

const piece =
  /(\d+(?:[.,]\d+)?)\s*(?:(?:-|–|to)\s*(\d+(?:[.,]\d+)?)\s*)?(minutes?|mins?|hours?|hrs?|days?|weeks?|m|h|d|w)(?![a-z])/gi;

/**
 * Minutes of work in an `estimated_duration` ("30m", "1h 30m", "1.5 hours", "2-3h", "2 days"). A day has 8 working
 * hours, a week 5 days, a number alone is minutes, and of a range the larger end counts. Undefined when it says nothing
 * of the kind.
 */
export function estimateMinutes(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const text = written.trim().slice(0, 100);
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  let minutes: number | undefined;
  for (const [, low = '', high, unit = ''] of text.matchAll(piece)) {
    const count = Number((high ?? low).replace(',', '.'));
    minutes = (minutes ?? 0) + count * minutesOf[unit[0]!.toLowerCase()]!;
  }
  return minutes;
}
