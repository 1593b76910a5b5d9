import {
  authorityMatrixText,
  decisionLogText,
  gitignoreText,
  indexText,
  patternsText,
  workflowText,
} from './projectTemplates';
import { newTracksText } from './tracksEdit';
import { oneLine } from './oneLine';

export interface ProjectOptions {
  readonly projectName: string;
  /** YYYY-MM-DD */
  readonly date: string;
}

/**
 * The files of a new conductor directory, path relative to it → text: what the setup command and the setup script of
 * spec 003 make, taken together (FORMATS §4.1), and what git is not to see.
 */
export function initialConductorFiles(o: ProjectOptions): Record<string, string> {
  const project = oneLine(o.projectName) || 'this project';
  return {
    '.gitignore': gitignoreText(),
    'tracks.md': newTracksText(),
    'index.md': indexText(project, o.date),
    'workflow.md': workflowText(),
    'authority-matrix.md': authorityMatrixText(),
    'decision-log.md': decisionLogText(),
    'knowledge/patterns.md': patternsText(),
    'knowledge/errors.json': `${JSON.stringify({ version: 1, errors: [] }, null, 2)}\n`,
  };
}

export interface NewTrack {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly description?: string;
  readonly priority?: string;
}

/**
 * The files of a new track: spec.md with the headings of the new-track command, a plan.md without tasks (a plan
 * without boxes is no tasks, never a finished one), and metadata.json version 3 at its smallest (FORMATS §4.1–4.2).
 */
export function newTrackFiles(o: NewTrack): Record<'spec.md' | 'plan.md' | 'metadata.json', string> {
  const name = oneLine(o.name) || o.id;
  const metadata = {
    version: 3,
    track_id: o.id,
    name,
    type: o.type,
    status: 'new',
    ...(o.priority === undefined ? {} : { priority: o.priority }),
    superpower_enhanced: true,
    created_at: o.date,
    loop_state: { current_step: 'NOT_STARTED', step_status: 'NOT_STARTED', fix_cycle_count: 0 },
  };
  const goal = o.description?.replace(/\r\n?/g, '\n').trim();
  return {
    'metadata.json': `${JSON.stringify(metadata, null, 2)}\n`,
    'spec.md': specText(name, goal || goalWanted),
    'plan.md': `# Plan: ${name}

**Track:** ${o.id}
**Created:** ${o.date}

There are no tasks yet. The PLAN step of the evaluate-loop reads spec.md and writes them here: phases as second-level
headings, tasks as check boxes with an id, and a dependency graph in a \`dag:\` block.
`,
  };
}

const goalWanted = '_What should be true when this track is complete, and for whom?_';

function specText(name: string, goal: string): string {
  return `# Spec: ${name}

## Goal

${goal}

## Requirements

_What it must do, one point a line._

## Acceptance Criteria

_How somebody who did not build it can tell that it works._

## Out of Scope

_What is left for another track._

## Technical Notes

_Constraints, existing code to use, decisions already made._
`;
}

/** Whether a spec.md is still as New Track made it, without a goal: nobody has written yet what the track is to do. */
export function isUntouchedSpec(text: string): boolean {
  const words = (spec: string): string =>
    spec
      .replace(/^\uFEFF?\s*#[^\r\n]*/, '')
      .replace(/\s+/g, ' ')
      .trim();
  return words(text) === words(specText('', goalWanted));
}

/**
 * Folder name for a track: slug of the name, `_`, date as YYYYMMDD (FORMATS §4.1). Letters with marks lose them; what
 * has no Latin letter for it is left out, and a name with none gives `track`. Holds only `a-z`, `0-9`, `-`, `_`, so it
 * is safe on every file system; the slug has at most 60 characters.
 *
 * @param date YYYY-MM-DD
 */
export function trackIdOf(name: string, date: string): string {
  const slug = name
    .replace(/[ßæœøłđðþı]/giu, (letter) => latin[letter.toLowerCase()] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  return `${slug || 'track'}_${date.replace(/\D/g, '').slice(0, 8)}`;
}

/** Letters that do not come apart into a Latin one and a mark. */
const latin: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
