import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { Track } from '../model/track';
import { isBlockedTrack } from '../rules/nextAction';
import type { ConductorSource } from './conductorSource';
import type { NeedsYouList } from './needsYouList';
import { waitingIn } from './views/needsYouRows';
import { refOf } from './views/trackNodes';
import { trackTooltip } from './views/trackTooltips';
import { progressText, stateParts } from './views/words';

/** One item: active track · step · progress. A click shows what is next for it. */
export class StatusBar implements vscode.Disposable {
  readonly #source: ConductorSource;
  readonly #needsYou: NeedsYouList;
  readonly #item: vscode.StatusBarItem;
  readonly #disposables: vscode.Disposable[];

  constructor(source: ConductorSource, needsYou: NeedsYouList) {
    this.#source = source;
    this.#needsYou = needsYou;
    this.#item = vscode.window.createStatusBarItem('conductor.track', vscode.StatusBarAlignment.Left, 10);
    this.#item.name = 'Conductor';
    this.#disposables = [
      this.#item,
      source.onDidChange(() => this.update()),
      needsYou.onDidChange(() => this.update()),
    ];
  }

  /** What is shown. */
  get text(): string {
    return this.#item.text;
  }

  update(): void {
    const track = activeTrack(this.#source);
    if (!track) {
      this.#item.hide();
      return;
    }
    const waiting = waitingIn(this.#needsYou.items);
    const parts = [track.name.length > 30 ? `${track.name.slice(0, 29)}…` : track.name];
    parts.push(...stateParts(track));
    parts.push(progressText(track.progress));
    this.#item.text = `$(${isBlockedTrack(track) ? 'circle-slash' : 'checklist'}) ${parts.join(' · ').replaceAll('$(', '$ (')}${waiting > 0 ? ` $(bell-dot) ${waiting}` : ''}`;
    const tooltip = new vscode.MarkdownString(trackTooltip(track, new Date()));
    if (waiting > 0) {
      tooltip.appendMarkdown(
        `\n\n${waiting === 1 ? l10n.t('1 thing needs you.') : l10n.t('{0} things need you.', waiting)}`,
      );
    }
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = {
      label: [l10n.t('Conductor'), ...parts, waiting > 0 ? l10n.t('{0} need you', waiting) : undefined]
        .filter((part) => part !== undefined)
        .join(', '),
    };
    this.#item.command = {
      command: track.loop ? 'conductor.stepLoop' : 'conductor.resumeTrack',
      title: track.loop ? l10n.t('Step Loop') : l10n.t('Resume Track'),
      arguments: [refOf(track)],
    };
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}

/** The track that a person is most likely at: the active one that changed last, else the first that is ready. */
export function activeTrack(source: ConductorSource): Track | undefined {
  const tracks = source.snapshot.roots.flatMap((root) => root.tracks);
  const active = tracks.filter((track) => track.group === 'active');
  if (active.length > 0) {
    return active.reduce((last, track) => ((track.changedAt ?? 0) > (last.changedAt ?? 0) ? track : last));
  }
  return tracks.find((track) => track.group === 'ready');
}
