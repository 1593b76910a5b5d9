/** Files above this are not parsed and not changed: 5 MB. The largest real plan.md known has 0.2 MB. */
export const largestFile = 5 * 1024 * 1024;

/** A size for a person: "5 MB", "0.3 MB". */
export function megabytes(bytes: number): string {
  return `${Number((bytes / (1024 * 1024)).toFixed(1))} MB`;
}
