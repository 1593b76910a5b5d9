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
  const needsYou = new NeedsYouList(source);
  const tracks = new TracksView(source, extension.workspaceState);
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
  const notifications = new Notifications(needsYou, () => source.isReady);
  const window: WindowContext = {
    source,
    tracks,
    needsYou,
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
      Object.assign(window, vscodePorts(log)),
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
  extension.subscriptions.push(
    log,
    source,
    needsYou,
    tracks,
    needsYouView,
    workersView,
    statusBar,
    notifications,
    { dispose: () => clearInterval(ages) },
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
    toggle,
    panels: () => import('./editor/panels/panels'),
    activation: performance.now() - began,
  };
}
