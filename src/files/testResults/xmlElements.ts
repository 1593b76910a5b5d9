import { XMLParser } from 'fast-xml-parser';
import type { TextProblem } from '../../model/problem';
import { recordOf } from '../looseValues';

/** An element with what test results need of it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** 1-based. */
  readonly line: number;
}

/** XML above this is not parsed: a parse of it would hold the host for seconds. */
export const largestXml = 5 * 1024 * 1024;

/** Printed output of tests is never looked at. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  captureMetaData: true,
  stopNodes: ['..system-out', '..system-err', '..failure', '..error'],
});
const position = XMLParser.getMetaDataSymbol().valueOf();

/**
 * The root element of an XML text. Entities are never expanded and nothing outside the text is ever read: a text that
 * declares entities is refused as a whole. Problems: `xml-too-large`, `xml-entities`, `xml-invalid`, `xml-truncated`.
 */
export function readXml(text: string): { readonly root: XmlElement } | { readonly problem: TextProblem } {
  if (text.length > largestXml) {
    return bad(
      'xml-too-large',
      `The file has ${(text.length / 1024 / 1024).toFixed(0)} MB and was not read (limit 5 MB). Let the tests write a smaller report, e.g. without their output.`,
    );
  }
  // As the parser does it, so that its positions are ours.
  const xml = text.replace(/\r\n?/g, '\n').replace(/^\uFEFF/, '');
  const declared = /<!ENTITY/i.exec(xml);
  if (declared) {
    return bad(
      'xml-entities',
      'The file declares entities, which test results never need and attackers do: it was not read.',
      lineAt(xml, declared.index),
    );
  }
  let nodes: unknown;
  try {
    nodes = parser.parse(xml);
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 120) : String(error);
    return bad('xml-invalid', `The file is not XML that can be read (${message}).`);
  }
  const roots = elementsOf(nodes, lineCounter(xml));
  const [root] = roots;
  if (!root) return bad('xml-invalid', 'The file holds no XML element.');
  // The parser closes what is open at the end by itself.
  if (roots.length > 1 || !endsWith(xml, root)) {
    return bad(
      'xml-truncated',
      `The file does not end with </${root.name}>: it is cut off, or still being written. It was not used.`,
      root.line,
    );
  }
  return { root };
}

/** All elements of a name below an element, at any depth, in document order. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ]);
}

/** A finite number in an attribute; undefined when it is missing or no number. */
export function numberAttribute(element: XmlElement, name: string): number | undefined {
  const written = Object.hasOwn(element.attributes, name) ? element.attributes[name] : undefined;
  if (written === undefined || written.trim() === '') return undefined;
  const value = Number(written.trim());
  return Number.isFinite(value) ? value : undefined;
}

/** A text of the file with the five entities that XML itself knows, and numbered characters, put back. */
export function unescaped(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi, (all, name, dec, hex) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? String(all);
    const code = dec !== undefined ? Number(dec) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : String(all);
  });
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function endsWith(xml: string, root: XmlElement): boolean {
  // Comments and processing instructions may follow the root.
  const end = xml.slice(-4096).replace(/(?:<!--(?:(?!-->)[\s\S])*-->|<\?[^>]*\?>|\s)+$/, '');
  if (new RegExp(`</(?:[\\w.-]+:)?${root.name.replace(/[^\w-]/g, '\\$&')}\\s*>$`).test(end)) return true;
  return root.children.length === 0 && end.endsWith('/>');
}

function elementsOf(nodes: unknown, lineOf: (offset: number) => number): XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown): XmlElement[] => {
    const record = recordOf(node);
    const name = Object.keys(record ?? {}).find((key) => key !== ':@');
    if (!record || name === undefined || name.startsWith('#') || name.startsWith('?')) return [];
    const start = (node as Record<symbol, { readonly startIndex?: number } | undefined>)[position]
      ?.startIndex;
    const line = lineOf(start ?? 0);
    return [
      {
        name,
        attributes: (recordOf(record[':@']) ?? {}) as Readonly<Record<string, string>>,
        children: elementsOf(record[name], lineOf),
        line,
      },
    ];
  });
}

/** Line of an offset, asked in rising order: each line break is looked at once. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    // The parser counts an element from the character before its `<`, or from it.
    while (next >= 0 && next <= offset) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function bad(code: string, message: string, line?: number): { readonly problem: TextProblem } {
  return { problem: { severity: 'warning', code, message, ...(line === undefined ? {} : { line }) } };
}
