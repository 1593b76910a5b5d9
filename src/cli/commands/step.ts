import { trackReport } from '../../engine/statusReport';
import { untouchedSpec } from '../../engine/untouchedSpec';
import { promptRefusal, readPromptOverrides } from '../../engine/run/promptOverrides';
import { outcomeAfterAgent, recordOutcome } from '../../engine/recordOutcome';
import type { StepDone, StepResult } from '../../engine/stepDone';
import { stepLoop, type StepOptions } from '../../engine/stepLoop';
import { previewStep } from '../../engine/stepPreview';
import { joinedReport, stepDoneReport, stepPreviewReport, type StepReport } from '../../engine/stepReport';
import type { Track } from '../../model/track';
import { nextAction } from '../../rules/evaluateLoop';
import { loopFactsOf, nextActionOf } from '../../rules/nextAction';
import { agentChoice } from '../agentChoice';
import type { Call, Command } from '../command';
import { exitCode, type ExitCode } from '../exitCode';
import { NegativeAnswer, UsageError } from '../failure';
import { portsFor } from '../nodePorts';
import { readTrack } from '../readFolder';
import { RehearsalEditor } from '../rehearsalEditor';
import { agentEndLines, stepLines } from '../stepLines';

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
  run: (call) => take(call).catch(templateRefused),
};

async function take(call: Call): Promise<ExitCode> {
  const outcome = outcomeOf(call);
  const provider = agentChoice(call.text('agent'), call.environment);
  const { track, root } = await readTrack(call, call.arguments[0] ?? '');
  const options: StepOptions = {
    outcome,
    // An outcome is recorded without an agent.
    ...(outcome
      ? {}
      : {
          promptOverrides: await readPromptOverrides(root.path),
          isSpecUntouched: (await untouchedSpec(track, nextActionOf(track))) !== undefined,
        }),
    reasons: call.list('reason'),
    businessSync: call.flag('business-sync') ? true : undefined,
    provider,
    registryFile: root.registryFile,
    signal: call.signal,
  };
  if (call.flag('dry-run')) return print(call, await rehearse(call, track, options));
  const done = made(await stepLoop(portsFor(call), track, options));
  if (done.agent) return afterAgent(call, track, options, done, done.agent);
  const report = stepDoneReport(track, done);
  return print(call, outcome ? await whereThatLeads(call, track, options, done, report) : report);
}

/** A template of the project that cannot be used is a refusal, as in the editor. */
function templateRefused(error: unknown): never {
  const refused = promptRefusal(error);
  throw refused ? new NegativeAnswer(refused.code, refused.message) : error;
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

function made(result: StepResult): StepDone {
  if ('refused' in result) throw new NegativeAnswer(result.refused.code, result.refused.message);
  return result;
}

async function rehearse(call: Call, track: Track, options: StepOptions): Promise<StepReport> {
  if (options.outcome) {
    const ports = { ...portsFor(call), editor: new RehearsalEditor() };
    const done = made(await stepLoop(ports, track, options));
    const then = nextAction(done.loop, loopFactsOf(track));
    const report = { ...stepDoneReport(track, done), dryRun: true };
    return then.kind === 'complete'
      ? { ...report, action: 'complete', why: `${report.why} ${then.why}` }
      : report;
  }
  const preview = previewStep(track, options);
  if (preview.refused) throw new NegativeAnswer(preview.refused.code, preview.refused.message);
  return stepPreviewReport(track, preview);
}

/**
 * The engine keeps completing a track as a step of its own, so that an editor can ask first. Here the outcome was the
 * answer: in the transition table a passed evaluation or sync leads to COMPLETE.
 */
async function whereThatLeads(
  call: Pick<Call, 'folder' | 'json' | 'signal'>,
  before: Track,
  options: StepOptions,
  done: StepDone,
  report: StepReport,
): Promise<StepReport> {
  if (done.did !== 'recorded') return report;
  const { track } = await readTrack(call, before.folder ?? before.id);
  if (nextActionOf(track).kind !== 'complete') return report;
  const { warnings } = stepPreviewReport(track, previewStep(track, options));
  const completed = made(
    await stepLoop(portsFor(call), track, { ...options, outcome: undefined, reasons: [] }),
  );
  const second = stepDoneReport(track, completed);
  return joinedReport(report, { ...second, warnings: [...warnings, ...second.warnings] });
}

/** Waits for the agent, then goes where what it wrote leads (DESIGN §7: metadata first, else a person is asked). */
async function afterAgent(
  call: Call,
  track: Track,
  options: StepOptions,
  done: StepDone,
  agent: NonNullable<StepDone['agent']>,
): Promise<ExitCode> {
  const started = stepDoneReport(track, done);
  if (!call.json) call.output.lines(stepLines(started, call));
  const { exitCode: code } = await agent.finished;
  const ended = { ...started, agentExitCode: code ?? null };

  // Ctrl+C may have ended the agent: what it wrote before is still read, recorded and said.
  const last = { folder: call.folder, json: call.json, signal: new AbortController().signal };
  const now = await readTrack(last, track.folder ?? track.id);
  const wrote = outcomeAfterAgent(done.loop, now.track.loop);
  if (wrote && wrote.outcome !== 'moved') {
    const after = { ...options, signal: last.signal };
    const recorded = made(
      await recordOutcome(portsFor(last), now.track, {
        ...after,
        outcome: wrote.outcome,
        reasons: wrote.reasons,
        by: 'agent',
      }),
    );
    const report = joinedReport(ended, stepDoneReport(now.track, recorded));
    return print(call, await whereThatLeads(last, now.track, after, recorded, report));
  }
  const { step: name, stepStatus, fixCycle } = trackReport(now.track);
  const report = { ...ended, step: name, stepStatus, fixCycle };
  if (call.json) call.output.document(report);
  else call.output.lines(agentEndLines(report, done, wrote !== undefined));
  if (call.signal.aborted) return exitCode.interrupted;
  return code === 0 ? exitCode.fine : exitCode.negative;
}

/** Prints the report. An escalation is a negative answer, so that scripts stop where a person must decide. */
function print(call: Call, report: StepReport): ExitCode {
  if (call.json) call.output.document(report);
  else call.output.lines(stepLines(report, call));
  if (call.signal.aborted) return exitCode.interrupted;
  return report.escalation && !report.dryRun ? exitCode.negative : exitCode.fine;
}
