import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { RunController } from './runController';
import { countOf, liveAgents } from './runRows';

/** A second item beside the track's, only while loops or agents run. A click lists the agents. */
export class RunStatusItem implements vscode.Disposable {
  readonly #runs: RunController;
  readonly #item: vscode.StatusBarItem;
  readonly #disposables: { dispose(): void }[];

  constructor(runs: RunController) {
    this.#runs = runs;
    this.#item = vscode.window.createStatusBarItem('conductor.run', vscode.StatusBarAlignment.Left, 9);
    this.#item.name = l10n.t('Conductor: Agents');
    this.#item.command = 'conductor.showAgents';
    this.#disposables = [this.#item, runs.onDidChange(() => this.update())];
  }

  /** What is shown; empty when the item is hidden. */
  get text(): string {
    return this.#item.text;
  }

  update(): void {
    const { runs } = this.#runs;
    const agents = liveAgents(this.#runs);
    const detached = agents.filter((agent) => agent.detached).length;
    if (runs.length === 0 && detached === 0) {
      this.#item.text = '';
      this.#item.hide();
      return;
    }
    const [only] = runs;
    const parts =
      runs.length === 0
        ? [l10n.t('{0} detached', countOf(detached))]
        : [
            runs.length === 1 && only ? shortened(only.track.name) : l10n.t('{0} loops', runs.length),
            ...(runs.length === 1 && only?.activity.step !== undefined ? [only.activity.step] : []),
            countOf(agents.length - detached),
          ];
    const icon = runs.length === 0 ? 'sync' : 'sync~spin';
    this.#item.text = `$(${icon}) ${parts.join(' · ').replaceAll('$(', '$ (')}`;
    this.#item.tooltip = [
      ...runs.map(({ track, activity }) => `${track.name}: ${activity.now ?? activity.step ?? ''}`),
      l10n.t('Show Running Agents'),
    ].join('\n');
    this.#item.accessibilityInformation = { label: [l10n.t('Conductor loop'), ...parts].join(', ') };
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}

function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}
