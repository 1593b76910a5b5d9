import type { TextEdit } from '../model/edit';
import { markerCharacter } from '../model/marker';
import { linkAt } from './tracksHead';
import { eolAt } from './textEdit';
import { markerForStatus } from './tracksStatus';
import { boxOf, idOfLink } from './tracksHead';
import { headingOf, isRule, itemOf } from './tracksLines';
import type { TrackEntry, TracksSection, TracksText } from './tracksText';

/** A track as tracks.md registers it. */
export interface NewTrackEntry {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** As metadata.json writes it: `new`, `in_progress`, … */
  readonly status: string;
  /** YYYY-MM-DD */
  readonly created: string;
  readonly priority?: string;
}

const noneYet = /^\s*(?:[-*+]\s+)?[*_(]*(?:none\b|no (?:active |current |open |completed )?tracks?\b)[^|]*$/i;
const activeSection = /\b(?:active|current|in.progress|ongoing)\b/i;
const finishedSection = /archiv|complet|\bdone\b|finished|legacy/i;

/** Edits that add a heading or list entry in the form, and at the end, of those that are there (FORMATS §11). */
export function newEntryEdits(read: TracksText, track: NewTrackEntry): TextEdit[] {
  const prose = read.entries.filter((entry) => entry.form === 'list' || entry.form === 'heading');
  const active = read.sections.find((s) => activeSection.test(s.name) && !finishedSection.test(s.name));
  const inActive = active ? prose.filter((e) => e.first > active.index && e.first < active.endIndex) : [];
  const open = prose.filter((entry) => !finishedSection.test(entry.section ?? ''));
  const model = inActive.at(-1) ?? open.findLast((e) => !e.archived) ?? open.at(-1);
  const anyModel = model ?? prose.findLast((e) => e.links.length > 0) ?? prose.at(-1);
  const eol = eolAt(read.text, 0);
  const entry = entryLines(read, anyModel, track).join(eol);
  if (active && inActive.length === 0) return intoSectionEdits(read, active, entry, eol);
  if (model) {
    const end = lineAt(read, model.last).end;
    return [{ start: end, end, text: gapBefore(read, model, prose, eol) + entry }];
  }
  return atEndEdits(read, entry, eol);
}

// --- where ---

function intoSectionEdits(read: TracksText, section: TracksSection, entry: string, eol: string): TextEdit[] {
  for (let i = section.index + 1; i < section.endIndex; i++) {
    const line = read.lines[i];
    if (!line || line.kind === 'blank') continue;
    if (!noneYet.test(line.text)) break;
    return [{ start: line.start, end: line.end, text: entry }];
  }
  const end = lineAt(read, section.index).end;
  return [{ start: end, end, text: `${eol}${eol}${entry}` }];
}

function atEndEdits(read: TracksText, entry: string, eol: string): TextEdit[] {
  const last = read.lines.findLast((line) => line.kind !== 'blank');
  const start = last?.end ?? 0;
  const separated = last === undefined || isRule(last.text);
  const gap = last === undefined ? '' : separated ? eol + eol : `${eol}${eol}---${eol}${eol}`;
  // A final line break that the file has stays the last thing in it.
  const final = read.text.slice(start) === '' ? eol : '';
  return [{ start, end: start, text: gap + entry + final }];
}

/** What stands between the entries of the file: nothing, an empty line, a rule. */
function gapBefore(read: TracksText, model: TrackEntry, prose: readonly TrackEntry[], eol: string): string {
  const previous = prose.findLast((e) => e.last < model.first && e.form === model.form);
  if (previous) {
    const gap = read.text.slice(lineAt(read, previous.last).end, lineAt(read, model.first).start);
    if (/^(?:\s|-{3,}|\*{3,}|_{3,})*$/.test(gap) && /[\r\n]/.test(gap)) return gap;
  }
  let above = model.first - 1;
  while (above >= 0 && read.lines[above]?.kind === 'blank') above--;
  if (isRule(read.lines[above]?.text ?? '')) return `${eol}${eol}---${eol}${eol}`;
  return model.form === 'list' && model.first === model.last ? eol : eol + eol;
}

// --- what ---

function entryLines(read: TracksText, model: TrackEntry | undefined, track: NewTrackEntry): string[] {
  const name = track.name;
  const box = `[${markerCharacter[markerForStatus(track.status) ?? 'todo']}]`;
  if (!model) {
    const target = `./tracks/${linkId(track.id)}/`;
    return [`- ${box} **Track: ${name}**`, `  *Link: [${target}](${target})*`];
  }
  const line = lineAt(read, model.first).text;
  const heading = headingOf(line);
  const list = itemOf(line);
  const bullet = heading ? `${'#'.repeat(heading.level)} ` : (list?.lead ?? '- ');
  const content = heading?.content ?? list?.content ?? line;
  const modelBox = boxOf(content);
  const head = modelBox ? content.slice(modelBox.whole).trimStart() : content;
  const hasBox = modelBox !== undefined || model.form === 'list';
  const target = targetLike(model, track.id);
  const inHead = head.includes('](') && !/Link[*_]{0,2}:/i.test(head);
  const title = inHead ? `[${linkLabel(name)}](${target})` : titleLike(head, model.id, track.id, name);
  const lines = [`${bullet}${hasBox ? `${box} ` : ''}${title}`];
  const linkLines = inHead ? [] : linkLinesLike(read, model, track.id, target);
  lines.push(...linkLines);
  const named = title.includes(track.id);
  if (linkLines.length === 0 && !inHead && (!named || model.links.length > 0)) {
    const indent = model.form === 'list' ? '  ' : '';
    const mark = /_Link:/.test(head) ? '_' : '*';
    lines.push(`${indent}${mark}Link: [${target}](${target})${mark}`);
  }
  if (!hasBox) lines.push(`**Status:** ${track.status}`);
  return lines;
}

/** The title in the manner of another entry's. */
function titleLike(head: string, modelId: string | undefined, id: string, name: string): string {
  if (/^\*\*Track:\*\*/i.test(head)) return `**Track:** ${name}`;
  if (/^\*\*Track\b[^*]*:/i.test(head)) return `**Track: ${name}**`;
  if (/^Track\b[^:]*:/i.test(head)) return `Track: ${name}`;
  if (modelId !== undefined) {
    const separator = head.includes(' — ') ? ' — ' : head.includes(' - ') ? ' - ' : ': ';
    if (head.startsWith(`**${modelId}**`)) return `**${id}**${separator}${name}`;
    if (head.startsWith(`\`${modelId}\``)) return `\`${id}\`${separator}${name}`;
    if (head.startsWith(modelId)) return `${id}${separator}${name}`;
    if (head.includes(`(\`${modelId}\`)`)) return `**${name}** (\`${id}\`)`;
  }
  return head.startsWith('**') ? `**${name}**` : `Track: ${name}`;
}

/** The lines of an entry that link its folder or documents, for another track. */
function linkLinesLike(read: TracksText, model: TrackEntry, id: string, target: string): string[] {
  const lines: string[] = [];
  for (let i = model.first + 1; i <= model.last && lines.length < 3; i++) {
    const text = lineAt(read, i).text;
    const found = linkAt(text);
    if (!found || !/^\s*(?:[-*+]\s+)?[*_]{0,2}[A-Za-z]+[*_]{0,2}\s*:/.test(text)) continue;
    if (model.id === undefined || idOfLink(found.target) !== model.id) continue;
    const own = targetLike({ ...model, links: [found.target] }, id);
    const label = found.label.includes('/') ? own : found.label === model.id ? linkLabel(id) : found.label;
    const after = /^[*_]{0,2}/.exec(text.slice(found.end))?.[0] ?? '';
    lines.push(`${text.slice(0, found.start)}[${label}](${own})${after}`);
    if (own === target && lines.length > 0 && /Link/i.test(text.slice(0, found.start))) break;
  }
  return lines;
}

/** A link target for the track in the manner of the entry's own: relative to the root or not, with or without slash. */
function targetLike(model: TrackEntry, id: string): string {
  const like = model.links.find((link) => model.id !== undefined && idOfLink(link) === model.id);
  const parts = /^(.*?\btracks\/|.*?\b_?archived?\/)(?:.*?)((?:\/[\w-]+\.(?:md|json))?\/?)$/i.exec(
    like ?? '',
  );
  const prefix = (parts?.[1] ?? './tracks/').replace(/_?archived?\/$/i, 'tracks/');
  const suffix = parts ? (parts[2] ?? '') : '/';
  return `${prefix}${linkId(id)}${suffix}`;
}

/** The id as it can stand in a link. */
export function linkId(id: string): string {
  return id.replace(
    /[\s()<>[\]#?%"\\*`|]/g,
    (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
}

function linkLabel(text: string): string {
  return text.replace(/[[\]]/g, (c) => (c === '[' ? '(' : ')'));
}

function lineAt(read: TracksText, index: number) {
  const line = read.lines[index];
  if (!line) throw new RangeError(`no line ${index}`);
  return line;
}
