import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { markerWord } from '../../model/marker';
import type { Track } from '../../model/track';
import { icons, markerIcon, phaseMarker, trackIcon, type Icon } from './icons';
import type { PhaseNode, Place, RowNode, TaskNode, TrackNode } from './trackNodes';
import { trackDescription, trackSentence } from './words';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

export function themeIcon(icon: Icon): vscode.ThemeIcon {
  return new vscode.ThemeIcon(
    icon.id,
    icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color),
  );
}

/** What a click on a row does: it opens the place, in a preview. */
export function openCommand(place: Place): vscode.Command {
  const uri = vscode.Uri.file(place.file);
  const line = Math.max(0, (place.line ?? 1) - 1);
  const options: vscode.TextDocumentShowOptions =
    place.line === undefined
      ? { preview: true }
      : { preview: true, selection: new vscode.Range(line, 0, line, 0) };
  return { command: 'vscode.open', title: l10n.t('Open'), arguments: [uri, options] };
}

export function trackItem(
  node: TrackNode,
  track: Track,
  o: { running: boolean; highlight?: string; run?: string },
): vscode.TreeItem {
  // A run moves its track to the group of those at work, where VS Code closes the row again: its agents are to be seen.
  const open = o.run === 'running' || o.run === 'pausing' || o.run === 'stopping';
  const item = new vscode.TreeItem(highlighted(track.name, o.highlight), open ? Expanded : Collapsed);
  item.id = node.id;
  item.description = trackDescription(track);
  item.iconPath = themeIcon(o.running ? icons.live : trackIcon(track));
  item.contextValue = trackContext(track, o.run);
  item.accessibilityInformation = {
    label: o.running ? `${trackSentence(track)}, ${l10n.t('agent running')}` : trackSentence(track),
  };
  return item;
}

/**
 * Facts that menus ask for, each once, between dots: `.track.active.loop.registered.`
 * (`when: viewItem =~ /\.track\..*\.loop\./`).
 */
export function trackContext(track: Track, run?: string): string {
  const blocked = track.loop?.stepStatus === 'BLOCKED' || track.metadata?.blockers.some((b) => b.active);
  return [
    '',
    'track',
    track.group,
    track.loop ? 'loop' : 'plain',
    blocked ? 'blocked' : undefined,
    track.archived ? undefined : 'live',
    track.folder === undefined ? 'noFolder' : 'folder',
    track.documents.spec === undefined ? undefined : 'spec',
    track.documents.plan === undefined ? undefined : 'plan',
    track.documents.metadata === undefined ? undefined : 'metadata',
    track.metadata && track.metadata.version < 2 ? 'oldMetadata' : undefined,
    track.problems.some((problem) => problem.repair !== undefined) ? 'repairable' : undefined,
    track.metadata?.blockers.some((b) => b.active && b.trigger === 'task-failed') ? 'taskFailed' : undefined,
    run,
    '',
  ]
    .filter((fact) => fact !== undefined)
    .join('.');
}

export function phaseItem(node: PhaseNode): vscode.TreeItem {
  const { phase } = node;
  const marker = phaseMarker(phase);
  const item = new vscode.TreeItem(phase.heading, phase.tasks.length > 0 ? Collapsed : None);
  item.id = node.id;
  const done = phase.tasks.filter((task) => task.marker === 'done').length;
  const progress = phase.tasks.length === 0 ? l10n.t('no tasks') : `${done}/${phase.tasks.length}`;
  item.description = phase.checkpoint ? `${progress} · ${phase.checkpoint}` : progress;
  item.iconPath = themeIcon(markerIcon(marker));
  item.contextValue = phase.saysDone ? '.phase.done.' : '.phase.open.';
  item.accessibilityInformation = { label: `${phase.heading}, ${markerWord[marker]}, ${progress}` };
  item.command = openCommand({ file: node.file, line: phase.line });
  return item;
}

export function taskItem(node: TaskNode, highlight?: string): vscode.TreeItem {
  const { task } = node;
  const label = withoutCodeMarks(task.number === undefined ? task.text : `${task.number} ${task.text}`);
  const item = new vscode.TreeItem(highlighted(label, highlight), task.tasks.length > 0 ? Collapsed : None);
  item.id = node.id;
  const word = task.marker === 'todo' || task.marker === 'done' ? undefined : markerWord[task.marker];
  item.description = [word, task.commit, task.needsPerson ? l10n.t('needs you') : undefined]
    .filter((part) => part !== undefined)
    .join(' · ');
  item.iconPath = themeIcon(markerIcon(task.marker));
  item.contextValue = `.task.${task.place}.${task.marker}.`;
  const subTasks = task.tasks.length;
  item.accessibilityInformation = {
    label: [
      label,
      markerWord[task.marker],
      task.commit ? l10n.t('commit {0}', task.commit) : undefined,
      subTasks > 0
        ? l10n.t('{0} of {1} sub-tasks done', task.tasks.filter((t) => t.marker === 'done').length, subTasks)
        : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  };
  if (task.place !== 'derived') {
    item.checkboxState = {
      state:
        task.marker === 'done'
          ? vscode.TreeItemCheckboxState.Checked
          : vscode.TreeItemCheckboxState.Unchecked,
      tooltip: task.marker === 'done' ? l10n.t('Mark as To Do') : l10n.t('Mark as Done'),
      accessibilityInformation: { label: `${label}, ${markerWord[task.marker]}`, role: 'checkbox' },
    };
  }
  item.command = openCommand({ file: node.file, line: task.line });
  return item;
}

export function rowItem(node: RowNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    withoutCodeMarks(node.label),
    node.children ? (node.open ? Expanded : Collapsed) : None,
  );
  item.id = node.id;
  item.description = node.description;
  if (node.icon) item.iconPath = themeIcon(node.icon);
  item.contextValue = `.${node.what}.`;
  item.accessibilityInformation = {
    label: [node.label, node.state, node.description]
      .filter((part) => part !== undefined && part !== '')
      .join(', '),
  };
  if (node.command !== undefined) {
    item.command = { command: node.command, title: l10n.t('Open'), arguments: [node] };
  } else if (node.place) item.command = openCommand(node.place);
  return item;
}

/** Labels are no Markdown: `code` reads better without its marks. */
function withoutCodeMarks(text: string): string {
  return text.replaceAll('`', '');
}

/** The label with the places marked where it holds what was searched for. */
function highlighted(label: string, search: string | undefined): vscode.TreeItemLabel | string {
  if (search === undefined || search === '') return label;
  const highlights: [number, number][] = [];
  const lower = label.toLowerCase();
  // Some letters change their length in lower case; then the places would be wrong.
  if (lower.length !== label.length) return label;
  const wanted = search.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
    highlights.push([at, at + wanted.length]);
  }
  return { label, highlights };
}
