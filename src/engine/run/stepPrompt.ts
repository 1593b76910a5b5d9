import { join, relative, sep } from 'node:path';
import type { LoopStep } from '../../model/loopState';
import type { Track } from '../../model/track';
import { agentFor, invocationFor, withoutShell } from '../../rules/agentInvocation';
import { boardConditionsOf, conditionKey, unmetConditions } from '../../rules/boardConditions';
import { evaluators, evaluatorsFor } from '../../rules/gates/evaluators';
import type { NextAction } from '../../rules/nextAction';
import { promptTemplate, type PromptName } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import type { AgentRole } from './agentJob';
import { overrideFile } from './promptOverrides';

/** Who does a step, and from which template (spec 003, "Agent Dispatch Table"). COMPLETE is nobody's. */
export const stepRoles: Readonly<
  Record<WorkedStep, { readonly role: AgentRole; readonly template: PromptName }>
> = {
  NOT_STARTED: { role: 'planner', template: 'planner.md' },
  PLAN: { role: 'planner', template: 'planner.md' },
  EVALUATE_PLAN: { role: 'plan-evaluator', template: 'plan-evaluator.md' },
  EXECUTE: { role: 'executor', template: 'executor.md' },
  EVALUATE_EXECUTION: { role: 'execution-evaluator', template: 'execution-evaluator.md' },
  FIX: { role: 'fixer', template: 'fixer.md' },
  BUSINESS_SYNC: { role: 'business-doc-sync', template: 'business-doc-sync.md' },
};

/** Where a step happens; what a run's RunPlace says of it. Absolute. */
export interface StepPlace {
  /** The conductor directory. */
  readonly root: string;
  /** Paths in prompts are relative to it, with `/`. */
  readonly projectRoot: string;
  readonly trackFolder: string;
  /** tracks.md, when it is not `tracks.md` in the root. */
  readonly registryFile?: string;
}

export interface StepPromptOptions {
  /** `commands`: the slash commands of spec 003, unless the project has a template of its own for the step. */
  readonly prompts: 'commands' | 'text';
  /** The project's own templates, by file name. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly next: Pick<NextAction, 'resumeFrom' | 'fixCycle'>;
  /** Slash commands: how EXECUTE runs; absent: as the agent does by itself. */
  readonly mode?: 'parallel' | 'sequential';
  /** What was learnt before and fits, and the file that holds it (absolute). Absent: nobody has looked it up. */
  readonly knowledge?: string;
  readonly knowledgeFile?: string;
  /** What is asked of the planner, or to be checked by an evaluator, beside what the files say. */
  readonly conditions?: readonly string[];
}

/** All that prompts are made of. Paths relative to the project root. */
interface Prompted extends Omit<StepPromptOptions, 'knowledgeFile'> {
  readonly step: WorkedStep;
  readonly trackDir: string;
  readonly tracksFile: string;
  readonly decisionLog: string;
  /** patterns.md and errors.json */
  readonly known: readonly string[];
  readonly knowledgeFile?: string;
}

/** A step that an agent does. */
export type WorkedStep = Exclude<LoopStep, 'COMPLETE'>;

/**
 * What the agent of a step is told, by Step Loop and by a run alike, and its name. `track` as it is on disk now.
 * @throws PromptTemplateError when a template has a placeholder that nothing is known for.
 */
export function stepPrompt(
  track: Track,
  step: WorkedStep,
  place: StepPlace,
  options: StepPromptOptions,
): { readonly agent: string; readonly prompt: string } {
  const { root, projectRoot, registryFile = join(root, 'tracks.md') } = place;
  const fromProject = (path: string): string => relative(projectRoot, path).split(sep).join('/');
  const { knowledgeFile, ...rest } = options;
  const o: Prompted = {
    ...rest,
    step,
    trackDir: fromProject(place.trackFolder),
    tracksFile: fromProject(registryFile),
    decisionLog: fromProject(join(root, 'decision-log.md')),
    known: ['patterns.md', 'errors.json'].map((name) => fromProject(join(root, 'knowledge', name))),
    ...(knowledgeFile === undefined ? {} : { knowledgeFile: fromProject(knowledgeFile) }),
  };
  const { template: name } = stepRoles[step];
  const template = promptTemplate(name, o.overrides);
  if (o.prompts === 'commands' && template.from === 'built-in') return command(track, o);
  const agent = agentFor(step, superpowersOf(track))!;
  const shown = template.from === 'project' ? overrideFile(root, name) : name;
  const prompt = renderPrompt(template.text, stepValues(track, o), shown);
  const decided = decidedByPerson(track, step);
  if (decided.length === 0) return { agent, prompt };
  return { agent, prompt: `${prompt.trimEnd()}\n\n## ${decidedTitle}\n\n${bullets(decided, '')}\n` };
}

const decidedTitle = 'What a person decided since';

function superpowersOf(track: Track): boolean {
  return track.metadata?.superpowerEnhanced ?? false;
}

/** What stopped this step before, and how a person resolved it: newest last. */
function decidedByPerson(track: Track, step: LoopStep): string[] {
  const resolved = (track.metadata?.blockers ?? []).filter(
    ({ active, blockedStep, resolution }) =>
      !active && blockedStep === step && resolution !== undefined && resolution.trim() !== '',
  );
  return resolved.slice(-5).map(({ description, resolution }) => `${description} → ${resolution}`);
}

/**
 * The slash command, exactly as spec 003 has it, and below it, an empty line between, what it has no parameter for.
 * Claude Code hands all of it to the command as its arguments; a command that is told nothing more stays the one line.
 */
function command(track: Track, o: Prompted): { readonly agent: string; readonly prompt: string } {
  const attempts = track.loop?.maxFixCycles;
  const superpowers = superpowersOf(track);
  const { agent, prompt } = invocationFor(o.step, {
    superpowers,
    trackId: track.id,
    trackDir: o.trackDir,
    ...(o.mode === undefined ? {} : { mode: o.mode }),
    ...(o.next.resumeFrom === undefined ? {} : { resumeFrom: o.next.resumeFrom }),
    ...(o.knowledgeFile === undefined ? {} : { contextFiles: [o.knowledgeFile] }),
    ...(attempts === undefined || attempts === 3 ? {} : { maxAttempts: attempts }),
  });
  const more = besides(track, o, superpowers).filter(([, items]) => items.length > 0);
  return { agent, prompt: [prompt, ...more.map((section) => sectionText(section, o.trackDir))].join('\n\n') };
}

type Section = readonly [title: string, items: readonly string[]];

/** What a step is told beside the parameters of its command: the same that our templates say. */
function besides(track: Track, o: Prompted, superpowers: boolean): Section[] {
  const sections: Section[] = [];
  switch (o.step) {
    case 'NOT_STARTED':
    case 'PLAN':
      sections.push(['What the last evaluation asked for', planConditions(track, o.conditions)]);
      // The planner of the superpowers has a parameter for the file.
      if (!superpowers) sections.push(['What was learnt before', linesOf(o.knowledge)]);
      break;
    case 'EXECUTE':
      if (!superpowers && o.next.resumeFrom !== undefined)
        sections.push(['Where to go on', [`Begin with task ${o.next.resumeFrom}.`]]);
      sections.push([boardTitle, conditionsToCheck(track, o.conditions)]);
      break;
    case 'EVALUATE_EXECUTION':
      sections.push([boardTitle, conditionsToCheck(track, o.conditions)]);
      break;
    case 'FIX':
      sections.push(['Failures to mend', failuresToMend(track)]);
      break;
    case 'EVALUATE_PLAN':
    case 'BUSINESS_SYNC':
  }
  sections.push([decidedTitle, decidedByPerson(track, o.step)]);
  return sections;
}

const boardTitle = 'Conditions of the board, which the evaluation checks';

/**
 * What whoever carries out the plan is told of the conditions of the board, in a bounded list; undefined: there are none.
 * `trackDir` relative to the project root.
 */
export function boardConditionsText(track: Track, trackDir: string): string | undefined {
  const items = conditionsToCheck(track);
  return items.length === 0 ? undefined : sectionText([boardTitle, items], trackDir);
}

function linesOf(text: string | undefined): string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim().replace(/^- /, ''))
    .filter((line) => line !== '');
}

/** Characters of one section below a command, which must stay an argument on every system, and of one item: five always fit. */
const longestSection = 4000;
const longestItem = 700;

function sectionText([title, items]: Section, trackDir: string): string {
  const lines: string[] = [];
  for (const item of items) {
    const whole = withoutShell(bullets([item], ''));
    const line = whole.length > longestItem ? `${whole.slice(0, longestItem)}… (cut here)` : whole;
    if ([...lines, line].join('\n').length > longestSection) {
      lines.push(`- … and ${items.length - lines.length} more: see ${trackDir}/metadata.json`);
      break;
    }
    lines.push(line);
  }
  return `${title}:\n${lines.join('\n')}`;
}

/** The values of all step templates: a template of the project may use any of them. */
function stepValues(track: Track, o: Prompted): Record<string, string> {
  const { loop } = track;
  const names = evaluatorsFor(track.metadata?.type);
  return {
    track_id: track.id,
    track_name: track.name,
    track_dir: o.trackDir,
    step: o.step,
    tracks_path: o.tracksFile,
    metadata_path: `${o.trackDir}/metadata.json`,
    questions_path: `${o.trackDir}/questions.json`,
    decision_log_path: o.decisionLog,
    conditions: bullets(planConditions(track, o.conditions), 'Nothing so far.'),
    knowledge:
      o.knowledge === undefined
        ? `Read ${o.known.map((file) => `\`${file}\``).join(' and ')}, where they are there, for what fits this goal.`
        : o.knowledge.trim() || 'Nothing that fits this goal.',
    resume_from: o.next.resumeFrom === undefined ? 'the first open one' : `task ${o.next.resumeFrom}`,
    evaluators:
      evaluators
        .filter(({ name }) => names.includes(name))
        .map(({ name, checks }) => `${name} (${checks})`)
        .join('; ') || 'none beyond these checks',
    board_conditions: bullets(conditionsToCheck(track, o.conditions), 'The board made none.'),
    failures: bullets(failuresToMend(track), 'See the report.'),
    fix_cycle: String(o.next.fixCycle ?? loop?.fixCycleCount ?? 1),
    max_fix_cycles: String(loop?.maxFixCycles ?? 3),
  };
}

/** Why the last evaluation of the plan failed it, and what a board that rejected it asked for. */
function planConditions(track: Track, more: readonly string[] = []): string[] {
  const evaluation = track.loop?.checkpoints.EVALUATE_PLAN;
  const session = track.boardSessions.findLast(({ checkpoint }) => checkpoint === 'EVALUATE_PLAN');
  const rejected = /^reject/i.test(session?.verdict?.trim() ?? '');
  return distinct([
    ...(evaluation && evaluation.status !== 'PASSED' ? evaluation.failureReasons : []),
    ...(rejected ? session!.conditions : []),
    ...boardConditionsOf(track).map(({ text }) => text),
    ...more,
  ]);
}

/** What the board asks for and an evaluation of the execution must see met. */
function conditionsToCheck(track: Track, more: readonly string[] = []): string[] {
  const due = boardConditionsOf(track).filter(
    (one) => one.due === undefined || one.due === 'EVALUATE_EXECUTION',
  );
  return distinct([...due.map(({ text }) => text), ...more]);
}

/** What the last evaluation of the execution found, as its checkpoint has it, else as its report has it. */
function failuresToMend(track: Track): string[] {
  const checkpoints = track.loop?.checkpoints;
  const reasons = checkpoints?.EVALUATE_EXECUTION?.failureReasons ?? [];
  const report = track.reports.findLast(({ report: { kind } }) => kind === 'execution')?.report;
  const rows = (report?.checks ?? [])
    .filter(({ status }) => status === 'fail')
    .map(({ name, note }) => (note === undefined || note === '' ? name : `${name}: ${note}`));
  return distinct([
    ...(reasons.length > 0 ? reasons : [...(report?.failureReasons ?? []), ...rows]),
    ...unmetConditions(track).map((text) => `A condition of the board is not met: ${text}`),
    ...(checkpoints?.FIX?.fixesRemaining ?? []),
  ]);
}

/** Each once, whatever its punctuation. */
function distinct(texts: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const text of texts) {
    const key = conditionKey(text) || text.trim();
    if (key !== '' && !seen.has(key)) seen.set(key, text);
  }
  return [...seen.values()];
}

function bullets(items: readonly string[], none: string): string {
  return items.length === 0
    ? none
    : items.map((item) => `- ${item.trim().replace(/\s*[\r\n]+\s*/g, ' ')}`).join('\n');
}
