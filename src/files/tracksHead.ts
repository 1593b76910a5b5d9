import { markerOf, type Marker } from '../model/marker';

/** What the first line of an entry in tracks.md says about the track (FORMATS §11, track-head-A to F). */
export interface TrackHead {
  readonly id?: string;
  readonly name?: string;
  /** True when the text itself says that it is a track: "Track:", an id with a date, a back-ticked or bold id. */
  readonly saysTrack: boolean;
  /** Links in it, as written. */
  readonly links: readonly string[];
  /** "— Archived 2026-05-03". */
  readonly archived: boolean;
  /** It ends with "Link:", and the link stands on the next line. */
  readonly linkFollows: boolean;
}

/** A box at the start of a text: `[x]`, also without a space behind; not the label of a link. */
export const boxAtStart = /^\[([^[\]\r\n]?)\](?![([])/u;

/** Status by emoji, where no box is. */
export const emojiMarkers: readonly (readonly [RegExp, Marker])[] = [
  [/^(?:✅|☑️?|✔️?)/u, 'done'],
  [/^(?:🔄|🚧|🏗️?)/u, 'doing'],
  [/^(?:⛔|🚫|❌)/u, 'blocked'],
];

// One class each, nothing repeated inside a repetition: time stays linear in whatever somebody writes.
const leadingEmoji =
  /^[\p{Extended_Pictographic}\u{fe0f}\u{200d}][\s\p{Extended_Pictographic}\u{fe0f}\u{200d}]*/u;
const trailingEmoji = /[\s\p{Extended_Pictographic}\u{fe0f}\u{200d}]+$/u;
const word = String.raw`[\p{L}\p{N}]`;
const datedId = new RegExp(`^${word}(?:[\\p{L}\\p{N}._-]*${word})?_\\d{6,8}$`, 'u');
const slug = new RegExp(`^${word}+(?:[._-]+${word}+)+$`, 'u');

/** `name_20260131`: nobody writes that by accident. */
export function isDatedId(text: string): boolean {
  return text.length <= 200 && datedId.test(text);
}

/** Several words joined by `_` or `-`: an id if something else (bold, back-ticks) sets it apart. */
export function isSlug(text: string): boolean {
  return text.length <= 200 && /[_-]/.test(text) && slug.test(text) && !/\.[a-z]{1,4}$/i.test(text);
}

/** Reads the text behind bullet, hashes and box. */
export function readHead(written: string): TrackHead {
  const links = linksIn(written);
  // Longer heads are prose; the patterns below need not look at it, nor at long gaps.
  let text = written
    .slice(0, 2000)
    .replace(/\s{2,}/g, ' ')
    .replace(/<!--.*?-->/g, ' ')
    .replace(/\s*\[checkpoint:[^\]]*\]/gi, '')
    .trim();
  const linkField = /\s*[-–—]?\s*[*_]{0,2}Link[*_]{0,2}:.*$/i.exec(text);
  const linkFollows = linkField !== null && !linkField[0].includes('](');
  if (linkField) text = text.slice(0, linkField.index);
  const archivedTail = /\s*[—–-]+\s*Archived\b.*$/i.exec(text);
  if (archivedTail) text = text.slice(0, archivedTail.index);
  text = text.replace(leadingEmoji, '').replace(trailingEmoji, '');
  text = text.replace(/\s*\[[0-9a-f]{7,40}\]\s*$/i, '');

  let id: string | undefined;
  let saysTrack = false;
  const ticks = /\s*\(`([^`]+)`\)/.exec(text) ?? /^(?:\*\*)?`([^`]+)`(?:\*\*)?/.exec(text);
  if (ticks?.[1] && isSlug(ticks[1])) {
    id = ticks[1];
    saysTrack = true;
    text = (text.slice(0, ticks.index) + text.slice(ticks.index + ticks[0].length)).replace(
      /^\s*[:—–-]+\s*/,
      '',
    );
  }
  const suffix = /\s*\[([^[\]]+)\]$/.exec(unbold(text));
  const suffixId = suffix?.[1] && isSlug(suffix[1]) ? suffix[1] : undefined;

  const boldStart = /^\*\*([^*]+)\*\*/.exec(text)?.[1]?.trim();
  text = unbold(text);
  const label = /^Track(?:\s+([\w.]+))?\s*:\s*/i.exec(text);
  if (label) {
    saysTrack = true;
    text = text.slice(label[0].length).trim();
  }
  if (suffix && suffixId) {
    text = text.slice(0, text.length - suffix[0].length);
    saysTrack = true;
  }
  text = text.replace(/!?\[((?:[^[\]]){0,300})\]\([^)]*\)/g, '$1').trim();

  const prefix = /^(\S{3,200}?)(?:\s*:|\s+[—–-]+)?(?:\s+(.*))?$/s.exec(text);
  const prefixId = prefix?.[1];
  if (prefixId && (isDatedId(prefixId) || (boldStart === prefixId && isSlug(prefixId)))) {
    saysTrack = true;
    id ??= suffixId ?? prefixId;
    text = (prefix[2] ?? '').replace(/^[:—–-]+\s*/, '');
  }
  id ??= suffixId;
  const name = unbold(text)
    .replace(/^\(([^()]*)\)$/, '$1')
    .trim();
  return { id, name: name || id, saysTrack, links, archived: archivedTail !== null, linkFollows };
}

/** The text without bold marks. */
function unbold(text: string): string {
  return text.replace(/\*\*|__(?=\S)|(?<=\S)__/g, '').trim();
}

/** The marker that an emoji at the start gives. */
export function emojiMarker(text: string): Marker | undefined {
  return emojiMarkers.find(([pattern]) => pattern.test(text))?.[1];
}

/** The box at the start of a text: its marker and the offset of its character within the text. */
export function boxOf(
  text: string,
): { marker: Marker; at: number; length: number; whole: number } | undefined {
  const box = boxAtStart.exec(text);
  if (!box) return undefined;
  const character = box[1] ?? '';
  return { marker: markerOf(character), at: 1, length: character.length, whole: box[0].length };
}

// --- links ---

const link =
  /\[(?:[^[\]]|\[[^[\]]{0,100}\]){0,400}\]\((?:<([^<>\n]{0,500})>|((?:[^()\s]|\([^()\s]{0,100}\)){1,500}))(?:\s+"[^"]{0,200}")?\)/g;

/** Targets of Markdown links, as written, and of `link: "…"` in comments. Web addresses and anchors are no files. */
export function linksIn(text: string): string[] {
  if (!text.includes('](') && !text.includes('<!--')) return [];
  const targets = [...text.matchAll(link)].map((match) => match[1] ?? match[2] ?? '');
  for (const comment of text.matchAll(/<!--[^>]{0,500}?\blink:\s*"([^"]{1,300})"/g))
    targets.push(comment[1] ?? '');
  return targets.filter((target) => target !== '' && !/^(?:[a-z][a-z0-9+.-]+:|#)/i.test(target));
}

/** The first link of a line: its parts, and where it stands in it. */
export function linkAt(
  text: string,
): { label: string; target: string; start: number; end: number } | undefined {
  const match = text.matchAll(link).next().value;
  if (!match) return undefined;
  const target = match[1] ?? match[2] ?? '';
  const label = match[0].slice(1, match[0].lastIndexOf(`](`));
  return { label, target, start: match.index, end: match.index + match[0].length };
}

/** The last folder of a link's target: what the track's folder should be called. */
export function idOfLink(target: string): string | undefined {
  const path = (target.split(/[?#]/)[0] ?? '').replace(/\\/g, '/').replace(/\/+$/, '');
  const parts = path.split('/');
  if (/\.(?:md|markdown|json)$/i.test(parts.at(-1) ?? '')) parts.pop();
  const last = parts.at(-1) ?? '';
  if (/^(?:|\.{1,2}|tracks|_?archived?|\.?conductor)$/i.test(last)) return undefined;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** True if the target lies below a folder of tracks. */
export function isTrackLink(target: string): boolean {
  return /(?:^|\/)(?:tracks|_?archived?)\/[^/]/i.test(target) && idOfLink(target) !== undefined;
}

/** True if the target lies below a folder of archived tracks. */
export function isArchiveLink(target: string): boolean {
  return /(?:^|\/)_?archived?\//i.test(target);
}
