import type { Dag } from '../model/dag';
import type { Phase, Plan, Section, Task } from '../model/plan';
import { cappedProblems, type TextProblem } from '../model/problem';
import { parseDag } from './dagBlock';
import { readReports } from './evaluationReportFile';
import { scanLines } from './markdownLines';
import type { MarkdownLine } from './markdownLines';
import { PlanReader } from './planReader';
import type { PhaseDraft, TaskDraft } from './planDraft';
import { settleTasks } from './planTasks';
import { phaseKeys, taskIds } from './taskIds';

/**
 * Reads plan.md of any dialect (FORMATS §10, VARIATIONS §3 and §9). Never throws; what is odd becomes a problem.
 * Takes time in proportion to the length of the text.
 */
export function parsePlan(text: string): Plan {
  const plan = known.get(text) ?? readPlan(text);
  // Newest last; the oldest goes.
  known.delete(text);
  known.set(text, plan);
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) break;
    known.delete(oldest);
  }
  return plan;
}

/** Plans read last, by their text: who changes a plan has mostly just read it. */
const known = new Map<string, Plan>();
const mostKnown = 4;

function readPlan(text: string): Plan {
  const lines = scanLines(text);
  const literal = literalNewlines(text, lines);
  const reader = new PlanReader(text, lines, literal === 'whole');
  reader.read();

  const dag = findDag(text, lines);
  const settled = settleTasks(reader.outline.phases, reader.elsewhere, dag);
  const phases = settled.phases;
  const keys = phaseKeys(phases);
  const ids = taskIds(phases, keys);

  return {
    title: reader.outline.title,
    phases: phases.map((phase, index) => finishPhase(phase, keys[index] ?? '', ids)),
    elsewhere: settled.elsewhere,
    checkboxes: {
      total: reader.boxCount,
      tasks: reader.boxCount - settled.elsewhere.length,
      elsewhere: settled.elsewhere.length,
    },
    dag,
    reports: reader.outline.hasReports ? readReports(text, lines) : [],
    sections: sectionsOf(reader.outline.sections, phases),
    problems: cappedProblems(
      [
        ...literalProblems(text, lines, literal),
        ...reader.problems,
        ...settled.problems,
        ...fenceProblems(lines),
      ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
      100,
    ),
  };
}

function finishPhase(phase: PhaseDraft, key: string, ids: ReadonlyMap<TaskDraft, string>): Phase {
  const { heading } = phase;
  return {
    key,
    name: heading?.name ?? '',
    number: heading?.number,
    heading: heading?.heading ?? '',
    line: phase.line,
    endLine: Math.max(phase.endLine, phase.line),
    checkpoint: heading?.checkpoint,
    saysDone: heading?.saysDone ?? false,
    tasks: phase.tasks.map((task) => finishTask(task, ids)),
  };
}

function finishTask(draft: TaskDraft, ids: ReadonlyMap<TaskDraft, string>): Task {
  const commits = unique(draft.commits);
  return {
    id: ids.get(draft) ?? '',
    number: draft.number,
    text: draft.text,
    line: draft.line,
    endLine: Math.max(draft.endLine, draft.line),
    marker: draft.marker,
    place: draft.place,
    markerRange: draft.markerRange,
    commit: commits[0],
    commits,
    notes: draft.notes,
    dependsOn: unique(draft.dependsOn),
    files: unique(draft.files),
    parallelGroup: draft.parallelGroup,
    acceptance: draft.acceptance,
    needsPerson: draft.needsPerson,
    tasks: draft.tasks.map((task) => finishTask(task, ids)),
  };
}

function unique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}

function sectionsOf(sections: readonly Section[], phases: readonly PhaseDraft[]): Section[] {
  const phaseLines = new Set(phases.filter((phase) => phase.heading).map((phase) => phase.line));
  return sections.filter((section) => !phaseLines.has(section.line));
}

/** The first `dag:` block: in a YAML fence, else in the front matter, else standing bare (FORMATS §4.8). */
function findDag(text: string, lines: readonly MarkdownLine[]): Dag | undefined {
  if (!text.includes('dag:') && !/\bdag["']?[ \t]*:/.test(text.includes('dag') ? text : '')) {
    return undefined;
  }
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as MarkdownLine;
    if (line.kind === 'fence') {
      let close = i + 1;
      while (lines[close]?.kind === 'fenced') {
        close++;
      }
      const info = text
        .slice(line.contentStart, line.end)
        .replace(/^[`~]+/, '')
        .trim()
        .toLowerCase();
      const last = Math.min(close, lines.length) - 1;
      if (/^(?:ya?ml\b.*)?$/.test(info) && isDagText(text, lines, i + 1, last)) {
        return dagOf(text, lines, i + 1, last, line.number, Math.min(close + 1, lines.length));
      }
      i = close;
    } else if (line.kind === 'frontmatter' || line.kind === 'text') {
      if (line.indent === 0 && !line.quoted && /^dag[ \t]*:[ \t]*$/.test(text.slice(line.start, line.end))) {
        let last = i;
        while (last + 1 < lines.length && isBareYaml(lines[last + 1] as MarkdownLine)) {
          last++;
        }
        return dagOf(text, lines, i, last, line.number, last + 1);
      }
    }
  }
  return undefined;
}

function isBareYaml(line: MarkdownLine): boolean {
  return line.kind === 'blank' || (line.indent > 0 && line.kind !== 'heading' && line.kind !== 'fence');
}

/** True when one of the lines is the key `dag:` of a mapping. */
function isDagText(text: string, lines: readonly MarkdownLine[], first: number, last: number): boolean {
  for (let i = first; i <= last; i++) {
    const line = lines[i] as MarkdownLine;
    const content = text.slice(line.contentStart, line.end);
    if (/^["']?dag["']?[ \t]*:[ \t]*(?:[#{&].*)?$/.test(content)) {
      return true;
    }
  }
  return false;
}

function dagOf(
  text: string,
  lines: readonly MarkdownLine[],
  first: number,
  last: number,
  line: number,
  endLine: number,
): Dag {
  const inner = lines.slice(first, last + 1);
  // A fence inside a list item is indented as a whole; quote marks are no part of the YAML either.
  const margin = inner.reduce(
    (least, l) => (l.contentStart < l.end ? Math.min(least, l.contentStart - l.start) : least),
    1000,
  );
  const yaml = inner.map((l) => text.slice(Math.min(l.start + margin, l.end), l.end)).join('\n');
  return { ...parseDag(yaml, line + (first === line - 1 ? 0 : 1)), line, endLine };
}

/**
 * Whether line breaks were written as the two characters `\n`: `whole` when that is true of the plan as such
 * (VARIATIONS §9 #5), `some` when single lines hold more than one check box.
 */
function literalNewlines(text: string, lines: readonly MarkdownLine[]): 'none' | 'some' | 'whole' {
  if (!text.includes('\\n')) {
    return 'none';
  }
  const real = lines.filter((line) => line.end > line.start).length;
  if (real <= 2) {
    const outsideCode = text.replace(/`[^`]*`/g, '');
    const written = outsideCode.match(/\\n\s*(?:\\n|#|[-*+] |\d+[.)] )/g)?.length ?? 0;
    if (written >= real) {
      return 'whole';
    }
  }
  return /\\n\s*[-*+] \[.\]/.test(text) ? 'some' : 'none';
}

function literalProblems(
  text: string,
  lines: readonly MarkdownLine[],
  literal: 'none' | 'some' | 'whole',
): TextProblem[] {
  if (literal === 'whole') {
    return [
      {
        line: 1,
        severity: 'error',
        code: 'literal-newlines',
        message:
          'The whole plan stands on one line: its line breaks were written as the two characters \\n. No tasks can be read; replace each \\n by a real line break.',
      },
    ];
  }
  if (literal === 'none') {
    return [];
  }
  return lines
    .filter(
      (line) =>
        line.kind !== 'fenced' &&
        line.end - line.start < 100_000 &&
        /\\n\s*[-*+] \[.\]/.test(text.slice(line.start, line.end)),
    )
    .map((line) => ({
      line: line.number,
      severity: 'warning',
      code: 'literal-newlines',
      message:
        'This line holds several check boxes joined by the two characters \\n; only the first is read. Replace each \\n by a real line break.',
    }));
}

function fenceProblems(lines: readonly MarkdownLine[]): TextProblem[] {
  let at = lines.length - 1;
  while (lines[at]?.kind === 'fenced') {
    at--;
  }
  const opening = lines[at];
  if (at === lines.length - 1 || !opening) {
    return [];
  }
  return [
    {
      line: opening.number,
      severity: 'warning',
      code: 'fence-not-closed',
      message: `The code block that begins here is never closed: the ${lines.length - 1 - at} lines below it are read as code, not as tasks.`,
    },
  ];
}
