import type { Marker } from '../model/marker';
import type { TextRange } from '../model/plan';
import { boxOf, isTrackLink, linksIn } from './tracksHead';
import { headingOf, itemOf, type TracksLine } from './tracksLines';

/** What the lines below the first one of an entry say. */
export interface TracksFields {
  /** Target of the line that names the folder or a document. */
  readonly link?: string;
  /** All targets, as written, in order. */
  readonly links: readonly string[];
  /** Targets on check-box lines below a heading: those of other tracks, or of the plan. */
  readonly boxLinks: readonly string[];
  readonly status?: string;
  readonly statusRange?: TextRange;
  /** The box of a Status field. */
  readonly marker?: { readonly marker: Marker; readonly markerRange: TextRange };
  readonly progress?: string;
  readonly title?: string;
}

/** Where a field may stand: at the start of a line, behind a bullet, or behind a pipe. */
const fieldStart = String.raw`(?:^\s*(?:[-*+]\s+)?|\|\s*)[*_]{0,3}`;
const fieldEnd = String.raw`(?:[*_]{1,3}\s*:|:[*_]{0,3})[ \t]*`;
const linkField = new RegExp(
  `${fieldStart}(?:Link|Folder|Spec|Plan|Path|Directory|Location)${fieldEnd}`,
  'i',
);
const statusField = new RegExp(`${fieldStart}Status${fieldEnd}`, 'i');
const progressField = new RegExp(`${fieldStart}Progress${fieldEnd}`, 'i');
const titleField = new RegExp(`${fieldStart}(?:Title|Name)${fieldEnd}`, 'i');

/** True for a line that names the folder or a document of a track. */
export function isLinkLine(line: string): boolean {
  return linkField.test(line);
}

/**
 * Fields in the lines of an entry, its first one left out. Below a heading, what follows the first check box or a
 * further heading is about something else. `linkFollows`: the first line ended with "Link:".
 */
export function fieldsOf(
  lines: readonly TracksLine[],
  below: 'heading' | 'list',
  linkFollows = false,
): TracksFields {
  const fields: { -readonly [K in keyof TracksFields]: TracksFields[K] } = { links: [], boxLinks: [] };
  const links: string[] = [];
  const boxLinks: string[] = [];
  let inTasks = false;
  for (const line of lines) {
    if (line.kind !== 'text') continue;
    if (below === 'heading' && headingOf(line.text)) break;
    const found = linksIn(line.text);
    inTasks ||= below === 'heading' && boxOf(itemOf(line.text)?.content ?? '') !== undefined;
    if (inTasks) {
      for (const target of found) boxLinks.push(target);
      continue;
    }
    for (const target of found) links.push(target);
    const named = linkField.exec(line.text);
    if (named && found.length === 0) {
      const path = plainPath(line.text.slice(named.index + named[0].length));
      if (path !== undefined) links.push(path);
      fields.link ??= path;
    } else if (named || linkFollows) {
      fields.link ??= found[0];
    }
    if (fields.status === undefined && !fields.marker) Object.assign(fields, statusIn(line));
    fields.progress ??= valueOf(line.text, progressField)?.text;
    fields.title ??= valueOf(line.text, titleField)?.text;
  }
  return { ...fields, links, boxLinks };
}

function statusIn(line: TracksLine): Pick<TracksFields, 'status' | 'statusRange' | 'marker'> {
  const value = valueOf(line.text, statusField);
  if (!value) return {};
  const start = line.start + value.at;
  const box = boxOf(value.text);
  if (!box) return { status: value.text, statusRange: { start, end: start + value.text.length } };
  const at = start + box.at;
  return { marker: { marker: box.marker, markerRange: { start: at, end: at + box.length } } };
}

/** The value of a field: up to a pipe or the end of the line, without emphasis that closes behind it. */
function valueOf(line: string, field: RegExp): { text: string; at: number } | undefined {
  const found = field.exec(line);
  if (!found) return undefined;
  const at = found.index + found[0].length;
  const pipe = line.indexOf('|', at);
  let end = pipe < 0 ? line.length : pipe;
  while (end > at && /[\s*_]/.test(line[end - 1] ?? '')) end--;
  return end > at ? { text: line.slice(at, end), at } : undefined;
}

/** A path that is written without being a link. */
function plainPath(value: string): string | undefined {
  const path = /^`?([^\s`*]{1,500})/.exec(value.trim())?.[1]?.replace(/_{1,2}$/, '');
  return path !== undefined && isTrackLink(path) ? path : undefined;
}
