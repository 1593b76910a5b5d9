import type { Node } from 'jsonc-parser';
import type { EditResult, TextEdit } from '../model/edit';
import { readJson, shallowEnough, treeOf, valueOf } from './jsonText';
import { PieceText } from './pieceText';

/** One change to a JSON text. */
export interface JsonChange {
  /** Keys and array indices from the root; -1 as the last one appends to the array. */
  readonly path: readonly (string | number)[];
  /** The new value; undefined removes what is there. */
  readonly value: unknown;
}

/**
 * The smallest text edits that make `changes`, in order, to a JSON text. Everything else stays as it is:
 * indentation, line breaks, key order, blank lines, inline objects, doubled keys (the last one counts, as for every
 * JSON reader).
 *
 * Refuses `json-invalid` when the text is not strict JSON, `json-path` when a path leads through something that is
 * neither object nor array, `json-unverified` when the result would not say what was asked.
 *
 * jsonc-parser gives the tree; its `modify` is not used because it reformats the lines around an edit and changes the
 * first of doubled keys.
 */
export function jsonEdits(text: string, changes: readonly JsonChange[]): EditResult {
  return shallowEnough(() => composedEdits(text, changes)) ?? tooDeep;
}

const tooDeep = refuse('json-invalid', 'The JSON is nested too deeply to be edited; nothing was written.');

function composedEdits(text: string, changes: readonly JsonChange[]): EditResult {
  const read = readJson(text);
  if (read.invalid) {
    return refuse(
      'json-invalid',
      read.problem?.message ?? 'The file is not valid JSON; nothing was written.',
    );
  }
  if (changes.length === 0) return { edits: [] };
  const work = new PieceText(text);
  const layout = layoutOf(text);
  for (let i = 0; i < changes.length;) {
    const apart = changesApart(changes.slice(i));
    if (apart.length > 1) {
      const root = treeOf(work.text);
      if (!root) return tooDeep;
      if (root.type === 'object' && (root.children?.length ?? 0) > 0) {
        const edits = editsApart(work.text, root, apart, layout);
        if ('refused' in edits) return edits;
        work.apply(edits.edits);
        i += apart.length;
        continue;
      }
    }
    const change = changes[i++]!;
    for (let again = true; again;) {
      const now = work.text;
      const root = treeOf(now);
      if (!root) return tooDeep;
      const step = changeEdits(now, root, change, layout);
      if ('refused' in step) return step;
      work.apply(step.edits);
      // Removing a doubled key takes one pass for each.
      again = change.value === undefined && typeof change.path.at(-1) === 'string' && step.edits.length > 0;
    }
  }
  return verified(work.text, changes) ? { edits: work.edits() } : unverified;
}

/** The first changes that set something below different keys of the root: they can be worked out on one tree. */
function changesApart(changes: readonly JsonChange[]): readonly JsonChange[] {
  const keys = new Set<string | number>();
  const end = changes.findIndex(({ path: [key], value }) => {
    if (typeof key !== 'string' || value === undefined || keys.has(key)) return true;
    keys.add(key);
    return false;
  });
  return end < 0 ? changes : changes.slice(0, end);
}

function editsApart(
  text: string,
  root: Node,
  changes: readonly JsonChange[],
  layout: Layout,
): { readonly edits: readonly TextEdit[] } | Extract<EditResult, { refused: unknown }> {
  const edits: TextEdit[] = [];
  // New keys all come behind the last one, in their order.
  let added: TextEdit | undefined;
  for (const change of changes) {
    const step = changeEdits(text, root, change, layout);
    if ('refused' in step) return step;
    if (childOf(root, change.path[0]!)) edits.push(...step.edits);
    else for (const edit of step.edits) added = { ...edit, text: (added?.text ?? '') + edit.text };
  }
  return { edits: added ? [...edits, added] : edits };
}

const unverified = refuse(
  'json-unverified',
  'The change could not be made so that the file says what was asked; nothing was written. Please edit the file by hand.',
);

function refuse(code: string, message: string): { readonly refused: { code: string; message: string } } {
  return { refused: { code, message } };
}

// --- one change ---

function changeEdits(text: string, root: Node, change: JsonChange, layout: Layout): EditResult {
  let node = root;
  for (let depth = 0; depth < change.path.length; depth++) {
    const key = change.path[depth] as string | number;
    const rest = change.path.slice(depth + 1);
    if (node.type === 'null') return replaceEdits(text, node, nest([key, ...rest], change.value), layout);
    if (node.type !== (typeof key === 'string' ? 'object' : 'array')) return refusePath(change, depth);
    const child = childOf(node, key);
    if (!child) {
      if (change.value === undefined) return { edits: [] };
      const length = node.children?.length ?? 0;
      if (typeof key === 'number' && key !== -1 && key !== length) return refusePath(change, depth);
      return insertEdits(
        text,
        node,
        typeof key === 'string' ? key : undefined,
        nest(rest, change.value),
        layout,
      );
    }
    if (rest.length === 0 && change.value === undefined) return removeEdits(text, node, child);
    const value = child.type === 'property' ? child.children?.[1] : child;
    if (!value) return refusePath(change, depth);
    node = value;
  }
  return replaceEdits(text, node, change.value, layout);
}

function refusePath(change: JsonChange, depth: number): EditResult {
  const where = change.path.slice(0, depth).join('.') || 'the root';
  const key = change.path[depth];
  return refuse(
    'json-path',
    `“${change.path.join('.')}” cannot be written: ${where} is not ${typeof key === 'string' ? 'an object' : 'an array with such a place'}. Nothing was written.`,
  );
}

/** The property or element; of doubled keys the last, because that is the one that readers see. */
function childOf(container: Node, key: string | number): Node | undefined {
  const children = container.children ?? [];
  if (typeof key === 'number') return key < 0 ? undefined : children[key];
  return children.findLast((property) => property.children?.[0]?.value === key);
}

/** `value` below the keys that do not exist yet. */
function nest(keys: readonly (string | number)[], value: unknown): unknown {
  return keys.reduceRight<unknown>(
    (inner, key) => (typeof key === 'number' ? [inner] : Object.fromEntries([[key, inner]])),
    value,
  );
}

function replaceEdits(text: string, node: Node, value: unknown, layout: Layout): EditResult {
  if (value === undefined) return refuse('json-path', 'The root of a JSON file cannot be removed.');
  if (same(valueOf(node), value)) return { edits: [] };
  const inline = !layout.multiLine || isInlineContainer(text, node);
  const content = serialize(value, inline ? undefined : indentAt(text, node.offset), layout);
  return { edits: [{ start: node.offset, end: node.offset + node.length, text: content }] };
}

function insertEdits(
  text: string,
  container: Node,
  key: string | undefined,
  value: unknown,
  layout: Layout,
): EditResult {
  const children = container.children ?? [];
  const name = key === undefined ? '' : JSON.stringify(key) + colonOf(text, container, layout);
  const last = children.at(-1);
  if (!last) {
    const inside = { start: container.offset + 1, end: container.offset + container.length - 1 };
    if (!layout.multiLine)
      return { edits: [{ ...inside, text: name + serialize(value, undefined, layout) }] };
    const outer = indentAt(text, container.offset);
    const inner = outer + layout.unit;
    return {
      edits: [
        {
          ...inside,
          text: layout.eol + inner + name + serialize(value, inner, layout) + layout.eol + outer,
        },
      ],
    };
  }
  const end = last.offset + last.length;
  const before = children.at(-2);
  const gapStart = before ? before.offset + before.length : container.offset;
  const ownLine = /[\r\n]/.test(text.slice(gapStart, last.offset));
  if (!ownLine) {
    return {
      edits: [{ start: end, end, text: `${layout.comma}${name}${serialize(value, undefined, layout)}` }],
    };
  }
  const indent = indentAt(text, last.offset);
  return {
    edits: [{ start: end, end, text: `,${layout.eol}${indent}${name}${serialize(value, indent, layout)}` }],
  };
}

function removeEdits(text: string, container: Node, child: Node): EditResult {
  const children = container.children ?? [];
  const index = children.indexOf(child);
  const end = child.offset + child.length;
  const previous = children[index - 1];
  const next = children[index + 1];
  if (!previous && !next) {
    return {
      edits: [{ start: container.offset + 1, end: container.offset + container.length - 1, text: '' }],
    };
  }
  const comma = next ? text.indexOf(',', end) + 1 : end;
  const line = wholeLine(text, child.offset, comma);
  const edits: TextEdit[] = [];
  if (next) {
    edits.push(line ? { ...line, text: '' } : { start: child.offset, end: next.offset, text: '' });
  } else if (previous) {
    const previousEnd = previous.offset + previous.length;
    if (line) {
      edits.push({ start: previousEnd, end: text.indexOf(',', previousEnd) + 1, text: '' });
      edits.push({ ...line, text: '' });
    } else {
      edits.push({ start: previousEnd, end, text: '' });
    }
  }
  return { edits };
}

// --- layout ---

interface Layout {
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
  readonly multiLine: boolean;
  /** Colon and comma of inline objects, with the spaces that the file puts there. */
  readonly colon: string;
  readonly comma: string;
}

function layoutOf(text: string): Layout {
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const compact = /^\s*\{\s*"(?:[^"\\]|\\.)*":\S/.test(text) && !/":\s/.test(text);
  return {
    eol,
    unit: /[\r\n]([ \t]+)\S/.exec(text)?.[1] ?? '  ',
    multiLine: /[\r\n]/.test(text.trim()),
    colon: compact ? ':' : ': ',
    comma: compact ? ',' : ', ',
  };
}

/** The colon as the object's own first property writes it. */
function colonOf(text: string, object: Node, layout: Layout): string {
  const [key, value] = object.children?.[0]?.children ?? [];
  const between = key && value ? text.slice(key.offset + key.length, value.offset) : '';
  return /^[ \t]*:[ \t]*$/.test(between) ? between : layout.colon;
}

function isInlineContainer(text: string, node: Node): boolean {
  return (
    (node.type === 'object' || node.type === 'array') &&
    (node.children?.length ?? 0) > 0 &&
    !/[\r\n]/.test(text.slice(node.offset, node.offset + node.length))
  );
}

/** Leading white space of the line that holds `offset`. */
function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** The range of the whole lines, line break included, when nothing but [start, end) stands on them. */
function wholeLine(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const from = lineStart(text, start);
  const rest = /^[ \t]*(\r\n|\n|\r)/.exec(text.slice(end, end + 200));
  if (!rest || text.slice(from, start).trim() !== '') return undefined;
  return { start: from, end: end + rest[0].length };
}

/** JSON of `value`; with `indent` (that of the line it starts on) over several lines, else inline. */
function serialize(value: unknown, indent: string | undefined, layout: Layout): string {
  if (indent === undefined) return inlineJson(value, layout);
  return JSON.stringify(value, null, layout.unit)?.replace(/\n/g, layout.eol + indent) ?? 'null';
}

function inlineJson(value: unknown, layout: Layout): string {
  const plain = plainJson(value);
  if (Array.isArray(plain)) return `[${plain.map((v) => inlineJson(v, layout)).join(layout.comma)}]`;
  if (typeof plain !== 'object' || plain === null) return JSON.stringify(plain);
  const members = Object.entries(plain).map(
    ([key, v]) => JSON.stringify(key) + layout.colon + inlineJson(v, layout),
  );
  const pad = members.length > 0 && layout.comma === ', ' ? ' ' : '';
  return `{${pad}${members.join(layout.comma)}${pad}}`;
}

// --- verification ---

/** What `value` is once it has been through JSON. */
function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null') as unknown;
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(plainJson(value), (_key, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

/** Reads the result again: each change that no later one touches must be there. */
function verified(result: string, changes: readonly JsonChange[]): boolean {
  const read = readJson(result);
  if (read.invalid) return false;
  return changes.every((change, i) => {
    const later = changes.slice(i + 1).some((c) => overlaps(c.path, change.path));
    if (later || change.path.includes(-1)) return true;
    const found = change.path.reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string | number, unknown>)[key]
          : undefined,
      read.value,
    );
    if (change.value !== undefined) return same(found, change.value);
    return found === undefined || typeof change.path.at(-1) === 'number';
  });
}

function overlaps(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  const shared = Math.min(a.length, b.length);
  // An array index may have moved, so from there on two paths are taken to overlap.
  for (let i = 0; i < shared; i++) {
    if (typeof a[i] === 'number' && typeof b[i] === 'number') return true;
    if (a[i] !== b[i]) return false;
  }
  return true;
}
