import { isAbsolute, join } from 'node:path';
import type { AgentInvocation } from '../../engine/ports';
import { reportVersion, trackReport } from '../../engine/statusReport';
import {
  outcomeAfterAgent,
  previewStep,
  recordOutcome,
  stepLoop,
  type StepDone,
  type StepOptions,
  type StepPreview,
} from '../../engine/stepLoop';
import type { LoopState } from '../../model/loopState';
import { agentChoice } from '../agentChoice';
import type { Call, Command } from '../command';
import { exitCode, type ExitCode } from '../exitCode';
import { NegativeAnswer, UsageError } from '../failure';
import { fieldLines, words } from '../human';
import { portsFor } from '../nodePorts';
import { readTrack, type FoundTrack } from '../readFolder';
import { RehearsalEditor } from '../rehearsalEditor';
import { pathFrom } from '../selectTrack';
import { printable } from '../text';

export const step: Command = {
  name: 'step',
  takes: '<track> [--outcome passed|failed]',
  summary: 'Take the next step of the evaluate-loop, or record the outcome of this one',
  details: [
    "Does what the transition table of the loop says is next: starts the step's agent and waits for it,",
    'goes to the next step, completes the track, or escalates to a person (exit code 1).',
    '--outcome records what became of the present step instead, and goes where that leads.',
    '--agent names the program that runs agents: claude (default), or as JSON',
    '{"executable": "gemini", "args": ["--prompt", "{prompt}"]}. It is started without a shell.',
  ],
  arguments: { least: 1, most: 1 },
  options: {
    outcome: { type: 'string', value: 'passed|failed', help: 'Record this outcome of the present step' },
    reason: { type: 'string', multiple: true, value: 'text', help: 'Why; may be given several times' },
    'dry-run': { type: 'boolean', help: 'Say what would happen and why; write and start nothing' },
    agent: {
      type: 'string',
      value: 'agent',
      help: 'Who runs the step (default: CONDUCTOR_AGENT, else claude)',
    },
    'business-sync': {
      type: 'boolean',
      help: 'Business documents must be synced before the track is complete',
    },
  },
  async run(call) {
    const outcome = outcomeOf(call);
    const provider = agentChoice(call.text('agent'), call.environment);
    const found = await readTrack(call, call.arguments[0] ?? '');
    const options: StepOptions = {
      ...(outcome ? { outcome } : {}),
      reasons: call.list('reason'),
      ...(call.flag('business-sync') ? { businessSync: true } : {}),
      provider,
      ...(found.root.registryFile === undefined ? {} : { registryFile: found.root.registryFile }),
      signal: call.signal,
    };
    if (call.flag('dry-run')) return rehearse(call, found, options);

    const ports = portsFor(call);
    const result = await stepLoop(ports, found.track, options);
    if ('refused' in result) throw new NegativeAnswer(result.refused.code, result.refused.message);
    if (result.agent) return afterAgent(call, found, options, result, result.agent);
    return print(call, reportDone(found, result));
  },
};

/** What `conductor step --json` prints; keys are only ever added within one `version`. */
interface StepReport {
  readonly version: typeof reportVersion;
  readonly track: string;
  readonly dryRun: boolean;
  /** dispatch, resume, advance, unblock, complete, escalate, record. */
  readonly action: string;
  /** One sentence that names the rule, and the row of the transition table. */
  readonly why: string;
  readonly row: string | null;
  /** The loop afterwards; for a dry run as it is now. */
  readonly step: string | null;
  readonly stepStatus: string | null;
  readonly fixCycle: { readonly count: number | null; readonly max: number | null };
  readonly changes: readonly { readonly file: string; readonly what: string | null }[];
  /** The exact command of the agent. */
  readonly command: Pick<AgentInvocation, 'executable' | 'args' | 'cwd'> | null;
  /** Null: no agent ran, or it was killed. */
  readonly agentExitCode: number | null;
  readonly escalation: {
    readonly trigger: string;
    readonly description: string;
    readonly context: readonly string[];
    readonly options: readonly string[];
  } | null;
  readonly warnings: readonly string[];
}

function outcomeOf(call: Call): 'passed' | 'failed' | undefined {
  const written = call.text('outcome');
  if (written === undefined) {
    if (call.list('reason').length > 0) {
      throw new UsageError(
        '--reason belongs to an outcome.',
        'Say --outcome failed or --outcome passed too.',
      );
    }
    return undefined;
  }
  if (written === 'passed' || written === 'failed') return written;
  throw new UsageError(`--outcome is passed or failed, not "${written}".`);
}

// --- dry run ---

async function rehearse(call: Call, found: FoundTrack, options: StepOptions): Promise<ExitCode> {
  if (options.outcome) {
    const ports = { ...portsFor(call), editor: new RehearsalEditor() };
    const result = await recordOutcome(ports, found.track, { ...options, outcome: options.outcome });
    if ('refused' in result) throw new NegativeAnswer(result.refused.code, result.refused.message);
    return print(call, { ...reportDone(found, result), dryRun: true });
  }
  const preview = previewStep(found.track, options);
  if (preview.refused) throw new NegativeAnswer(preview.refused.code, preview.refused.message);
  print(call, reportPreview(found, preview));
  return exitCode.fine;
}

function reportPreview({ track, root }: FoundTrack, preview: StepPreview): StepReport {
  const { step: name, stepStatus, fixCycle } = trackReport(track);
  return {
    version: reportVersion,
    track: track.id,
    dryRun: true,
    action: preview.next.kind,
    why: preview.next.why,
    row: preview.next.row ?? null,
    step: name,
    stepStatus,
    fixCycle,
    changes: preview.changes.map(({ file, what }) => ({
      file: isAbsolute(file) ? file : join(root.path, file),
      what,
    })),
    command: commandReport(preview.command),
    agentExitCode: null,
    escalation: escalationReport(preview.next.escalation),
    warnings: [
      ...preview.warnings,
      ...(preview.asks.includes('businessSync')
        ? [
            'The files do not say whether business documents must be synced first. If so, say --business-sync.',
          ]
        : []),
    ],
  };
}

// --- done ---

const actionOf: Readonly<Record<StepDone['did'], string>> = {
  dispatched: 'dispatch',
  resumed: 'resume',
  advanced: 'advance',
  unblocked: 'unblock',
  escalated: 'escalate',
  recorded: 'record',
  completed: 'complete',
};

function reportDone({ track }: FoundTrack, done: StepDone): StepReport {
  return {
    version: reportVersion,
    track: track.id,
    dryRun: false,
    action: actionOf[done.did],
    why: done.why,
    row: done.row === '' ? null : done.row,
    ...loopReport(done.loop),
    changes: done.files.map((file) => ({ file, what: null })),
    command: commandReport(done.agent?.command),
    agentExitCode: null,
    escalation: escalationReport(done.escalation),
    warnings: done.warnings,
  };
}

function loopReport(loop: LoopState): Pick<StepReport, 'step' | 'stepStatus' | 'fixCycle'> {
  return {
    step: loop.step,
    stepStatus: loop.stepStatus,
    fixCycle: { count: loop.fixCycleCount, max: loop.maxFixCycles },
  };
}

function commandReport(command: AgentInvocation | undefined): StepReport['command'] {
  return command ? { executable: command.executable, args: command.args, cwd: command.cwd } : null;
}

function escalationReport(escalation: StepDone['escalation']): StepReport['escalation'] {
  if (!escalation) return null;
  const { trigger, description, context, options } = escalation;
  return { trigger, description, context, options };
}

/** Waits for the agent, then goes where what it wrote leads (DESIGN §7: metadata first, else a person is asked). */
async function afterAgent(
  call: Call,
  found: FoundTrack,
  options: StepOptions,
  done: StepDone,
  agent: NonNullable<StepDone['agent']>,
): Promise<ExitCode> {
  const started = reportDone(found, done);
  if (!call.json) call.output.lines(humanLines(call, started));
  const { exitCode: code } = await agent.finished;
  const ended = { ...started, agentExitCode: code ?? null };

  // The person may have pressed Ctrl+C to end the agent: what it wrote before is still read and said.
  const signal = new AbortController().signal;
  const now = await readTrack({ folder: call.folder, signal }, found.track.folder ?? found.track.id);
  const wrote = outcomeAfterAgent(done.loop, now.track.loop);
  if (wrote && wrote.outcome !== 'moved') {
    const recorded = await recordOutcome(portsFor({ json: call.json, signal }), now.track, {
      ...options,
      signal,
      outcome: wrote.outcome,
      reasons: wrote.reasons,
      by: 'agent',
    });
    if ('refused' in recorded) throw new NegativeAnswer(recorded.refused.code, recorded.refused.message);
    const report = reportDone(now, recorded);
    return print(call, {
      ...report,
      command: started.command,
      agentExitCode: ended.agentExitCode,
      changes: [...started.changes, ...report.changes],
      warnings: [...started.warnings, ...report.warnings],
    });
  }
  const { step: name, stepStatus, fixCycle } = trackReport(now.track);
  const report = { ...ended, step: name, stepStatus, fixCycle };
  if (call.json) call.output.document(report);
  else call.output.lines(endLines(found, done, report, wrote !== undefined));
  if (call.signal.aborted) return exitCode.interrupted;
  return code === 0 ? exitCode.fine : exitCode.negative;
}

function endLines(found: FoundTrack, done: StepDone, report: StepReport, moved: boolean): string[] {
  const name = printable(done.agent?.command.name ?? 'The agent');
  const how =
    report.agentExitCode === null
      ? 'was killed'
      : report.agentExitCode === 0
        ? 'ended'
        : `ended with exit code ${report.agentExitCode}`;
  if (moved) return [`${name} ${how}. It took the loop to ${stateText(report)}.`];
  return [
    `${name} ${how} and did not say what became of ${done.loop.step}. Say it yourself:`,
    `  conductor step ${printable(found.track.id)} --outcome passed`,
    `  conductor step ${printable(found.track.id)} --outcome failed --reason "…"`,
  ];
}

// --- printing ---

/** Prints the report; an escalation is a negative answer, so that scripts stop where a person must decide. */
function print(call: Call, report: StepReport): ExitCode {
  if (call.json) call.output.document(report);
  else call.output.lines(humanLines(call, report));
  return report.escalation ? exitCode.negative : exitCode.fine;
}

function humanLines(call: Call, report: StepReport): string[] {
  const { output, folder } = call;
  const [first, ...others] = report.changes.map(({ file, what }) =>
    printable(`${pathFrom(folder, file)}${what === null ? '' : `: ${what}`}`),
  );
  const command = report.command && [report.command.executable, ...report.command.args.map(shown)].join(' ');
  const lines = [
    `${output.style('bold', printable(report.track))}  ${report.dryRun ? 'would ' : ''}${report.action}`,
    ...fieldLines(
      [
        ['Why', printable(report.why)],
        ['Rule', printable(report.row ?? '')],
        ['Command', printable(command ?? '')],
        [report.dryRun ? 'Would write' : 'Wrote', first ?? ''],
        ...others.map((change): [string, string] => ['', change]),
        [report.dryRun ? 'Loop' : 'Now', stateText(report)],
      ],
      output,
    ),
    ...report.warnings.map((warning) => output.style('yellow', `  Note: ${printable(warning)}`)),
  ];
  const { escalation } = report;
  if (escalation) {
    lines.push(
      '',
      output.style('red', `A person must decide: ${printable(escalation.description)}`),
      ...escalation.context.map((line) => `  ${printable(line)}`),
      ...escalation.options.map((option) => `  - ${printable(option)}`),
    );
  }
  return lines;
}

function stateText(report: StepReport): string {
  const { count, max } = report.fixCycle;
  const fix = count ? `, fix ${count}/${max ?? '?'}` : '';
  return printable(`${report.step ?? '–'} · ${words(report.stepStatus ?? '')}${fix}`);
}

/** An argument as a person would have to quote it; only for showing. */
function shown(argument: string): string {
  return /^[\w./:=@-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
