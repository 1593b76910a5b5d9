/** Fields of JSON that nobody has read yet. */
export function recordIn(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  const found = isRecord(value) ? value[key] : undefined;
  return isRecord(found) ? found : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these that is a count. */
export function numberIn(value: unknown, ...keys: readonly string[]): number | undefined {
  if (!isRecord(value)) return undefined;
  return keys
    .map((key) => value[key])
    .find((found): found is number => typeof found === 'number' && Number.isFinite(found) && found >= 0);
}

export function textIn(value: unknown, ...keys: readonly string[]): string | undefined {
  if (!isRecord(value)) return undefined;
  return keys
    .map((key) => value[key])
    .find((found): found is string => typeof found === 'string' && found.trim() !== '');
}
