import type { AgentOutput } from '../model/agentOutput';
import type { LoopState } from '../model/loopState';
import type { RuleLine } from '../model/ruleLine';

export type RunOutcome = 'passed' | 'failed' | 'blocked' | 'skipped';

/** What one source says about a run, and where it says so. */
export interface Statement {
  readonly says: RunOutcome;
  /** "checkpoints.PLAN of metadata.json says PASSED" */
  readonly where: string;
  readonly reasons: readonly string[];
}

export interface AgentRun {
  /** `evaluator`: only a verdict passes it. `worker`: what it left behind may. */
  readonly role: 'evaluator' | 'worker';
  /** Absent: metadata.json says nothing about this run. */
  readonly metadata?: Statement;
  readonly output: AgentOutput;
  /** Absent: killed, or the host cannot tell. */
  readonly exitCode?: number;
  /** What the run had to leave behind ("plan.md changed", "a commit"), and whether it is there. */
  readonly evidence?: { readonly what: string; readonly present: boolean };
}

export type AgentOutcome =
  | {
      readonly outcome: RunOutcome;
      readonly by: 'metadata' | 'output' | 'exitCode';
      readonly reasons: readonly string[];
      readonly lines: readonly RuleLine[];
    }
  /** A person decides: nobody said, or two sources say opposite things. */
  | { readonly outcome: 'person'; readonly why: string; readonly lines: readonly RuleLine[] };

/**
 * How an agent's run ended (DESIGN §7): metadata.json first, then what it printed, then its exit code. Sources that
 * contradict each other are never weighed: a person hears both.
 */
export function agentOutcome(run: AgentRun): AgentOutcome {
  const printed = printedStatement(run.output, run.role);
  const exit = exitStatement(run);
  const sources = [
    {
      by: 'metadata' as const,
      text: 'What metadata.json says about this run',
      said: run.metadata,
      none: 'It says nothing.',
    },
    {
      by: 'output' as const,
      text: 'The last verdict or marker line of its output',
      said: 'contradiction' in printed ? undefined : printed.said,
      none: 'There is none.',
    },
    { by: 'exitCode' as const, text: 'Its exit code', said: exit.said, none: exit.because },
  ];
  const first = sources.findIndex(({ said }) => said !== undefined);
  const lines = sources.map(({ text, said, none }, i): RuleLine => ({
    text,
    because: said ? `${said.where}.` : none,
    state: i < first || first < 0 ? 'passedOver' : i === first ? 'fired' : 'used',
  }));
  if ('contradiction' in printed) return { outcome: 'person', why: printed.contradiction, lines };
  const chosen = sources[first];
  if (!chosen?.said) {
    return {
      outcome: 'person',
      why: `Neither metadata.json nor its output says how the agent's run ended. ${exit.because}`,
      lines,
    };
  }
  const against = sources.slice(first + 1).find(({ said }) => said && opposes(chosen.said!, said, chosen.by));
  if (against?.said) {
    return {
      outcome: 'person',
      why: `Two sources contradict each other: ${chosen.said.where}, but ${against.said.where}.`,
      lines,
    };
  }
  return { outcome: chosen.said.says, by: chosen.by, reasons: chosen.said.reasons, lines };
}

/** What the checkpoint of the step says, if it changed since the agent was started. `before` is the loop at its start. */
export function metadataStatement(before: LoopState, now: LoopState | undefined): Statement | undefined {
  const step = before.step === 'NOT_STARTED' ? 'PLAN' : before.step;
  const old = before.checkpoints[step];
  const checkpoint = now?.checkpoints[step];
  if (!checkpoint || !now) return undefined;
  const untouched =
    old?.status === checkpoint.status &&
    old.completedAt === checkpoint.completedAt &&
    old.lastUpdated === checkpoint.lastUpdated;
  const moved = now.step !== before.step || now.stepStatus !== before.stepStatus;
  if (untouched && !moved) return undefined;
  const says = {
    PASSED: 'passed',
    FAILED: 'failed',
    PARTIAL_FAIL: 'failed',
    SKIPPED: 'skipped',
    BLOCKED: 'blocked',
    ESCALATE: 'blocked',
  } as const;
  const status = checkpoint.status;
  if (!Object.hasOwn(says, status)) return undefined;
  const said = says[status as keyof typeof says];
  return {
    says: said,
    where: `checkpoints.${step} of metadata.json says ${status}`,
    // Those of an earlier round, which an evaluator that now passes left standing, are no reasons for passing.
    reasons: said === 'passed' ? [] : (checkpoint.failureReasons ?? []),
  };
}

/** The last line that bears an outcome; the JSON verdict and VERDICT must not contradict each other. */
function printedStatement(
  { json, markers }: AgentOutput,
  role: AgentRun['role'],
): { said: Statement | undefined } | { contradiction: string } {
  const said: { line: number; statement: Statement }[] = [];
  const say = (line: number, says: RunOutcome, where: string, text: string): void => {
    said.push({
      line,
      statement: {
        says,
        where: `${where} (output, line ${line})`,
        reasons: says === 'passed' || text === '' ? [] : [text],
      },
    });
  };
  if (json)
    say(
      json.line,
      json.verdict === 'PASS' ? 'passed' : 'failed',
      `its JSON verdict says ${json.verdict}`,
      json.summary,
    );
  const word = /^(PASS|FAIL)\b/.exec(markers.VERDICT?.text ?? '')?.[1];
  if (markers.VERDICT && word) {
    say(
      markers.VERDICT.line,
      word === 'PASS' ? 'passed' : 'failed',
      `its VERDICT line says ${word}`,
      markers.VERDICT.text,
    );
    if (json && json.verdict !== word) {
      return {
        contradiction: `Its output contradicts itself: the JSON verdict on line ${json.line} says ${json.verdict}, the VERDICT line ${markers.VERDICT.line} says ${word}.`,
      };
    }
  }
  if (markers.BLOCKED)
    say(markers.BLOCKED.line, 'blocked', 'its last BLOCKED line stands', markers.BLOCKED.text);
  if (markers.ERROR) say(markers.ERROR.line, 'failed', 'its last ERROR line stands', markers.ERROR.text);
  // Only a verdict speaks about what was evaluated; what else an evaluator reports is about its own work.
  if (role === 'evaluator') return { said: lastOf(said) };
  for (const name of ['PLAN CREATED', 'FIXES APPLIED', 'TASK COMPLETE'] as const) {
    const found = markers[name];
    if (found) say(found.line, 'passed', `its ${name} line stands`, '');
  }
  const tasks = markers['TASKS COMPLETED'];
  const [, done, total] = /^(\d+)\s*\/\s*(\d+)/.exec(tasks?.text ?? '') ?? [];
  if (tasks && total !== undefined) {
    const all = Number(done) >= Number(total);
    say(
      tasks.line,
      all ? 'passed' : 'failed',
      `it says TASKS COMPLETED: ${done}/${total}`,
      `${done} of ${total} tasks completed`,
    );
  }
  const verdict = json?.verdict ?? word;
  const success = said.findLast(({ line, statement }) => {
    const isVerdict = line === json?.line || line === markers.VERDICT?.line;
    return !isVerdict && statement.says === 'passed';
  });
  if (verdict === 'FAIL' && success) {
    return {
      contradiction: `Its output contradicts itself: its verdict is FAIL (line ${json?.line ?? markers.VERDICT?.line}), but ${success.statement.where}.`,
    };
  }
  return { said: lastOf(said) };
}

function lastOf(
  said: readonly { readonly line: number; readonly statement: Statement }[],
): Statement | undefined {
  return [...said].sort((a, b) => b.line - a.line)[0]?.statement;
}

/** 0 ok, 1 failure, 2 parameter missing, 3 file not found, 4 blocked (FORMATS §4.5). 0 alone proves nothing. */
function exitStatement({ exitCode, role, evidence }: AgentRun): { said?: Statement; because: string } {
  if (exitCode === undefined) return { because: 'It was stopped, or its exit code is not known.' };
  const where = `its exit code is ${exitCode}`;
  if (exitCode === 4)
    return {
      said: { says: 'blocked', where, reasons: ['It reported that it is blocked (exit code 4).'] },
      because: '',
    };
  if (exitCode !== 0) {
    const meaning =
      exitCode === 2 ? 'a parameter was missing' : exitCode === 3 ? 'a file was not found' : 'it failed';
    return { said: { says: 'failed', where, reasons: [`Exit code ${exitCode}: ${meaning}.`] }, because: '' };
  }
  if (role === 'evaluator')
    return { because: 'It ended with exit code 0, but an evaluation needs a verdict.' };
  if (!evidence?.present)
    return {
      because: `It ended with exit code 0${evidence ? ` without what it had to leave behind: ${evidence.what}` : ''}.`,
    };
  return { said: { says: 'passed', where: `${where} and ${evidence.what}`, reasons: [] }, because: '' };
}

/** An agent that reports a failure has itself run well: exit code 0 is no contradiction then. */
function opposes(a: Statement, b: Statement, by: string): boolean {
  const good = (s: Statement): boolean => s.says === 'passed' || s.says === 'skipped';
  if (good(a) === good(b)) return false;
  return !(by !== 'exitCode' && !good(a) && b.where.startsWith('its exit code is 0'));
}
