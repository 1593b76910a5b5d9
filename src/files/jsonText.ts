import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { TextProblem } from '../model/problem';

/** What could be read of a JSON text. */
export interface JsonReading {
  /** The value; when the text is not strict JSON, what a forgiving reader made of it, or undefined. */
  readonly value?: unknown;
  /** Why the text is not strict JSON: says line and column. */
  readonly problem?: TextProblem;
  /** True when the text is not strict JSON: then nothing may be written to the file. */
  readonly invalid: boolean;
}

/**
 * Reads JSON that people and agents write: strict first, else forgivingly (comments, trailing commas, text behind
 * the object, missing commas, every quote escaped), so that what is there can be shown. Never throws.
 */
export function readJson(text: string): JsonReading {
  try {
    return { value: JSON.parse(text) as unknown, invalid: false };
  } catch {
    return readForgivingly(text);
  }
}

function readForgivingly(text: string): JsonReading {
  const errors: ParseError[] = [];
  const tree = treeOf(text, errors);
  let value = tree && shallowEnough(() => valueOf(tree));
  // Files exist whose quotes and line breaks are all escaped, as if pasted out of a string literal.
  if (/^\s*[{[](?:\s|\\n)*\\[n"]/.test(text)) {
    const plain = treeOf(text.replace(/(?:\\r)?\\n/g, '\n').replace(/\\"/g, '"'));
    const unescaped = plain && shallowEnough(() => valueOf(plain));
    if (hasContent(unescaped)) value = unescaped;
  }
  const first = errors[0];
  const { line, column } = lineColumn(text, first?.offset ?? text.length);
  const behind = tree !== undefined && first !== undefined && first.offset >= tree.offset + tree.length;
  const what =
    text.trim() === ''
      ? 'the file is empty'
      : behind && tree.type === 'object'
        ? 'there is more text after the end of the object'
        : errorWords(first);
  return {
    value,
    invalid: true,
    problem: {
      line,
      severity: 'error',
      code: 'json-invalid',
      message:
        `This is not valid JSON: line ${line} column ${column}: ${what}. ` +
        `${value === undefined ? 'Nothing could be read from it' : 'What could be read is shown'}; nothing will be written to this file until it is corrected.`,
    },
  };
}

/** The syntax tree of a JSON text, or undefined when there is none (or the nesting is deeper than the stack). */
export function treeOf(text: string, errors: ParseError[] = []): Node | undefined {
  return shallowEnough(() => parseTree(text, errors, { disallowComments: true, allowTrailingComma: false }));
}

/** What `read` gives, or undefined when the data is nested deeper than the stack can follow. */
export function shallowEnough<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The value of a tree. Keys become own properties whatever their name, so `__proto__` is just a key. */
export function valueOf(node: Node): unknown {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        (node.children ?? []).flatMap((property) => {
          const [key, value] = property.children ?? [];
          return key ? [[key.value as string, value ? valueOf(value) : undefined]] : [];
        }),
      );
    case 'array':
      return (node.children ?? []).map(valueOf);
    default:
      return node.value as unknown;
  }
}

/** 1-based line and column of an offset; LF, CRLF and lone CR end a line. */
export function lineColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let i = 0; i < offset && i < text.length; i++) {
    const c = text[i];
    if (c === '\n' || (c === '\r' && text[i + 1] !== '\n')) {
      line++;
      start = i + 1;
    }
  }
  return { line, column: offset - start + 1 };
}

function hasContent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function errorWords(error: ParseError | undefined): string {
  switch (error && printParseErrorCode(error.error)) {
    case 'CommaExpected':
      return 'a comma was expected (one is missing, or a quote inside a text is not escaped)';
    case 'ColonExpected':
      return 'a colon was expected';
    case 'PropertyNameExpected':
      return 'a key in double quotes was expected (a trailing comma, or quotes that are escaped?)';
    case 'ValueExpected':
      return 'a value was expected (a trailing comma, perhaps)';
    case 'CloseBraceExpected':
      return 'a closing brace is missing';
    case 'CloseBracketExpected':
      return 'a closing bracket is missing';
    case 'EndOfFileExpected':
      return 'there is more text after the end of the JSON value';
    case 'InvalidCommentToken':
    case 'UnexpectedEndOfComment':
      return 'JSON has no comments';
    case 'UnexpectedEndOfString':
      return 'a text is not closed';
    default:
      return 'a character stands where none is allowed';
  }
}
