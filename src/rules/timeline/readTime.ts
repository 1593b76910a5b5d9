import type { TimeDoubt } from '../../model/timeline';

export interface ReadTime {
  /** Epoch ms; of a day its beginning in UTC. */
  readonly at?: number;
  readonly dayOnly: boolean;
  readonly doubt?: TimeDoubt;
}

const form =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** Clocks of different machines differ by this much, ms. */
const clockSkew = 5 * 60_000;
const longAgo = Date.UTC(2000, 0, 1);

/**
 * A time as agents and programs write it: ISO 8601, with microseconds, with a space for the T, a day alone. Never the
 * machine's own zone: a time without one is UTC, as the programs of spec 003 write it, and is said to be without.
 * @param now epoch ms
 */
export function readTime(written: string | undefined, now: number): ReadTime {
  const text = written?.trim() ?? '';
  if (text === '') return { dayOnly: false, doubt: 'undated' };
  const match = form.exec(text);
  if (!match) return { dayOnly: false, doubt: 'unreadable' };
  const [, year, month, day, hour, minute = '0', second = '0', fraction = '', zone] = match;
  const dayOnly = hour === undefined;
  const [y, m, d, h, min, s] = [year, month, day, hour ?? '0', minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(y, m - 1, d);
  // 24:00 and leap seconds aside, what rolls over (30 February) is no time.
  if (date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d || h > 24 || min > 59 || s > 60) {
    return { dayOnly: false, doubt: 'unreadable' };
  }
  date.setUTCHours(h, min, s, Number(fraction.slice(0, 3).padEnd(3, '0')));
  const at = date.getTime() - (dayOnly ? 0 : offsetOf(zone));
  const doubt = doubtOf(at, dayOnly, zone, now);
  return { at, dayOnly, ...(doubt ? { doubt } : {}) };
}

function doubtOf(at: number, dayOnly: boolean, zone: string | undefined, now: number): TimeDoubt | undefined {
  if (at < longAgo) return 'longAgo';
  // Somewhere it is tomorrow already.
  if (at > now + (dayOnly ? 14 * 3_600_000 : clockSkew)) return 'future';
  return dayOnly || zone !== undefined ? undefined : 'noZone';
}

/** ms to take away for UTC. */
function offsetOf(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '');
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? '0');
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000;
}
