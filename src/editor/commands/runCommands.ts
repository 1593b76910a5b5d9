import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { RunMode } from '../../engine/run/runEntry';
import type { RunResult } from '../../engine/run/runLoop';
import type { Blocker } from '../../model/loopState';
import type { Track } from '../../model/track';
import type { BoardCheckpoint } from '../../rules/boardDue';
import type { Choice } from '../dialogs';
import { carryOut, type RunBody } from '../runs/carryOut';
import { backgroundAgents } from '../runs/editorRunPorts';
import { runAgent } from '../runs/runAgent';
import type { ForeignRun, WindowRun } from '../runs/runController';
import { agentDescription, countOf, holderText, liveAgents, modeWord, type LiveAgent } from '../runs/runRows';
import { runMode } from '../settings';
import { refOf } from '../views/trackNodes';
import { openPlace, tellRefusal, type Command, type CommandContext } from './commandContext';
import { titleOf } from './loopOutcome';
import { argumentIn, refIn, targetTrack } from './targets';

const isOpen = (track: Track): boolean =>
  track.folder !== undefined && !track.archived && track.group !== 'done';

// ---- the loop ----

/** Run Loop: until the track is complete or a person is needed. A run that was broken off is gone on with. */
export const runLoop: Command = async (context, argument) => {
  const title = l10n.t('Run Loop');
  const track = await targetTrack(
    context,
    argument,
    title,
    (one) => isOpen(one) && one.loop !== undefined,
    (one) => context.runs.foreignOf(refOf(one)) !== undefined,
  );
  if (!track || tellRunning(context, track) || !runAgent(context, track)) return;
  const mode = await askMode(context, track);
  if (mode !== undefined) await runTo(context, track, mode);
};

async function runTo(
  context: CommandContext,
  track: Track,
  mode: RunMode,
  takeOver?: boolean,
): Promise<void> {
  const { runLoop: loop } = await import('../../engine/run/runLoop');
  const title = l10n.t('Run Loop');
  const result = await carryOut(context, track, {
    title,
    mode,
    body: loop,
    ...(takeOver === undefined ? {} : { takeOver }),
  });
  if (result) tellResult(context, track, result, (more) => runTo(context, track, mode, more));
}

/** Mode of this run; the setting's is the first choice. */
async function askMode(context: CommandContext, track: Track): Promise<RunMode | undefined> {
  const usual = runMode();
  const modes: readonly RunMode[] = ['confirm-all', 'confirm-gates', 'through'];
  const choices = modes.map((mode): Choice<RunMode> => ({
    label: modeWord(mode),
    iconPath: new vscode.ThemeIcon(modeIcon[mode]),
    ...(mode === usual ? { description: l10n.t('default') } : {}),
    detail: modeDetail(mode),
    value: mode,
  }));
  return context.dialogs.pick(
    { title: titleOf(track), placeholder: l10n.t('How much do you want to confirm?') },
    choices.sort((a, b) => Number(b.value === usual) - Number(a.value === usual)),
  );
}

const modeIcon: Readonly<Record<RunMode, string>> = {
  'confirm-all': 'question',
  'confirm-gates': 'checklist',
  through: 'run-all',
};

function modeDetail(mode: RunMode): string {
  switch (mode) {
    case 'confirm-all':
      return l10n.t('You are asked before each agent starts, and at each gate');
    case 'confirm-gates':
      return l10n.t('You are asked when a plan or an execution has passed');
    case 'through':
      return l10n.t('Until the track is complete or needs you');
  }
}

/** True: a run of this window is at work there, which is told. */
function tellRunning(context: CommandContext, track: Track): boolean {
  const run = context.runs.runOf(refOf(track));
  if (!run) return false;
  context.dialogs.tell('info', l10n.t('{0}: the loop runs already, in this window.', track.name), {
    [l10n.t('Show Agents')]: () => vscode.commands.executeCommand('conductor.showAgents'),
    [l10n.t('Stop Loop')]: () => context.runs.stop(run.track),
  });
  return true;
}

/** Tells what became of a run. What was written down as needing a person has its own notification. */
function tellResult(
  context: CommandContext,
  seen: Track,
  result: RunResult,
  again: (takeOver?: boolean) => unknown,
): void {
  const ref = refOf(seen);
  const track = context.source.track(ref) ?? seen;
  if ('refused' in result) {
    const foreign = context.runs.foreignOf(ref);
    const holder = foreign?.kind === 'elsewhere' ? foreign.inspection.holder : undefined;
    const more: Record<string, () => unknown> = {};
    if (holder?.sign === 'silent') {
      more[l10n.t('Take Over…')] = () => takeOver(context, track, holderText(holder), () => again(true));
    }
    if (result.refused.code === 'paused') {
      more[l10n.t('Resume Track')] = () => vscode.commands.executeCommand('conductor.resumeTrack', ref);
    }
    tellRefusal(context, result.refused, { retry: () => again(), more });
    return;
  }
  const { outcome, why } = result;
  context.log.info(`${track.id}: the run ended (${outcome}). ${why}`);
  switch (outcome) {
    case 'complete':
      context.dialogs.tell('info', `${track.name}: ${why}`, {
        [l10n.t('Open Track')]: () => vscode.commands.executeCommand('conductor.openTrack', ref),
      });
      return;
    case 'person': {
      context.needsYou.update();
      const isWaiting = context.needsYou.items.some(
        (item) =>
          item.root === ref.root &&
          item.trackKey === ref.key &&
          (item.kind === 'escalation' || item.kind === 'blocker'),
      );
      if (isWaiting) context.dialogs.note(`$(bell-dot) ${track.name}: ${l10n.t('it needs you now')}`);
      else {
        context.dialogs.tell('warning', `${track.name}: ${why}`, {
          [l10n.t('Step Loop')]: () => vscode.commands.executeCommand('conductor.stepLoop', ref),
          [l10n.t('Run Loop')]: () => vscode.commands.executeCommand('conductor.runLoop', ref),
        });
      }
      return;
    }
    case 'stopped':
      context.dialogs.note(`$(debug-stop) ${track.name}: ${why}`);
      return;
    case 'failed':
      context.dialogs.tell('error', `${track.name}: ${why}`, {
        [l10n.t('Try Again')]: () => again(),
        [l10n.t('Show Log')]: () => context.log.show(),
      });
  }
}

async function takeOver(
  context: CommandContext,
  track: Track,
  holder: string,
  again: () => unknown,
): Promise<void> {
  const take = l10n.t('Take Over');
  const answer = await context.dialogs.confirm(
    l10n.t('Take over the loop of {0}?', track.name),
    l10n.t(
      'It is held by {0}, and has given no sign of life for over 30 s. Two loops on one track would start agents twice: take it over only if that one is gone.',
      holder,
    ),
    take,
  );
  if (answer === take) await again();
}

export const pauseAfterStep: Command = async (context, argument) => {
  const run = await targetRun(context, argument, l10n.t('Pause After This Step'));
  if (!run) return;
  context.runs.pauseAfterStep(run.track);
  context.dialogs.tell(
    'info',
    l10n.t('{0}: the loop pauses when this step has ended. Run Loop goes on from there.', run.track.name),
    { [l10n.t('Do Not Pause')]: () => context.runs.goOn(run.track) },
  );
};

/** Ends a run of this window and its agents, or the agents that a broken-off run left. */
export const stopLoop: Command = async (context, argument) => {
  const ref = refIn(argument);
  const foreign = ref && !context.runs.runOf(ref) ? context.runs.foreignOf(ref) : undefined;
  if (foreign) {
    await stopForeign(context, foreign);
    return;
  }
  const run = await targetRun(context, argument, l10n.t('Stop Loop'));
  if (run) await context.runs.stop(run.track);
};

/** Stop Agent: one of those that run. */
export const stopAgent: Command = async (context, argument) => {
  const wanted = argumentIn(argument);
  const agents = liveAgents(context.runs).filter(({ track }) => context.runs.runOf(track) !== undefined);
  const agent =
    agents.find(({ id }) => id === wanted) ??
    (agents.length === 0
      ? undefined
      : await context.dialogs.pick(
          { title: l10n.t('Stop Agent') },
          agents.map((one) => ({ ...agentChoice(one), value: one })),
        ));
  if (!agent) {
    if (agents.length === 0) context.dialogs.tell('info', l10n.t('No agent runs.'));
    return;
  }
  if (await context.runs.stopAgent(agent.track, agent.id)) {
    context.dialogs.note(`$(debug-stop) ${agent.trackName}: ${l10n.t('{0} stopped', agent.label)}`);
  }
};

/** Stop All Agents: every loop of this window, and what broken-off runs left. */
export const stopAllAgents: Command = async (context) => {
  const { runs } = context;
  const detached = runs.foreign.filter(({ kind }) => kind === 'detached');
  const agents = liveAgents(runs).filter((agent) => agent.detached || runs.runOf(agent.track));
  if (runs.runs.length === 0 && detached.length === 0) {
    context.dialogs.tell('info', l10n.t('No agent runs.'));
    return;
  }
  const stop = l10n.t('Stop All');
  const answer = await context.dialogs.confirm(
    l10n.t('Stop all agents?'),
    l10n.t(
      '{0} on {1}. Their loops end; what they wrote stays, and Run Loop goes on from there.',
      countOf(agents.length),
      [...runs.runs, ...detached].map(({ track }) => track.name).join(', '),
    ),
    stop,
  );
  if (answer !== stop) return;
  await Promise.all([runs.stopAll(), ...detached.map((one) => stopForeign(context, one))]);
};

async function stopForeign(context: CommandContext, foreign: ForeignRun): Promise<void> {
  const { track, kind, inspection } = foreign;
  if (kind === 'elsewhere' && inspection.holder) {
    context.dialogs.tell(
      'warning',
      l10n.t('{0}: the loop is run by {1}. Stop it there.', track.name, holderText(inspection.holder)),
    );
    return;
  }
  const [{ stopDetachedAgents }, { NodeProcesses }] = await Promise.all([
    import('../../engine/run/stopDetachedAgents'),
    import('../../engine/run/processes'),
  ]);
  const result = await stopDetachedAgents(inspection, {
    agents: backgroundAgents(),
    processes: new NodeProcesses(),
    face: 'VS Code',
    now: new Date(),
    trusted: vscode.workspace.isTrusted,
  });
  await context.runs.look([track]);
  if ('refused' in result) tellRefusal(context, result.refused);
  else {
    context.dialogs.note(
      `$(debug-stop) ${track.name}: ${l10n.t('{0} stopped', countOf(result.stopped.length))}`,
    );
  }
}

/** The run of the row, of the one track that has one, or the one that the person picks. */
async function targetRun(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<WindowRun | undefined> {
  const ref = refIn(argument);
  const named = ref && context.runs.runOf(ref);
  if (named) return named;
  const { runs } = context.runs;
  if (ref || runs.length === 0) {
    context.dialogs.tell('info', l10n.t('{0}: no loop of this window runs there.', title));
    return undefined;
  }
  if (runs.length === 1) return runs[0];
  return context.dialogs.pick(
    { title, placeholder: l10n.t('Choose a track') },
    runs.map((run) => ({
      label: run.track.name,
      ...(run.activity.step === undefined ? {} : { description: run.activity.step }),
      value: run,
    })),
  );
}

// ---- tasks and board ----

const failedTask = ({ active, trigger }: Blocker): boolean => active && trigger === 'task-failed';

/** Retry Task: a task that failed too often may be tried again. */
export const retryTask: Command = async (context, argument) => {
  const title = l10n.t('Retry Task');
  const hasFailed = (one: Track): boolean => isOpen(one) && blockersOf(one).length > 0;
  const track = await targetTrack(context, argument, title, hasFailed);
  if (!track) return;
  const blocker = await failureOf(context, track, argument, title);
  if (!blocker) return;
  const { answer } = await import('./answerCommands');
  await answer(context, { track: refOf(track), argument: blocker.id, answer: 'try-again' });
};

function blockersOf(track: Track): readonly Blocker[] {
  return (track.metadata?.blockers ?? []).filter(failedTask);
}

async function failureOf(
  context: CommandContext,
  track: Track,
  argument: unknown,
  title: string,
): Promise<Blocker | undefined> {
  const blockers = blockersOf(track);
  const wanted = argumentIn(argument);
  const [only] = blockers;
  if (blockers.length <= 1) {
    if (!only) {
      context.dialogs.tell('info', l10n.t('{0}: no failed task of {1} waits for you.', title, track.name));
    }
    return only;
  }
  return (
    blockers.find(({ id, subject }) => wanted !== undefined && (id === wanted || subject === wanted)) ??
    context.dialogs.pick(
      { title: `${title}: ${track.name}`, placeholder: l10n.t('Choose a task') },
      blockers.map((blocker) => ({
        label: blocker.subject ?? blocker.description,
        ...(blocker.subject === undefined ? {} : { detail: blocker.description }),
        value: blocker,
      })),
    )
  );
}

/** Convene Board: a meeting of the board on a track, in full or as a quick review. */
export const conveneBoard: Command = async (context, argument) => {
  const title = l10n.t('Convene Board');
  const track = await targetTrack(context, argument, title, isOpen);
  if (!track || tellRunning(context, track)) return;
  const question = { title: `${title}: ${track.name}` };
  const checkpoint = await context.dialogs.pick(
    { ...question, placeholder: l10n.t('What does the board decide about?') },
    checkpoints(track),
  );
  if (checkpoint === undefined) return;
  const quick = await context.dialogs.pick({ ...question, placeholder: l10n.t('How does it meet?') }, [
    {
      label: l10n.t('Full Meeting'),
      detail: l10n.t('Five directors assess, discuss in up to three rounds, and vote'),
      iconPath: new vscode.ThemeIcon('organization'),
      value: false,
    },
    {
      label: l10n.t('Quick Review'),
      detail: l10n.t('Each director assesses once; the assessments are the votes'),
      iconPath: new vscode.ThemeIcon('zap'),
      value: true,
    },
  ]);
  if (quick === undefined) return;
  const { conveneBoard: convene } = await import('../../engine/run/conveneBoard');
  const body: RunBody = (o) => convene({ ...o, checkpoint, quick });
  const meet = async (more?: boolean): Promise<void> => {
    const result = await carryOut(context, track, {
      title,
      mode: runMode(),
      body,
      ...(more === undefined ? {} : { takeOver: more }),
    });
    if (result) tellResult(context, track, result, meet);
  };
  await meet();
};

/** The one that the step is at comes first. */
function checkpoints(track: Track): Choice<BoardCheckpoint>[] {
  const step = track.loop?.step;
  const late = step === 'EVALUATE_EXECUTION' || step === 'BUSINESS_SYNC' || step === 'COMPLETE';
  const plan: Choice<BoardCheckpoint> = {
    label: l10n.t('The Plan'),
    description: 'EVALUATE_PLAN',
    value: 'EVALUATE_PLAN',
  };
  const execution: Choice<BoardCheckpoint> = {
    label: l10n.t('The Execution'),
    description: 'EVALUATE_EXECUTION',
    value: 'EVALUATE_EXECUTION',
  };
  return [
    ...(late ? [execution, plan] : [plan, execution]),
    { label: l10n.t('The Launch'), description: 'PRE_LAUNCH', value: 'PRE_LAUNCH' },
    { label: l10n.t('A Conflict of Evaluators'), description: 'CONFLICT', value: 'CONFLICT' },
  ];
}

// ---- agents ----

/** Show Agent Output: the file that holds everything an agent printed, or what all of them print now. */
export const showAgentOutput: Command = async (context, argument) => {
  const wanted = argumentIn(argument);
  const agents = liveAgents(context.runs);
  const named = agents.find(({ id }) => id === wanted);
  if (named) {
    await openPlace({ file: named.outputFile });
    return;
  }
  const ended = context.runs.runs.flatMap(({ track, activity }) =>
    activity.endedAgents.map((agent) => ({ track, agent })),
  );
  if (agents.length === 0 && ended.length === 0) {
    context.agentOutput.show();
    return;
  }
  const file = await context.dialogs.pick<string | null>({ title: l10n.t('Show Agent Output') }, [
    {
      label: l10n.t('All Agents'),
      detail: l10n.t('What they print now, in one output channel'),
      iconPath: new vscode.ThemeIcon('output'),
      value: null,
    },
    ...agents.map((agent) => ({ ...agentChoice(agent), value: agent.outputFile })),
    ...ended.reverse().map(({ track, agent }) => ({
      label: agent.task === undefined ? agent.agent : `${agent.agent} ${agent.task}`,
      description: [track.name, agent.outcome].filter((part) => part !== undefined).join(' · '),
      iconPath: new vscode.ThemeIcon('circle-outline'),
      value: agent.outputFile,
    })),
  ]);
  if (file === null) context.agentOutput.show();
  else if (file !== undefined) await openPlace({ file });
};

/** Show Running Agents: a list of them all; the chosen one is shown in the tree. */
export const showAgents: Command = async (context) => {
  const agents = liveAgents(context.runs);
  if (agents.length === 0) {
    context.dialogs.tell('info', l10n.t('No agent runs.'));
    return;
  }
  const agent = await context.dialogs.pick(
    { title: l10n.t('Running Agents'), placeholder: l10n.t('Choose one to see its output') },
    agents.map((one) => ({ ...agentChoice(one), value: one })),
  );
  if (!agent) return;
  await Promise.all([context.tracks.reveal(agent.track), openPlace({ file: agent.outputFile })]);
};

function agentChoice(agent: LiveAgent): Omit<Choice<never>, 'value'> {
  return {
    label: agent.label,
    description: [agent.trackName, agentDescription(agent, new Date())].join(' · '),
    detail: agent.id,
    iconPath: new vscode.ThemeIcon(agent.detached ? 'sync' : 'sync~spin'),
  };
}
