import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { ConductorSource } from '../conductorSource';
import type { Dialogs } from '../dialogs';
import { refOf, type TrackRef } from '../views/trackNodes';
import type { ForeignRun, RunController, RunTrack } from './runController';

const offeredKey = 'runs.offered';
/** So many offers are remembered. */
const kept = 200;

/**
 * Looks for runs that somebody else holds or that were broken off, when the window has read its tracks and whenever one
 * of them changes. A broken-off run is offered once to be resumed, and never resumed by itself.
 */
export class LeftRuns implements vscode.Disposable {
  readonly #source: ConductorSource;
  readonly #runs: RunController;
  readonly #memory: vscode.Memento;
  readonly #dialogs: () => Dialogs;
  readonly #disposables: vscode.Disposable[];
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param delay ms in which changes are gathered. */
  constructor(
    source: ConductorSource,
    runs: RunController,
    o: { readonly memory: vscode.Memento; readonly dialogs: () => Dialogs; readonly delay?: number },
  ) {
    this.#source = source;
    this.#runs = runs;
    this.#memory = o.memory;
    this.#dialogs = o.dialogs;
    const delay = o.delay ?? 1000;
    this.#disposables = [
      source.onDidBecomeReady(() => void this.look(() => true)),
      source.onDidChange(({ tracks, structure }) => {
        if (!source.isReady) return;
        for (const track of structure ? this.#tracks() : tracks) this.#changed.add(idOf(track));
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          const changed = new Set(this.#changed);
          this.#changed.clear();
          runs.keepOnly((track) => source.track(track) !== undefined);
          void this.look((track) => changed.has(idOf(track)));
        }, delay);
      }),
    ];
  }

  /** Looks at the tracks that fit, and offers to resume what was broken off. Never rejects. */
  async look(fits: (track: TrackRef) => boolean): Promise<void> {
    await this.#runs.look(this.#tracks().filter(fits));
    await this.#offer();
  }

  /** Runs keep their journal on the message bus: a track without one has none. */
  #tracks(): readonly RunTrack[] {
    return this.#source.snapshot.roots.flatMap((root) =>
      root.tracks.flatMap((track) =>
        track.bus && track.folder !== undefined
          ? [{ ...refOf(track), name: track.name, folder: track.folder }]
          : [],
      ),
    );
  }

  async #offer(): Promise<void> {
    const offered = this.#memory.get<readonly string[]>(offeredKey, []);
    const news = this.#runs.foreign.filter((foreign) => {
      const { runId } = foreign.inspection.state;
      const open = this.#source.track(foreign.track)?.group !== 'done';
      if (runId === undefined || offered.includes(runId) || this.#runs.wasOurs(runId)) return false;
      return foreign.kind !== 'elsewhere' && open;
    });
    const [first] = news;
    if (!first) return;
    const ids = news.map(({ inspection }) => inspection.state.runId ?? '');
    await this.#memory.update(offeredKey, [...offered, ...ids].slice(-kept));
    if (news.length === 1) this.#offerOne(first);
    else {
      this.#dialogs().tell(
        'info',
        l10n.t('{0} runs were broken off: {1}', news.length, news.map(({ track }) => track.name).join(', ')),
        { [l10n.t('Show')]: () => vscode.commands.executeCommand('conductor.tracks.focus') },
      );
    }
  }

  #offerOne({ track, kind }: ForeignRun): void {
    const act = (command: string) => () =>
      vscode.commands.executeCommand(`conductor.${command}`, { root: track.root, key: track.key });
    this.#dialogs().tell(
      'info',
      kind === 'detached'
        ? l10n.t('{0}: the run was broken off, and its agents are still at work.', track.name)
        : l10n.t('{0}: the run was broken off.', track.name),
      {
        [l10n.t('Resume Run')]: act('runLoop'),
        ...(kind === 'detached' ? { [l10n.t('Stop Agents')]: act('stopLoop') } : {}),
      },
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}

function idOf({ root, key }: TrackRef): string {
  return `${root}\u001f${key}`;
}
