/** The last part of a path, of any system. */
export function fileName(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? path
  );
}

/** A path made of parts, with the separator that its first part uses. */
export function join(first: string, ...rest: readonly string[]): string {
  return [first, ...rest].join(first.includes('\\') ? '\\' : '/');
}
