import { letters } from './characterClasses';
import { commitTail, commitsInComment } from './commitMention';
import type { CommitMention } from './commitMention';

/** What the words after a task's box (or in its heading) say. */
export interface TaskLine {
  /** The id as written: "2.3", "T0.1", "Fix 1". */
  readonly number?: string;
  /** For a person: without id, bold marks, commit and comments. */
  readonly text: string;
  /** Commits and placeholders for one, in the order written; ranges are about the text that `offset` is about. */
  readonly commits: readonly CommitMention[];
  /** Offset after the last character that is not white space. */
  readonly end: number;
  readonly dependsOn: readonly string[];
  readonly files: readonly string[];
  readonly parallelGroup?: string;
  readonly needsPerson: boolean;
}

interface CommentFacts {
  commits: CommitMention[];
  dependsOn: string[];
  files: string[];
  parallelGroup?: string;
  id?: string;
}

const taskWord = new RegExp(
  `^(task|sub-?task|fix|задача|подзадача|tarefa|tarea|t[aâ]che|aufgabe|taak|uppgift|任务|任務|タスク|작업)(?![${letters}])\\s*#?`,
  'i',
);
const idAfterWord = new RegExp(
  `^(T?\\d+(?:\\.\\d+)*[a-z]?|[A-Z]{1,4}\\d*[-.][A-Z]?\\d+)(?![${letters}\\d]|[-–]\\d)`,
);
const bareId =
  /^(?:(T\d+(?:\.\d+)*[a-z]?|\d+(?:\.\d+)+[a-z]?)(?=\s|[:：.)]|\*\*|$)|(\d{1,4})(?=[.):：](?:\s|\*\*)|\*\*)|([A-Z]{1,4}\d{0,3}-[A-Z]?\d{1,4})(?=\s*(?:\*\*)?\s*(?:[:：—–]|-\s)))/u;
const separator = /^\s*(?:\*\*)?\s*(?:[:：—–)]|[-.](?=\s|\*\*|$))\s*(?:\*\*)?\s*/u;
const boldEnd = /^\s*\*\*\s*/;
const person =
  /\buser manual verification\b|^conductor - .*\bverification\b|\b(?:user|human|stakeholder) (?:approval|sign-?off|acceptance|confirmation)\b|\[(?:human|manual|user)\]|\((?:human|user) (?:only|gate)\)/i;

/**
 * Reads the words of a task line (FORMATS §10.1: head, body, tail).
 * @param body what follows the box, to the end of the line or paragraph
 * @param offset where `body` begins in the text that ranges are to be about
 */
export function readTaskLine(body: string, offset: number): TaskLine {
  const facts: CommentFacts = { commits: [], dependsOn: [], files: [] };
  const end = body.trimEnd().length;
  const tailStart = readTail(body, end, offset, facts);
  const visible = withoutComments(body.slice(0, tailStart), offset, facts).trim();
  const head = readHead(visible);
  return {
    number: head.number ?? facts.id,
    text: plainText(head.text) || plainText(visible),
    commits:
      facts.commits.length < 2 ? facts.commits : facts.commits.sort((a, b) => a.range.start - b.range.start),
    end: offset + end,
    dependsOn: facts.dependsOn,
    files: facts.files,
    parallelGroup: facts.parallelGroup,
    needsPerson: person.test(visible.slice(0, 400)),
  };
}

/** What a comment on a line of its own below a task says about it (FORMATS §10.1 comment-tail, VARIATIONS §3.13). */
export function readTaskComment(line: string, offset: number): Omit<CommentFacts, 'id'> {
  const facts: CommentFacts = { commits: [], dependsOn: [], files: [] };
  withoutComments(line, offset, facts);
  return facts;
}

/** Removes comments and commits from the end; returns where they begin. */
function readTail(body: string, end: number, offset: number, facts: CommentFacts): number {
  let at = end;
  for (;;) {
    const start = body.endsWith('-->', at) ? body.lastIndexOf('<!--', at - 4) : -1;
    if (start >= 0 && !body.slice(start, at - 3).includes('-->')) {
      readComment(body.slice(start + 4, at - 3), offset + start + 4, facts);
      at = body.slice(0, start).trimEnd().length;
      continue;
    }
    const tail = commitTail(body, at);
    if (!tail) {
      return at;
    }
    for (const mention of tail.mentions) {
      const { start: from, end: to } = mention.range;
      facts.commits.push({ ...mention, range: { start: from + offset, end: to + offset } });
    }
    at = body.slice(0, tail.start).trimEnd().length;
  }
}

/** The text without comments, except where back-ticks quote them. */
function withoutComments(text: string, offset: number, facts: CommentFacts): string {
  let start = text.indexOf('<!--');
  if (start < 0) {
    return text;
  }
  let result = '';
  let done = 0;
  let quoted = false;
  let counted = 0;
  while (start >= 0) {
    for (; counted < start; counted++) {
      if (text.charCodeAt(counted) === 96) {
        quoted = !quoted;
      }
    }
    const close = text.indexOf('-->', start + 4);
    if (close < 0) {
      break;
    }
    if (!quoted) {
      readComment(text.slice(start + 4, close), offset + start + 4, facts);
      result += text.slice(done, start);
      done = close + 3;
      counted = done;
    }
    start = text.indexOf('<!--', quoted ? start + 4 : close + 3);
  }
  return result + text.slice(done);
}

function readComment(content: string, offset: number, facts: CommentFacts): void {
  const commits = commitsInComment(content, offset);
  if (commits) {
    facts.commits.push(...commits);
    return;
  }
  let key = '';
  for (const part of content.slice(0, 4000).split(',')) {
    const named = /^\s*([a-z][a-z _-]{0,20}?)\s*:(.*)$/is.exec(part);
    if (named) {
      key = (named[1] ?? '').toLowerCase();
    }
    addFact(facts, key, cleanReference(named ? (named[2] ?? '') : part));
  }
}

function addFact(facts: CommentFacts, key: string, value: string): void {
  if (value === '' || /^(?:none|n\/a|-|—)(?![\w-])/i.test(value)) {
    return;
  }
  if (/^(?:deps?|depends|depends[ _-]on|dependencies|blocked by|after)$/.test(key)) {
    facts.dependsOn.push(value);
  } else if (/^files?$/.test(key)) {
    facts.files.push(value);
  } else if (/^(?:parallel|group|parallel[ _-]group)$/.test(key)) {
    facts.parallelGroup = value;
  } else if (key === 'id') {
    facts.id = value.slice(0, 60);
  }
}

/** A list as people write it: "1.1, 2.1", "`a.ts` and `b.ts`", "Task 1.1; Task 1.2". "None" gives nothing. */
export function readList(value: string): string[] {
  return value
    .slice(0, 10_000)
    .replace(/\([^)]*\)/g, '')
    .split(/[,;]|\s+(?:and|&)\s+/)
    .map(cleanReference)
    .filter((item) => item !== '' && !/^(?:none|n\/a|nothing|-|—)(?![\w-])/i.test(item));
}

function cleanReference(item: string): string {
  return item
    .trim()
    .replace(/^[`"'[]+|[`"'\].]+$/g, '')
    .replace(/^tasks?\s+(?=\d|T\d)/i, '')
    .trim();
}

function readHead(visible: string): { number?: string; text: string } {
  const bold = visible.startsWith('**') ? 2 : 0;
  const start = visible.slice(bold, 200);
  const word = taskWord.exec(start);
  const after = word?.[0].length ?? 0;
  const id = word
    ? idAfterWord.exec(start.slice(after))?.[1]
    : bareId
        .exec(start)
        ?.slice(1)
        .find((group) => group !== undefined);
  const idEnd = after + (id?.length ?? 0);
  const sep =
    separator.exec(start.slice(idEnd)) ??
    (bold > 0 && id !== undefined ? boldEnd.exec(start.slice(idEnd)) : null);
  if (!word && id === undefined) {
    return { text: visible };
  }
  const isFix = word?.[1]?.toLowerCase() === 'fix';
  const number = id !== undefined && isFix ? `Fix ${id}` : id;
  if (sep) {
    return { number, text: visible.slice(bold + idEnd + sep[0].length) };
  }
  // `1.1 Edit x` needs no separator; `Task 1 complete` keeps its words.
  return { number, text: word ? visible : visible.slice(bold + idEnd) };
}

/** The text on one line and without bold marks; what stands in back-ticks is left alone. */
export function plainText(text: string): string {
  let plain = text;
  if (plain.includes('\n') || plain.includes('\r')) {
    plain = plain.replace(/[^\S\r\n]*[\r\n]\s*/g, ' ');
  }
  if (plain.includes('**')) {
    plain = plain.replace(/`[^`]*`|\*\*/g, (match) => (match === '**' ? '' : match));
  }
  return plain.trim();
}
