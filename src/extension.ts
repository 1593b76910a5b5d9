import * as vscode from 'vscode';
import { ConductorSource } from './editor/conductorSource';
import { registerCommands } from './editor/commands/registerCommands';
import type { CommandContext, WindowContext } from './editor/commands/commandContext';
import { setContext, setContextOf } from './editor/contextKeys';
import { vscodeDialogs } from './editor/dialogs';
import { NeedsYouList } from './editor/needsYouList';
import { Notifications } from './editor/notifications';
import { StatusBar } from './editor/statusBar';
import type * as Panels from './editor/panels/panels';
import { registerPanels } from './editor/panels/registerPanels';
import { AgentOutputChannel } from './editor/runs/agentOutputChannel';
import { brokenRuns } from './editor/runs/brokenRuns';
import { LeftRuns } from './editor/runs/leftRuns';
import { RunController } from './editor/runs/runController';
import { liveAgents, runRow } from './editor/runs/runRows';
import { RunStatusItem } from './editor/runs/runStatusItem';
import { badgeOf, needsYouRows } from './editor/views/needsYouRows';
import { RowsView } from './editor/views/rowsView';
import type { TaskNode } from './editor/views/trackNodes';
import { TracksView } from './editor/views/tracksView';
import { workerRows } from './editor/views/workerRows';

/** What activate() returns. For the tests in the extension host; no promise to other extensions. */
export interface ConductorApi {
  /** What commands work with. */
  readonly context: () => Promise<CommandContext>;
  readonly needsYouView: RowsView;
  readonly workersView: RowsView;
  readonly statusBar: StatusBar;
  readonly runStatus: RunStatusItem;
  readonly leftRuns: LeftRuns;
  /** What a click on a task's check box does. */
  readonly toggle: (task: TaskNode, checked: boolean) => Promise<void>;
  /** What opens and restores panels, and knows which are open. */
  readonly panels: () => Promise<typeof Panels>;
  /** Duration of activate(), ms. */
  readonly activation: number;
}

/** Makes the parts and joins them. All that takes time begins after it has returned. */
export function activate(extension: vscode.ExtensionContext): ConductorApi {
  const began = performance.now();
  const log = vscode.window.createOutputChannel('Conductor', { log: true });
  const source = new ConductorSource(log);
  const runs = new RunController({
    inspect: async ({ root, folder }) => {
      const [{ inspectRun }, { NodeProcesses }] = await Promise.all([
        import('./engine/run/inspectRun'),
        import('./engine/run/processes'),
      ]);
      return inspectRun(root, folder, new NodeProcesses());
    },
    log,
    now: Date.now,
  });
  const needsYou = new NeedsYouList(source, () => brokenRuns(runs));
  const tracks = new TracksView(source, extension.workspaceState, {
    row: (track) => runRow(runs, track, () => new Date()),
    state: (track) => runs.runOf(track)?.phase ?? runs.foreignOf(track)?.kind,
  });
  const needsYouView = new RowsView(
    'conductor.needsYou',
    () => needsYouRows(needsYou.items, new Date()),
    (visible) => source.setVisible('conductor.needsYou', visible),
  );
  const workersView = new RowsView(
    'conductor.workers',
    () => workerRows(source.snapshot, new Date()),
    (visible) => source.setVisible('conductor.workers', visible),
  );
  const statusBar = new StatusBar(source, needsYou);
  const runStatus = new RunStatusItem(runs);
  const agentOutput = new AgentOutputChannel(runs, log);
  const notifications = new Notifications(needsYou, () => source.isReady);
  const window: WindowContext = {
    source,
    tracks,
    needsYou,
    runs,
    agentOutput,
    log,
    memory: extension.workspaceState,
    extensionUri: extension.extensionUri,
    version: String((extension.extension.packageJSON as { version?: unknown }).version),
    dialogs: vscodeDialogs(log),
  };
  // Reading and writing files is loaded when the first command asks for it.
  let joined: Promise<CommandContext> | undefined;
  const context = (): Promise<CommandContext> =>
    (joined ??= import('./editor/vscodePorts').then(({ vscodePorts }) =>
      Object.assign(window, vscodePorts(window, extension.subscriptions)),
    ));
  const toggle = async (task: TaskNode, checked: boolean): Promise<void> => {
    try {
      const { toggleTask } = await import('./editor/commands/markerCommands');
      await toggleTask(await context(), task, checked);
    } catch (error) {
      log.error(error as Error);
      tracks.refreshTrack(task.track);
    }
  };
  // Ages of heartbeats and locks grow without any file changing.
  const ages = setInterval(() => workersView.refresh(), 30_000);
  // So do the times that agents run.
  const elapsed = setInterval(() => {
    for (const { track } of [...runs.runs, ...runs.foreign]) tracks.refreshRun(track);
  }, 10_000);
  let knownBroken = '[]';
  const leftRuns = new LeftRuns(source, runs, {
    memory: extension.workspaceState,
    dialogs: () => window.dialogs,
  });
  extension.subscriptions.push(
    log,
    source,
    needsYou,
    tracks,
    needsYouView,
    workersView,
    statusBar,
    notifications,
    { dispose: () => (clearInterval(ages), clearInterval(elapsed)) },
    runs,
    runStatus,
    agentOutput,
    leftRuns,
    runs.onDidChange((track) => {
      tracks.refreshRun(track);
      const broken = JSON.stringify(brokenRuns(runs));
      if (broken !== knownBroken) needsYou.update();
      knownBroken = broken;
      setContext('runs', runs.runs.length);
      setContext('agents', liveAgents(runs).length);
    }),
    registerCommands(window, context),
    registerPanels(context),
    tracks.onDidToggle(([task, checked]) => void toggle(task, checked)),
    source.onDidChange(() => {
      setContextOf(source);
      workersView.refresh();
    }),
    source.onDidBecomeReady(() => setContextOf(source)),
    needsYou.onDidChange(() => {
      setContext('needsYouCount', needsYou.items.length);
      needsYouView.view.badge = badgeOf(needsYou.items);
      needsYouView.refresh();
    }),
  );
  setImmediate(() => void source.start());
  return {
    context,
    needsYouView,
    workersView,
    statusBar,
    runStatus,
    leftRuns,
    toggle,
    panels: () => import('./editor/panels/panels'),
    activation: performance.now() - began,
  };
}
