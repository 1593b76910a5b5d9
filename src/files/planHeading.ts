import { emoji, letters, withoutEmoji } from './characterClasses';
import { boxAt } from './lineSyntax';
import { isSha } from './commitMention';
import { plainText } from './taskLine';
import { markerOf } from '../model/marker';
import type { Marker } from '../model/marker';
import type { TextRange } from '../model/plan';

/** What a heading of plan.md introduces (FORMATS §10.1, §10.3). */
export type HeadingRole =
  | 'phase'
  | 'fixPhase' // a phase that the loop added
  | 'task' // heading task: `### Task 1.1: …`, `### [x] T0.1 — …`
  | 'tasks' // only says that tasks follow: `### Tasks`
  | 'copy' // a list that may repeat the heading tasks: `## Task Checklist`
  | 'elsewhere' // acceptance criteria, deliverables, reports, …: boxes here are no tasks
  | 'other';

export interface PlanHeading {
  readonly role: HeadingRole;
  /** Heading text for display: without box, checkpoint, comments, bold marks. */
  readonly heading: string;
  /** Without the word "Phase" and the number too. */
  readonly name: string;
  /** Of phases. */
  readonly number?: string;
  /** True for `Phase`, false for Wave, Sprint, Part, …, which divide a phase when they stand inside one. */
  readonly strong: boolean;
  /** Range of the marker of a box in the heading, in the text that `offset` is about. */
  readonly box?: TextRange;
  readonly checkpoint?: string;
  readonly saysDone: boolean;
  /** State that words or emoji of the heading state, when it has no box. */
  readonly said?: Marker;
  /** The words after the box, for the task grammar; with tails and comments. */
  readonly body: string;
  readonly bodyStart: number;
}

const strongWords =
  'phase|фаза|этап|етап|fase|faza|fáze|étape|etapa|aşama|vaihe|giai đoạn|阶段|階段|フェーズ|단계|שלב|مرحلة|المرحلة|चरण';
const weakWords = 'stage|milestone|wave|sprint|part|iteration|итерация|спринт';
const phaseWord = new RegExp(`^(?:(${strongWords})|(?:${weakWords}))(?![${letters}])\\s*[#№]?\\s*`, 'i');
const phaseNumber = new RegExp(`^(\\d+(?:\\.\\d+)*[a-z]?|[IVX]{1,5}|[A-Z])(?![${letters}\\d])`);
const eastPhase = /^第?\s*(\d+|[一二三四五六七八九十]+)\s*(?:阶段|階段|フェーズ|단계|期)\s*[:：—–\-.]?\s*/u;
const phaseSeparator = /^\s*(?:[:：—–|]|[-.)](?=\s|$))\s*/u;
const notAPhase =
  /^(?:complete\b|completed\b|completion|checkpoint|verification|validation|gates?\b|summary|reports?\b|review\b|sign-?off|deliverables|acceptance|exit|→|->|handoff|notes?\b|results?\b|status|risks?\b|overview|breakdown)/i;

const fixPhase = /^(?:fix(?:es)? (?:phase|tasks|cycle)\b|(?:[^\s:]+ ){0,3}fixes(?:$|\s*[(:—–-]))/i;
const taskHeading =
  /^(?:(?:task|sub-?task|задача|tarefa|tarea|t[aâ]che|aufgabe|任务|任務|タスク|작업)\s*(?:#?\s*(?:T?\d|[A-Z]{1,4}\d*[-.]\d)|:)|fix\s*#?\d|T\d+(?:\.\d+)*\s*(?:[:—–-]|\.\s))/iu;
const tasksHeading =
  /^(?:(?:implementation |development )?(?:tasks?|task (?:list|breakdown)|check-?list)|sub-?tasks|steps|implementation(?: plan| steps)?|plan|work items|задачи|tarefas|tareas|tâches|aufgaben|任务|任務|タスク|작업)$/i;
const copyHeading =
  /^(?:(?:implementation |master |overall )?(?:task|tasks|progress) (?:checklist|tracker|tracking|status|summary|overview)|checklist of tasks)$/i;

/** Names (of headings and of bold labels) under which boxes are not tasks of the plan (FORMATS §10.3, VARIATIONS §3). */
const elsewhereNames = new RegExp(
  `^(?:${[
    'acceptance(?: (?:criteria|tests?|checklist|criteria checklist|gates?))?',
    '(?:success|exit|done|completion|pass|release) criteria',
    '(?:key )?deliverables?(?: checklist)?',
    '(?:quality|verification|phase|release|merge|exit) gates?(?: passed| failed| checklist| status)?',
    'quality (?:passed|failed|checklist)',
    'definition of (?:done|ready)',
    '(?:final |manual |user |phase |post-[^ ]+ )?(?:verification|validation)(?: (?:gates?|steps?|criteria|checklist|evidence|results?|plan|protocol|report))?',
    '(?:phase )?(?:completion|complete|checkpoint)(?: (?:contract|report|checklist|verification|protocol|summary))?',
    '(?:track|plan) (?:completion|complete)(?: checklist)?',
    '(?:(?:review|qa|test|testing|release|deployment|manual|pre-[^ ]+|post-[^ ]+|final) )?check-?list',
    'discovered work',
    'legend',
    '(?:status )?markers?(?: legend)?',
    '(?:[^ ]+ )?(?:evaluation|completion|verification|review|test) (?:reports?|results?|evidence)',
    '(?:technical|plan|execution|code|quality|board) (?:review|evaluation)(?: (?:report|result)s?)?',
    '(?:execution|fix|implementation|phase|plan|track|change) summary',
    'summary',
    'status(?: tracking)?',
    '(?:current |overall )?status',
    'sign-?off',
    'evidence',
    'notes?',
    'out of scope',
    'non-?goals',
    'risks?(?: and mitigations?| & mitigations?)?',
    'open questions',
    'assumptions',
    'prerequisites|pre-?conditions',
    'retrospective',
    'lessons learned',
    'overlap check',
    'критерии приемки|критерии приёмки|критерии готовности|crit[eé]rios de aceita[cç][aã]o|criterios de aceptaci[oó]n|crit[eè]res d.acceptation|akzeptanzkriterien|验收标准|驗收標準|受け入れ基準|인수 조건',
  ].join('|')})$`,
);

const leadingEmoji = new RegExp(`^(?:${emoji}|\\s)+(?=[${letters}\\d[])`);
const notInNames = new RegExp(`^[\\s\\d.)#]+|[^${letters}\\d\\s'’&/-]`, 'g');

const doneWord =
  /^(?:complete|completed|done|finished|implemented|готово|выполнено|завершено|完成|已完成|完了|완료)$/i;
const openWord =
  /^(?:pending|planned|to ?do|not started|not complete|incomplete|in progress|in-progress|wip|started|running|blocked|failed|skipped|deferred|cancelled|canceled|removed|optional|new|ready)$/i;

/** True when boxes under a heading or label of this name are not tasks. */
export function isElsewhereName(name: string): boolean {
  const plain = name
    .slice(0, 120)
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .split(/\s[—–-]\s/, 1)[0]
    ?.replace(notInNames, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain !== undefined && plain !== '' && elsewhereNames.test(plain);
}

/** True for the heading of a report of the loop (FORMATS §4.11). */
export function isReportName(name: string): boolean {
  return /\bevaluation (?:report|results?)\b|\btechnical review\b/i.test(name.slice(0, 200));
}

/**
 * Reads one heading.
 * @param raw what stands after the `#` marks, to the end of the line
 * @param offset where `raw` begins in the text that ranges are to be about
 */
export function readHeading(raw: string, offset: number): PlanHeading {
  const marks = readMarks(raw);
  const role = roleOf(marks.text, marks.box !== undefined);
  const box = marks.box && { start: marks.box.start + offset, end: marks.box.end + offset };
  const boxDone = marks.box && markerOf(raw.slice(marks.box.start, marks.box.end)) === 'done';
  return {
    ...role,
    heading: marks.text || raw.trim(),
    box,
    checkpoint: marks.checkpoint,
    saysDone:
      boxDone ?? (marks.said === 'done' || (marks.checkpoint !== undefined && isSha(marks.checkpoint))),
    said: marks.said,
    body: raw.slice(marks.bodyStart, marks.bodyEnd),
    bodyStart: offset + marks.bodyStart,
  };
}

function roleOf(text: string, hasBox: boolean): Pick<PlanHeading, 'role' | 'name' | 'number' | 'strong'> {
  const none = { name: text, strong: false };
  const phase = phaseOf(text);
  if (phase) {
    return phase;
  }
  if (taskHeading.test(text)) {
    return { ...none, role: 'task' };
  }
  const label = withoutColon(text);
  if (tasksHeading.test(label)) {
    return { ...none, role: 'tasks' };
  }
  if (copyHeading.test(label)) {
    return { ...none, role: 'copy' };
  }
  if (fixPhase.test(text)) {
    return { ...none, role: 'fixPhase' };
  }
  if (isElsewhereName(text) || isReportName(text)) {
    return { ...none, role: 'elsewhere' };
  }
  return { ...none, role: hasBox ? 'task' : 'other' };
}

/** Without the colons and spaces at its end; by hand, since a pattern would try at every space of a long heading. */
function withoutColon(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ':' || text[end - 1]!.trim() === '')) end--;
  return text.slice(0, end);
}

function phaseOf(text: string): Pick<PlanHeading, 'role' | 'name' | 'number' | 'strong'> | undefined {
  const east = startsLikeEastPhase(text) ? eastPhase.exec(text) : null;
  if (east) {
    return { role: 'phase', number: east[1], name: text.slice(east[0].length).trim(), strong: true };
  }
  const word = phaseWord.exec(text);
  if (!word) {
    return undefined;
  }
  const strong = word[1] !== undefined;
  const afterWord = text.slice(word[0].length);
  const number = phaseNumber.exec(afterWord)?.[1];
  const rest = afterWord.slice(number?.length ?? 0);
  const separator = phaseSeparator.exec(rest);
  if (number === undefined) {
    // `Phase: Review Fixes`, `Phase Zero: …`; but not `Phase Summary` or `Part of …`.
    if (!strong) {
      return undefined;
    }
    if (separator) {
      const name = rest.slice(separator[0].length).trim();
      return name === '' ? undefined : { role: 'phase', name, strong };
    }
    const named = /^([^\s:：—–-]+(?: [^\s:：—–-]+)?)\s*[:：—–]\s*\S/.exec(rest);
    return named?.[1] && !notAPhase.test(named[1]) ? { role: 'phase', name: rest.trim(), strong } : undefined;
  }
  if (separator) {
    return { role: 'phase', number, name: rest.slice(separator[0].length).trim(), strong };
  }
  const loose = rest.trim();
  if (notAPhase.test(loose)) {
    return { role: 'elsewhere', name: text, strong };
  }
  const inParens = /^\(([^)]*)\)\s*[:：—–-]?\s*(.*)$/u.exec(loose);
  return { role: 'phase', number, name: (inParens?.[2] || loose).trim(), strong };
}

/** A digit, or a letter of an East Asian script. */
function startsLikeEastPhase(text: string): boolean {
  const code = text.charCodeAt(0);
  return (code >= 48 && code <= 57) || code >= 0x2e80;
}

interface HeadingMarks {
  text: string;
  bodyStart: number;
  bodyEnd: number;
  box?: TextRange;
  checkpoint?: string;
  said?: Marker;
}

/** Takes box, checkpoint, comments, emoji and status words off both ends of a heading. */
function readMarks(raw: string): HeadingMarks {
  const marks: HeadingMarks = { text: '', bodyStart: 0, bodyEnd: raw.trimEnd().length };
  const closing = raw.endsWith('#', marks.bodyEnd)
    ? /\s#+$/.exec(raw.slice(Math.max(0, marks.bodyEnd - 40), marks.bodyEnd))
    : null;
  if (closing) {
    marks.bodyEnd = raw.slice(0, marks.bodyEnd - closing[0].length).trimEnd().length;
  }
  marks.box = boxAt(raw, 0, raw.length);
  if (marks.box) {
    marks.bodyStart = marks.box.end + 1;
  }
  let end = marks.bodyEnd;
  for (let step = 0; step < 12 && end > marks.bodyStart; step++) {
    const shorter = takeSuffix(raw, marks, end);
    if (shorter === undefined) {
      break;
    }
    end = raw.slice(0, shorter).trimEnd().length;
  }
  let text = plainText(raw.slice(marks.bodyStart, Math.max(end, marks.bodyStart)));
  if (text.charCodeAt(0) > 127) {
    if (/^[✅✔☑]/u.test(text)) {
      marks.said ??= 'done';
    }
    text = text.replace(leadingEmoji, '');
  }
  const inside = text.includes('[') ? /\[checkpoint\s*:?\s*([^\]]*)\]/i.exec(text.slice(0, 500)) : null;
  if (inside) {
    marks.checkpoint ??= (inside[1] ?? '').trim();
    text = text.replace(inside[0], '').replace(/\s+/g, ' ').trim();
  }
  marks.text = text;
  return marks;
}

/** Where the heading ends without its last mark; undefined when it ends in plain words. */
function takeSuffix(raw: string, marks: HeadingMarks, end: number): number | undefined {
  const last = raw.charAt(end - 1);
  if (last === '>' && raw.endsWith('-->', end)) {
    const start = raw.lastIndexOf('<!--', end - 4);
    return start < marks.bodyStart ? undefined : start;
  }
  if (last === ']' || last === ')') {
    const start = raw.lastIndexOf(last === ']' ? '[' : '(', end - 1);
    if (start < marks.bodyStart) {
      return undefined;
    }
    const content = raw.slice(start + 1, end - 1).trim();
    if (last === ']') {
      const box = marks.box ? undefined : boxAt(raw, start, raw.length);
      if (box?.end === end - 1) {
        marks.box = box;
        marks.bodyEnd = Math.min(marks.bodyEnd, start);
        return start;
      }
      const checkpoint = /^checkpoint\s*(?::\s*|\s+|$)(.*)$/i.exec(content);
      if (checkpoint) {
        marks.checkpoint ??= (checkpoint[1] ?? '').trim();
        return start;
      }
    }
    const words = withoutEmoji(content).trim();
    const said = saidBy(words);
    if (said || /[✅✔☑]/u.test(content)) {
      marks.said ??= said ?? 'done';
      return start;
    }
    return /^#\d+$/.test(content) || isSha(content.replace(/^commit:?\s*/i, '')) ? start : undefined;
  }
  const tail = raw.slice(Math.max(marks.bodyStart, end - 40), end);
  if (/^[\w\s,.:;'"`/+&#@*]*[a-z\d`]$/.test(tail)) {
    return undefined; // plain words, as most headings end in
  }
  const emoji = /(?:[✅✔☑🎉]|⏳|🔄|🚧|⬜|❌|⏸|🔵|🟢|🟡|🔴|⛔|🚫|⚠)\uFE0F?$/u.exec(tail);
  if (emoji) {
    marks.said ??= emojiMeaning(emoji[0]);
    return raw.slice(0, end - emoji[0].length).replace(/\s[—–-]\s*$/, '').length;
  }
  // A status word counts after an emoji or a dash, or in capitals.
  const word =
    /(?:^|\s)((?:NOT |IN )?[A-Z]{3,}(?: ?DO)?)$/.exec(tail) ??
    /(?:[✅✔☑⏳🔄🚧⬜❌⏸]\uFE0F?|\s[—–-])\s*((?:not |in )?[^\s—–-]{3,})$/iu.exec(tail);
  const said = word?.[1] ? saidBy(word[1]) : undefined;
  if (!said || !word?.[1]) {
    return undefined;
  }
  if (/^\s*(?:sub-?)?task\s+\S+\s*[—–:-]?\s*$/i.test(raw.slice(marks.bodyStart, end - word[1].length))) {
    return undefined; // `Task 6 — Complete` is called "Complete"
  }
  marks.said ??= said;
  return raw.slice(0, end - word[1].length).replace(/[\s—–-]+$/, '').length;
}

/** The state that a status word states: "COMPLETE", "in progress", … */
export function saidBy(words: string): Marker | undefined {
  const plain = withoutEmoji(words).replace(/[*_]/g, ' ').trim();
  if (doneWord.test(plain)) {
    return 'done';
  }
  if (!openWord.test(plain)) {
    return undefined;
  }
  if (/^(?:in.progress|wip|started|running)$/i.test(plain)) {
    return 'doing';
  }
  if (/^(?:blocked|failed)$/i.test(plain)) {
    return 'blocked';
  }
  return /^(?:skipped|deferred|cancell?ed|removed)$/i.test(plain) ? 'skipped' : 'todo';
}

function emojiMeaning(emoji: string): Marker {
  if (/[✅✔☑🎉]/u.test(emoji)) {
    return 'done';
  }
  if (/[🔄🚧]/u.test(emoji)) {
    return 'doing';
  }
  return /[❌⛔🚫]/u.test(emoji) ? 'blocked' : 'todo';
}
