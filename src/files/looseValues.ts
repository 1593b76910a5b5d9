import { shallowEnough } from './jsonText';

/** Readers for parsed JSON of which nothing is certain. Each gives undefined (or nothing) for what it cannot use. */

export type Loose = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

/** Own property only: `__proto__`, `constructor` and the like never come from a prototype. */
export function field(record: Loose | undefined, key: string): unknown {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The first of `keys` that holds a text that is not empty. Numbers and truth values are read as text. */
export function textField(record: Loose | undefined, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const text = textOf(field(record, key));
    if (text !== undefined) return text;
  }
  return undefined;
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}

/** A finite number, also when it is written as text. */
export function numberField(record: Loose | undefined, ...keys: string[]): number | undefined {
  for (const key of keys) {
    const value = field(record, key);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
  }
  return undefined;
}

/** A count: a whole number that is not negative. */
export function countField(record: Loose | undefined, ...keys: string[]): number | undefined {
  const number = numberField(record, ...keys);
  return number !== undefined && number >= 0 ? Math.trunc(number) : undefined;
}

export function booleanField(record: Loose | undefined, ...keys: string[]): boolean | undefined {
  for (const key of keys) {
    const value = field(record, key);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|yes)$/i.test(value.trim())) return true;
    if (typeof value === 'string' && /^(false|no)$/i.test(value.trim())) return false;
  }
  return undefined;
}

/** A moment as text; epoch seconds and milliseconds become ISO. */
export function timeField(record: Loose | undefined, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const value = field(record, key);
    if (typeof value === 'number') {
      const date = new Date(Math.abs(value) < 1e11 ? value * 1000 : value);
      if (!Number.isNaN(date.getTime())) return date.toISOString();
    }
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

/** Members of an array, values of an object, or the one thing itself; nothing for null, undefined and "none". */
export function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  const record = recordOf(value);
  if (record) return Object.values(record);
  if (value === null || value === undefined || typeof value === 'boolean') return [];
  return typeof value === 'string' && /^\s*(none|n\/a|-)?\s*$/i.test(value) ? [] : [value];
}

/** Texts of a list whose members are texts or objects; an object gives the first of `keys` it has, else its JSON. */
export function textsOf(value: unknown, ...keys: string[]): readonly string[] {
  return itemsOf(value).flatMap((item) => {
    const record = recordOf(item);
    const text = record ? (textField(record, ...keys) ?? jsonOf(record)) : textOf(item);
    return text === undefined ? [] : [text];
  });
}

/** JSON of what has no better words. */
export function jsonOf(value: Loose): string {
  return shallowEnough(() => JSON.stringify(value)) ?? '{…}';
}
