/** How the panel words moments and spans: in the person's own form, without guessing at what is no time. */
export interface TimeWords {
  /** Now, epoch ms. */
  readonly now: number;
  /** BCP 47; the machine's own by default. */
  readonly locale?: string;
  readonly timeZone?: string;
}

/** Epoch ms of a written time; undefined when it is none. */
export function timeOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const time = Date.parse(written);
  return Number.isNaN(time) ? undefined : time;
}

/** True for "2026-10-19": it has no hour that could be told. */
function isDay(written: string | undefined): boolean {
  return written !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(written.trim());
}

/** "22 Sep, 13:58", with the year when it is not this one; as written when it is no time. */
export function moment(written: string, words: TimeWords): string {
  const time = timeOf(written);
  if (time === undefined) return written;
  return isDay(written) ? dayOf(time, words, 'UTC') : `${dayOf(time, words)} ${clockOf(time, words)}`;
}

/** "22 Sep" */
export function dayOf(time: number, words: TimeWords, timeZone = words.timeZone): string {
  const sameYear = new Date(time).getUTCFullYear() === new Date(words.now).getUTCFullYear();
  return formatOf(words, sameYear ? 'day' : 'dayOfYear', timeZone).format(time);
}

/** "13:58" */
export function clockOf(time: number, words: TimeWords): string {
  return formatOf(words, 'clock', words.timeZone).format(time);
}

const forms = {
  day: { day: 'numeric', month: 'short' },
  dayOfYear: { day: 'numeric', month: 'short', year: 'numeric' },
  clock: { hour: '2-digit', minute: '2-digit', hour12: false },
} as const;

/** Making a format costs a hundred times what using it does. */
const formats = new WeakMap<TimeWords, Map<string, Intl.DateTimeFormat>>();

function formatOf(words: TimeWords, form: keyof typeof forms, timeZone?: string): Intl.DateTimeFormat {
  const known = formats.get(words) ?? new Map<string, Intl.DateTimeFormat>();
  formats.set(words, known);
  const key = `${form} ${timeZone ?? ''}`;
  let format = known.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(words.locale, {
      ...forms[form],
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    known.set(key, format);
  }
  return format;
}

/** "14 min", "2 h 5 min", "18 days"; undefined when an end is missing or comes before its start. */
export function spanOf(from: number | undefined, to: number | undefined): string | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  const minutes = Math.round((to - from) / 60_000);
  if (minutes < 1) return 'under 1 min';
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return minutes % 60 === 0 ? `${String(hours)} h` : `${String(hours)} h ${String(minutes % 60)} min`;
  const days = Math.round(minutes / 1440);
  return days === 1 ? '1 day' : `${String(days)} days`;
}
