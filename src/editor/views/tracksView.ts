import { basename } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { Problem } from '../../model/problem';
import type { RootSnapshot } from '../../model/root';
import type { Track, TrackGroup } from '../../model/track';
import type { StoreChange } from '../../store/conductorStore';
import type { ConductorSource } from '../conductorSource';
import { sortOrder, sortOrders, type SortOrder } from '../settings';
import { icons } from './icons';
import { taskRows } from './planRows';
import { sortTracks, trackMatches } from './trackFilter';
import {
  idBelow,
  refOf,
  type GroupNode,
  type RootNode,
  type RowNode,
  type TaskNode,
  type TrackNode,
  type TrackRef,
  type TracksNode,
} from './trackNodes';
import { problemRows, trackSections } from './trackSections';
import { rootPlace, rootTitles } from './rootTitles';
import { phaseTooltip, taskTooltip, trackTooltip } from './trackTooltips';
import { openCommand, phaseItem, rowItem, taskItem, trackItem } from './treeItems';
import { groupWord } from './words';

const groups: readonly TrackGroup[] = ['active', 'ready', 'paused', 'done', 'archived'];
const viewId = 'conductor.tracks';
const orderKey = 'tracks.sort';

/** States of a run that this window carries out. */
const ours: ReadonlySet<string> = new Set(['running', 'pausing', 'stopping']);

/** What runs on a track, for its rows. */
export interface TrackRuns {
  /** Undefined: nothing runs there, and nothing was left. */
  row(track: TrackRef): RowNode | undefined;
  /** In a word, for menus: `running`, `pausing`, `stopping`, `elsewhere`, `detached`, `brokenOff`. */
  state(track: TrackRef): string | undefined;
}

/** The Tracks view: roots (when there are several), groups, tracks, and all that is below a track. */
export class TracksView implements vscode.TreeDataProvider<TracksNode>, vscode.Disposable {
  readonly #source: ConductorSource;
  readonly #memory: vscode.Memento;
  readonly #runs: TrackRuns;
  readonly #refresh = new vscode.EventEmitter<TracksNode | TracksNode[] | undefined>();
  readonly #toggled = new vscode.EventEmitter<readonly [TaskNode, boolean]>();
  readonly #disposables: vscode.Disposable[] = [this.#refresh, this.#toggled];
  /** Nodes that a refresh can be aimed at: one object for each identity. */
  readonly #nodes = new Map<string, RootNode | GroupNode | TrackNode>();
  /** Tracks with an agent of ours at work now. */
  readonly #running = new Set<string>();
  /** What the rows of runs said when they were last refreshed. */
  readonly #shownRuns = new Map<string, string>();
  #filter = '';
  /** The view was hidden when something changed. */
  #missed = false;

  readonly onDidChangeTreeData = this.#refresh.event;
  /** A person clicked the check box of a task: the task, and whether it is now checked. */
  readonly onDidToggle = this.#toggled.event;
  readonly view: vscode.TreeView<TracksNode>;

  /** @param memory What this workspace remembers: the order that was chosen here. */
  constructor(source: ConductorSource, memory: vscode.Memento, runs: TrackRuns) {
    this.#source = source;
    this.#runs = runs;
    this.#memory = memory;
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
      // A parent task is not done because its sub-tasks are: what the file says is what is shown.
      manageCheckboxStateManually: true,
    });
    this.#disposables.push(
      this.view,
      source.onDidChange((change) => this.#onChange(change)),
      this.view.onDidChangeVisibility(({ visible }) => {
        source.setVisible(viewId, visible);
        if (visible && this.#missed) this.refresh();
      }),
      this.view.onDidChangeCheckboxState(({ items }) => {
        for (const [node, state] of items) {
          if (node.kind === 'task') {
            this.#toggled.fire([node, state === vscode.TreeItemCheckboxState.Checked]);
          }
        }
      }),
      this.view.onDidExpandElement(({ element }) => {
        if (element.kind === 'group' && element.group === 'archived') void this.#openArchive(element.root);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        // Whoever changes the default wants to see it.
        if (event.affectsConfiguration('conductor.tracks.sort')) void this.setOrder(undefined);
      }),
    );
    source.setVisible(viewId, this.view.visible);
  }

  // ---- what is shown ----

  get filter(): string {
    return this.#filter;
  }

  setFilter(text: string): void {
    this.#filter = text.trim();
    void vscode.commands.executeCommand('setContext', 'conductor.filtered', this.#filter !== '');
    this.refresh();
  }

  /** The order of the tracks in each group: the one chosen in this workspace, else the setting's. */
  get order(): SortOrder {
    const chosen = this.#memory.get<string>(orderKey);
    return sortOrders.find((order) => order === chosen) ?? sortOrder();
  }

  /** Undefined: the setting's again. Kept in the workspace's own state: how somebody looks at tracks is no setting of a project. */
  async setOrder(order: SortOrder | undefined): Promise<void> {
    await this.#memory.update(orderKey, order);
    this.refresh();
  }

  /** Shows that an agent works on the track right now. */
  setRunning(track: TrackRef, running: boolean): void {
    const id = idBelow(track);
    if (running) this.#running.add(id);
    else this.#running.delete(id);
    const node = this.#nodes.get(id);
    if (node && this.view.visible) this.#refresh.fire(node);
  }

  /** Everything again, from the snapshot. */
  refresh(): void {
    this.#missed = false;
    this.#tell();
    this.#refresh.fire(undefined);
  }

  /** One track again: after an edit that was refused, its check boxes must fall back. */
  refreshTrack(track: TrackRef): void {
    const node = this.#nodes.get(idBelow(track));
    this.#refresh.fire(node);
  }

  /** What runs on the track may have changed, or its time has: the track again, if its rows say something else now. */
  refreshRun(track: TrackRef): void {
    const id = idBelow(track);
    const row = this.#runs.row(track);
    const shown = JSON.stringify([row, row?.children?.(), this.#runs.state(track)]);
    if (this.#shownRuns.get(id) === shown) return;
    this.#shownRuns.set(id, shown);
    const node = this.#nodes.get(id);
    if (!this.view.visible) this.#missed = true;
    else if (node) this.#refresh.fire(node);
  }

  /** Selects a track and scrolls to it. */
  async reveal(track: TrackRef): Promise<void> {
    if (!this.#source.track(track)) return;
    await this.view.reveal(this.#trackNode(track), { select: true, focus: false, expand: true });
  }

  #onChange(change: StoreChange): void {
    if (!this.view.visible) {
      this.#missed = true;
      return;
    }
    // With a filter or an order that looks inside the tracks, a change can move rows.
    const { order } = this;
    const moves = this.#filter !== '' || order === 'changed' || order === 'progress';
    if (change.structure || moves || change.tracks.length === 0) {
      this.refresh();
      return;
    }
    this.#tell();
    const nodes = change.tracks
      .map((track) => this.#nodes.get(idBelow(track)))
      .filter((node) => node !== undefined);
    // A track that was never shown is below a closed parent: nothing to do.
    if (nodes.length > 0) this.#refresh.fire(nodes);
  }

  /** The lines above the tree: filter, and watching that does not work as it should. */
  #tell(): void {
    this.view.description = this.#filter === '' ? undefined : l10n.t('filter: {0}', this.#filter);
    const said = [
      this.#source.snapshot.watchProblem,
      this.#findsNothing() ? l10n.t('No track and no task matches the filter.') : undefined,
    ];
    this.view.message = said.filter((line) => line !== undefined).join(' ') || undefined;
  }

  /**
   * True when the filter finds nothing although rows are left: roots, problems, and the group of archived tracks, which
   * are only counted until they are read. Without any row the view's welcome says it.
   */
  #findsNothing(): boolean {
    const { roots, problems = [] } = this.#source.snapshot;
    if (this.#filter === '' || roots.length === 0) return false;
    const finds = (root: RootSnapshot): boolean =>
      [...root.tracks, ...(root.archive.tracks ?? [])].some((track) => trackMatches(track, this.#filter));
    const hasRows =
      roots.length > 1 ||
      problems.length > 0 ||
      roots.some((root) => root.problems.length > 0 || this.#count(root, 'archived') > 0);
    return hasRows && !roots.some(finds);
  }

  async #openArchive(root: string): Promise<void> {
    await this.#source.openArchive(root);
  }

  // ---- the tree ----

  async getChildren(node?: TracksNode): Promise<TracksNode[]> {
    if (!node) return this.#top();
    switch (node.kind) {
      case 'root': {
        const root = this.#source.root(node.root);
        return root ? this.#belowRoot(root) : [];
      }
      case 'group':
        return this.#tracksOf(node);
      case 'track': {
        const track = this.#source.track(node.track);
        if (!track) return [];
        const run = this.#runs.row(node.track);
        return run ? [run, ...trackSections(track)] : [...trackSections(track)];
      }
      case 'phase': {
        const track = this.#source.track(node.track);
        return track ? [...taskRows(track, node.file, node.phase.tasks, node.id)] : [];
      }
      case 'task': {
        const track = this.#source.track(node.track);
        return track ? [...taskRows(track, node.file, node.task.tasks, node.id)] : [];
      }
      case 'row':
        return [...(node.children?.() ?? [])];
    }
  }

  getParent(node: TracksNode): TracksNode | undefined {
    if (node.kind === 'track') {
      const track = this.#source.track(node.track);
      return track && this.#groupNode(node.track.root, track.group);
    }
    if (node.kind === 'group') {
      return this.#source.snapshot.roots.length > 1 ? this.#rootNode(node.root) : undefined;
    }
    return undefined;
  }

  getTreeItem(node: TracksNode): vscode.TreeItem {
    switch (node.kind) {
      case 'root':
        return this.#rootItem(node);
      case 'group':
        return this.#groupItem(node);
      case 'track': {
        const track = this.#source.track(node.track);
        if (!track) return new vscode.TreeItem(node.track.key);
        const run = this.#runs.state(node.track);
        return trackItem(node, track, {
          running: this.#running.has(node.id) || (run !== undefined && ours.has(run)),
          highlight: this.#filter,
          run,
        });
      }
      case 'phase':
        return phaseItem(node);
      case 'task':
        return taskItem(node, this.#filter);
      case 'row':
        return rowItem(node);
    }
  }

  /** Tooltips are made when somebody points at a row, not for every row. */
  resolveTreeItem(item: vscode.TreeItem, node: TracksNode): vscode.TreeItem {
    const text = this.#tooltip(node);
    if (text !== undefined) item.tooltip = new vscode.MarkdownString(text);
    return item;
  }

  #tooltip(node: TracksNode): string | undefined {
    switch (node.kind) {
      case 'track': {
        const track = this.#source.track(node.track);
        return track && trackTooltip(track, new Date());
      }
      case 'task':
        return taskTooltip(node);
      case 'phase':
        return phaseTooltip(node);
      case 'row':
        return node.tooltip?.();
      default:
        return undefined;
    }
  }

  #top(): TracksNode[] {
    const { roots, problems = [] } = this.#source.snapshot;
    const [only] = roots;
    if (roots.length === 1 && only && problems.length === 0) return this.#belowRoot(only);
    const shown: TracksNode[] = roots.map((root) => this.#rootNode(root.path));
    return problems.length > 0 ? [...shown, this.#problemsRow('search', problems)] : shown;
  }

  #belowRoot(root: RootSnapshot): TracksNode[] {
    const shown: TracksNode[] = groups
      .filter((group) => this.#count(root, group) > 0)
      .map((group) => this.#groupNode(root.path, group));
    if (root.problems.length > 0) shown.push(this.#problemsRow(root.path, root.problems));
    return shown;
  }

  #problemsRow(of: string, problems: readonly Problem[]): RowNode {
    const id = `${of}\u001fproblems`;
    return {
      kind: 'row',
      id,
      what: 'problems',
      label: l10n.t('Problems'),
      description: String(problems.length),
      icon: icons.caution,
      children: () => problemRows(problems, id, undefined),
    };
  }

  /** Tracks of a group that pass the filter. Archived ones are only counted until they were read. */
  #members(root: RootSnapshot, group: TrackGroup): readonly Track[] {
    const all = group === 'archived' ? (root.archive.tracks ?? []) : root.tracks;
    return all.filter((track) => track.group === group && trackMatches(track, this.#filter));
  }

  #count(root: RootSnapshot, group: TrackGroup): number {
    if (group === 'archived' && root.archive.tracks === undefined) return root.archive.count;
    return this.#members(root, group).length;
  }

  async #tracksOf(node: GroupNode): Promise<TracksNode[]> {
    if (node.group === 'archived' && this.#source.root(node.root)?.archive.tracks === undefined) {
      await this.#openArchive(node.root);
    }
    const root = this.#source.root(node.root);
    if (!root) return [];
    return sortTracks(this.#members(root, node.group), this.order).map((track) =>
      this.#trackNode(refOf(track)),
    );
  }

  #rootItem(node: RootNode): vscode.TreeItem {
    const root = this.#source.root(node.root);
    const item = new vscode.TreeItem(
      rootTitles(this.#source.snapshot.roots).get(node.root) ?? basename(node.root),
      vscode.TreeItemCollapsibleState.Expanded,
    );
    item.id = node.id;
    item.description = root ? rootPlace(root) : undefined;
    item.tooltip = node.root;
    item.iconPath = new vscode.ThemeIcon('root-folder');
    item.contextValue = '.root.';
    if (root?.registryFile !== undefined) item.command = openCommand({ file: root.registryFile });
    return item;
  }

  #groupItem(node: GroupNode): vscode.TreeItem {
    const root = this.#source.root(node.root);
    const count = root ? this.#count(root, node.group) : 0;
    const open = node.group !== 'done' && node.group !== 'archived';
    const item = new vscode.TreeItem(
      groupWord(node.group),
      open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.id = node.id;
    item.description = String(count);
    item.contextValue = `.group.${node.group}.`;
    item.accessibilityInformation = {
      label:
        count === 1
          ? l10n.t('{0}, 1 track', groupWord(node.group))
          : l10n.t('{0}, {1} tracks', groupWord(node.group), count),
    };
    return item;
  }

  #rootNode(root: string): RootNode {
    return this.#intern({ kind: 'root', id: root, root });
  }

  #groupNode(root: string, group: TrackGroup): GroupNode {
    return this.#intern({ kind: 'group', id: `${root}\u001fgroup\u001f${group}`, root, group });
  }

  #trackNode(track: TrackRef): TrackNode {
    return this.#intern({ kind: 'track', id: idBelow(track), track: { root: track.root, key: track.key } });
  }

  #intern<T extends RootNode | GroupNode | TrackNode>(node: T): T {
    const known = this.#nodes.get(node.id);
    // An id says its kind: nothing else can stand under it.
    if (known) return known as T;
    this.#nodes.set(node.id, node);
    return node;
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}
