/** What rows need of VS Code, in its place: words as they are written in the source. */
export const l10n = {
  t: (text: string, ...values: (string | number | boolean)[]): string =>
    text.replace(/\{(\d+)\}/g, (whole, at: string) => String(values[Number(at)] ?? whole)),
};
