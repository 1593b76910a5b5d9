import type { LoopStep } from '../model/loopState';

/** What an invocation is made of. Paths are relative to the project root, with `/`, without a slash at the end. */
export interface InvocationOptions {
  /** `superpower_enhanced` of the track: which of the two agent systems does the step (spec 003, "Superpower Integration"). */
  readonly superpowers: boolean;
  readonly trackId: string;
  readonly trackDir: string;
  /** Id of the task to resume from, e.g. "2.3". */
  readonly resumeFrom?: string;
  /** Which fix cycle this is, 1-based; only for a person's eye. */
  readonly fixCycle?: number;
  /** How EXECUTE runs. Absent: the agent's own default. */
  readonly mode?: 'parallel' | 'sequential';
  /** Superpower planner: further files that it reads. */
  readonly contextFiles?: readonly string[];
  /** Superpower debugger: how often it tries. Absent: its own default, 3. */
  readonly maxAttempts?: number;
}

export interface Invocation {
  /** Name of the agent, as it goes into the checkpoint: "loop-planner", "superpowers:writing-plans". */
  readonly agent: string;
  /** The slash command line that the provider gets as its prompt. */
  readonly prompt: string;
}

/** Agent that does a step (spec 003, "Agent Dispatch Table"); COMPLETE has none. */
export function agentFor(step: LoopStep, superpowers: boolean): string | undefined {
  switch (step) {
    case 'NOT_STARTED':
    case 'PLAN':
      return superpowers ? 'superpowers:writing-plans' : 'loop-planner';
    case 'EVALUATE_PLAN':
      return 'loop-plan-evaluator';
    case 'EXECUTE':
      return superpowers ? 'superpowers:executing-plans' : 'loop-executor';
    case 'EVALUATE_EXECUTION':
      return 'loop-execution-evaluator';
    case 'FIX':
      return superpowers ? 'superpowers:systematic-debugging' : 'loop-fixer';
    case 'BUSINESS_SYNC':
      return 'business-docs-sync';
    case 'COMPLETE':
      return undefined;
  }
}

/**
 * The exact invocation of a step's agent (spec 003, "Parameter Schema"; FORMATS §4.5). Evaluators and the business
 * doc sync are the same in both systems. Throws RangeError for COMPLETE, which no agent does.
 */
export function invocationFor(step: LoopStep, o: InvocationOptions): Invocation {
  const agent = agentFor(step, o.superpowers);
  if (agent === undefined) throw new RangeError('COMPLETE is bookkeeping: no agent does it.');
  switch (agent) {
    case 'superpowers:writing-plans':
      return superpower(agent, [
        ['spec', `${o.trackDir}/spec.md`],
        ['output-dir', `${o.trackDir}/`],
        ['track-id', o.trackId],
        ['metadata', `${o.trackDir}/metadata.json`],
        // `--format` and `--include-dag` keep their defaults: Markdown, with the graph.
        ['context-files', o.contextFiles?.join(',') || undefined],
      ]);
    case 'superpowers:executing-plans':
      return superpower(agent, [
        ['plan', `${o.trackDir}/plan.md`],
        ['track-dir', `${o.trackDir}/`],
        ['metadata', `${o.trackDir}/metadata.json`],
        ['track-id', o.trackId],
        ['mode', o.mode],
        ['resume-from', o.resumeFrom],
      ]);
    case 'superpowers:systematic-debugging':
      return superpower(agent, [
        ['failures', `${o.trackDir}/evaluation-report.md`],
        ['track-dir', `${o.trackDir}/`],
        ['metadata', `${o.trackDir}/metadata.json`],
        ['track-id', o.trackId],
        ['max-attempts', o.maxAttempts?.toString()],
      ]);
    case 'loop-executor':
      // The legacy way to run a plan's parallel groups is an agent of its own (FORMATS §4.5).
      return legacy(o.mode === 'parallel' ? 'parallel-dispatcher' : agent, o.trackId);
    default:
      return legacy(agent, o.trackId);
  }
}

/** The fourth superpower, which no step of the loop dispatches: options and a recommendation for a decision. */
export function brainstormInvocation(o: {
  readonly trackId: string;
  readonly trackDir: string;
  readonly context: string;
  readonly optionsCount?: number;
}): Invocation {
  return superpower('superpowers:brainstorming', [
    ['context', o.context],
    ['output-dir', `${o.trackDir}/brainstorm/`],
    ['track-id', o.trackId],
    ['options-count', o.optionsCount?.toString()],
  ]);
}

/**
 * "Task 2.3" → "2.3", "Task set-up" → "set-up"; what `--resume-from` takes. Undefined when the text, which an agent wrote,
 * is no id of a task, written or made from its words.
 */
export function taskIdOf(lastTask: string | undefined): string | undefined {
  const text = lastTask?.trim() ?? '';
  const number = /^(?:task|fix|step)?\s*((?:T)?\d+[a-z]?(?:\.\d+[a-z]?)*)\b/i.exec(text)?.[1];
  return (
    number ?? /^(?:(?:task|fix|step)\s+)?([\p{L}\p{N}](?:[\p{L}\p{N}._/-]*[\p{L}\p{N}])?)$/iu.exec(text)?.[1]
  );
}

/**
 * A text that a command may be followed by. Of a command Claude Code has a shell run what stands between !` and `, and in
 * a fence that three backticks and ! begin: each such pair is broken by a space.
 */
export function withoutShell(text: string): string {
  return text.replace(/(?<=!)(?=`)|(?<=`)(?=!)/g, ' ');
}

function legacy(agent: string, trackId: string): Invocation {
  return { agent, prompt: `/${agent} ${plainWord.test(trackId) ? trackId : quoted(trackId)}` };
}

function superpower(
  agent: string,
  parameters: readonly (readonly [string, string | undefined])[],
): Invocation {
  const given = parameters.flatMap(([key, value]) =>
    value === undefined ? [] : [`--${key}=${quoted(value)}`],
  );
  return { agent, prompt: [`/${agent}`, ...given].join(' ') };
}

const plainWord = /^[\w.\-/]+$/;

/** Single quotes as the spec shows them; a quote inside is written the way a shell would read it back. Line breaks would end the command line, so they become spaces. */
function quoted(value: string): string {
  return `'${withoutShell(value)
    .replace(/[\r\n]+/g, ' ')
    .replaceAll("'", `'\\''`)}'`;
}
