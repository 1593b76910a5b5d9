import type { TimelineEntry, TimelineKind, TimelineSource, TimelineState } from '../../model/timeline';

/** A fact as one source tells it, before facts that several sources tell are put together. */
export interface Draft {
  /** Unique among the facts of its source, the same as long as the fact is. */
  readonly key: string;
  readonly kind: TimelineKind;
  readonly state: TimelineState;
  readonly text: string;
  readonly detail?: string;
  /** The time as written. */
  readonly written?: string;
  readonly by?: string;
  readonly task?: string;
  readonly place?: TimelineEntry['place'];
  readonly commit?: string;
  readonly source: TimelineSource;
  /**
   * What another source would call the same fact; those with one name that stand close together in time are one. See
   * `mergedEntries`.
   */
  readonly same?: string;
}

const longestText = 300;

/** One line, without control characters, cut where it is too long for a list. */
export function line(text: string): string {
  // A text may have megabytes: cut before it is looked at.
  const one = text
    .slice(0, 4 * longestText)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (one.length <= longestText) return one;
  return `${[...one]
    .slice(0, longestText - 1)
    .join('')
    .trimEnd()}…`;
}

export type Loose = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

/** The first of these own fields that holds a text or a number, as one line. */
export function wordIn(record: Loose | undefined, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const value = record && Object.hasOwn(record, key) ? record[key] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return line(value);
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  }
  return undefined;
}

/** Without the fields that are undefined. */
export function known<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
