import type { Evidence } from '../../model/gate';
import type { ShownEvidence } from '../../shared/gateModel';
import { short } from './texts';

const commitForm = /^[0-9a-f]{7,40}$/i;
/** "src/service.ts:88", "./form.tsx#L21": one path, with its line. */
const pathForm =
  /^(?:\.{1,2}\/)?((?:[\w@()[\]-][\w@()[\] .-]*\/)*[\w@()[\]-][\w@()[\]-]*\.[\w]{1,12})(?::(\d{1,9})|#L(\d{1,9}))?$/;

/**
 * A piece of evidence with its way there. `base` is the folder that holds the conductor directory: what a person or an
 * agent wrote names its files from there. What is no path of one file stays a text.
 */
export function shownEvidence(evidence: Evidence, base: string): ShownEvidence {
  const { file, line, how } = evidence;
  const note = evidence.note === undefined ? {} : { note: short(evidence.note, 300) };
  const byHand = how === 'byHand' ? ({ how: 'byHand' } as const) : ({ how: 'read' } as const);
  if (file === undefined) {
    return evidence.note !== undefined && how === 'read'
      ? { text: short(evidence.note, 300), how: 'read' }
      : { text: '', ...byHand, ...note };
  }
  if (isAbsolute(file)) {
    return {
      text: `${baseName(file)}${line === undefined ? '' : `:${String(line)}`}`,
      place: { file, ...(line === undefined ? {} : { line }) },
      ...byHand,
      ...note,
    };
  }
  const written = file.trim();
  if (commitForm.test(written)) return { text: written.slice(0, 12), commit: written, ...byHand, ...note };
  const path = pathForm.exec(written);
  if (path?.[1] !== undefined) {
    const at = line ?? Number(path[2] ?? path[3] ?? 0);
    return {
      text: `${baseName(path[1])}${at > 0 ? `:${String(at)}` : ''}`,
      place: { file: `${base.replace(/[/\\]$/, '')}/${path[1]}`, ...(at > 0 ? { line: at } : {}) },
      ...byHand,
      ...note,
    };
  }
  return { text: short(written, 300), ...byHand, ...note };
}

/** Evidence that says the same twice is shown once. */
export function shownEvidences(evidence: readonly Evidence[], base: string): ShownEvidence[] {
  const shown = new Map<string, ShownEvidence>();
  for (const piece of evidence.slice(0, 20)) {
    const one = shownEvidence(piece, base);
    const key = `${one.how} ${one.place?.file ?? ''} ${one.text}`;
    if (!shown.has(key)) shown.set(key, one);
  }
  return [...shown.values()];
}

export function isAbsolute(file: string): boolean {
  return file.startsWith('/') || /^[a-z]:[\\/]/i.test(file);
}

export function baseName(file: string): string {
  return short(file.split(/[\\/]/).at(-1) ?? file, 120);
}
