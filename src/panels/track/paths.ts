/** The last part of a path, of any system. */
export function fileName(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? path
  );
}

/** "plan.md:47" */
export function placeName({ file, line }: { readonly file: string; readonly line?: number }): string {
  return line === undefined ? fileName(file) : `${fileName(file)}:${String(line)}`;
}

/** A path made of parts, with the separator that its first part uses. */
export function join(first: string, ...rest: readonly string[]): string {
  return [first, ...rest].join(first.includes('\\') ? '\\' : '/');
}
