import type { LoopStep } from '../../model/loopState';
import type { Track } from '../../model/track';
import { invocationFor } from '../../rules/agentInvocation';
import { boardConditionsOf, conditionKey, unmetConditions } from '../../rules/boardConditions';
import { evaluators, evaluatorsFor } from '../../rules/gates/evaluators';
import type { NextAction } from '../../rules/nextAction';
import { promptTemplate, type PromptName } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import type { AgentRole } from './agentJob';

/** Who does a step, and from which template (spec 003, "Agent Dispatch Table"). COMPLETE is nobody's. */
export const stepRoles: Readonly<
  Record<Exclude<LoopStep, 'COMPLETE'>, { readonly role: AgentRole; readonly template: PromptName }>
> = {
  NOT_STARTED: { role: 'planner', template: 'planner.md' },
  PLAN: { role: 'planner', template: 'planner.md' },
  EVALUATE_PLAN: { role: 'plan-evaluator', template: 'plan-evaluator.md' },
  EXECUTE: { role: 'executor', template: 'executor.md' },
  EVALUATE_EXECUTION: { role: 'execution-evaluator', template: 'execution-evaluator.md' },
  FIX: { role: 'fixer', template: 'fixer.md' },
  BUSINESS_SYNC: { role: 'business-doc-sync', template: 'business-doc-sync.md' },
};

export interface StepPromptOptions {
  readonly step: Exclude<LoopStep, 'COMPLETE'>;
  /** `commands`: the slash commands of spec 003, unless the project has a template of its own for the step. */
  readonly prompts: 'commands' | 'text';
  /** The project's own templates, by file name. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Where a template of the project lies, for what is wrong with one. */
  readonly fileOf: (name: PromptName) => string;
  readonly next: Pick<NextAction, 'resumeFrom' | 'fixCycle'>;
  /** Relative to the project root, with `/`, like all paths here. */
  readonly trackDir: string;
  readonly tracksFile: string;
  readonly decisionLog: string;
  /** What was learnt before, and the file that holds it. */
  readonly knowledge?: string;
  readonly knowledgeFile?: string;
  /** What is asked of the planner, or to be checked by an evaluator, beside what the files say. */
  readonly conditions?: readonly string[];
}

/**
 * What the agent of a step is told. `track` as it is on disk now.
 * @throws PromptTemplateError when a template has a placeholder that nothing is known for.
 */
export function stepPrompt(track: Track, o: StepPromptOptions): string {
  const { template: name } = stepRoles[o.step];
  const template = promptTemplate(name, o.overrides);
  if (o.prompts === 'commands' && template.from === 'built-in') return command(track, o);
  const shown = template.from === 'project' ? o.fileOf(name) : name;
  const prompt = renderPrompt(template.text, stepValues(track, o), shown);
  const decided = decidedByPerson(track, o.step);
  if (decided.length === 0) return prompt;
  return `${prompt.trimEnd()}\n\n## What a person decided since\n\n${bullets(decided, '')}\n`;
}

/** What stopped this step before, and how a person resolved it: newest last. */
function decidedByPerson(track: Track, step: LoopStep): string[] {
  const resolved = (track.metadata?.blockers ?? []).filter(
    ({ active, blockedStep, resolution }) =>
      !active && blockedStep === step && resolution !== undefined && resolution.trim() !== '',
  );
  return resolved.slice(-5).map(({ description, resolution }) => `${description} → ${resolution}`);
}

function command(track: Track, o: StepPromptOptions): string {
  const attempts = track.loop?.maxFixCycles;
  return invocationFor(o.step, {
    superpowers: track.metadata?.superpowerEnhanced ?? false,
    trackId: track.id,
    trackDir: o.trackDir,
    // Workers of a parallel run are started by us, a task each: one agent for the whole plan does one task after another.
    ...(o.step === 'EXECUTE' ? { mode: 'sequential' } : {}),
    ...(o.next.resumeFrom === undefined ? {} : { resumeFrom: o.next.resumeFrom }),
    ...(o.knowledgeFile === undefined ? {} : { contextFiles: [o.knowledgeFile] }),
    ...(attempts === undefined || attempts === 3 ? {} : { maxAttempts: attempts }),
  }).prompt;
}

/** The values of all step templates: a template of the project may use any of them. */
function stepValues(track: Track, o: StepPromptOptions): Record<string, string> {
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
    knowledge: o.knowledge?.trim() || 'Nothing that fits this goal.',
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
