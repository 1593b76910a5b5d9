import * as vscode from 'vscode';
import type { ConductorSnapshot, RootSnapshot } from '../model/root';
import type { Track } from '../model/track';
import type { ConductorStore, StoreChange } from '../store/conductorStore';
import { extraRoots } from './settings';
import type { TrackRef } from './views/trackNodes';

/**
 * What the views show: the store's snapshot. It exists from the first moment of activation; the store itself is
 * loaded and started afterwards, so that activate() stays short.
 */
export class ConductorSource implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<StoreChange>();
  readonly #becameReady = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed, this.#becameReady];
  #store: ConductorStore | undefined;
  #starting: Promise<ConductorStore | undefined> | undefined;
  #disposed = false;
  #visibleViews = new Set<string>();

  /** Fires on the host's thread after the snapshot has been replaced. */
  readonly onDidChange = this.#changed.event;
  /** Fires once, after the first read and the event that tells of it. */
  readonly onDidBecomeReady = this.#becameReady.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  get snapshot(): ConductorSnapshot {
    return this.#store?.snapshot ?? { roots: [], revision: 0 };
  }

  /** False until the first read has ended: then an empty snapshot means that there is nothing. */
  isReady = false;

  /** Loads and starts the store. Calling it again waits for the same start. Never rejects: failures are logged. */
  start(): Promise<ConductorStore | undefined> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<ConductorStore | undefined> {
    const began = performance.now();
    try {
      const { ConductorStore } = await import('../store/conductorStore');
      const store = new ConductorStore({ folders: folders(), extraRoots: extraRoots() });
      if (this.#disposed) {
        store.dispose();
        return undefined;
      }
      this.#store = store;
      this.#disposables.push(
        { dispose: () => store.dispose() },
        store.onDidChange((change) => {
          this.#tellVisible();
          this.#changed.fire(change);
        }),
        vscode.workspace.onDidChangeWorkspaceFolders(() => this.#moveFolders()),
        vscode.workspace.onDidChangeConfiguration((event) => {
          if (event.affectsConfiguration('conductor.roots')) this.#moveFolders();
        }),
      );
      this.#tellVisible();
      await store.start();
      const { roots } = store.snapshot;
      this.#log.info(
        `Read ${roots.length} conductor ${roots.length === 1 ? 'directory' : 'directories'} in ${Math.round(performance.now() - began)} ms.`,
        ...roots.map((root) => root.path),
      );
      return store;
    } catch (error) {
      this.#log.error('The conductor directories could not be read.', error);
      return this.#store;
    } finally {
      this.#changed.fire({ snapshot: this.snapshot, tracks: [], structure: true });
      this.isReady = true;
      this.#becameReady.fire();
    }
  }

  #moveFolders(): void {
    this.#store?.setFolders(folders(), extraRoots()).catch((error: unknown) => {
      this.#log.error('The conductor directories could not be read again.', error);
    });
  }

  async refresh(): Promise<void> {
    const store = await this.start();
    await store?.refresh();
  }

  async openArchive(root: string): Promise<void> {
    const store = await this.start();
    await store?.openArchive(root);
  }

  /** Each view says whether it can be seen. */
  setVisible(view: string, visible: boolean): void {
    if (visible) this.#visibleViews.add(view);
    else this.#visibleViews.delete(view);
    this.#tellVisible();
  }

  /**
   * The store rests while nobody can see anything of it. Status bar, badge and notifications are there whichever view is
   * open, so with a conductor directory it never rests; hidden views are not refreshed all the same.
   */
  #tellVisible(): void {
    this.#store?.setVisible(this.#visibleViews.size > 0 || this.snapshot.roots.length > 0);
  }

  root(path: string): RootSnapshot | undefined {
    return this.snapshot.roots.find((root) => root.path === path);
  }

  /** The track as it is now; undefined when it is gone. */
  track(ref: TrackRef): Track | undefined {
    const root = this.root(ref.root);
    return (
      root?.tracks.find((track) => track.key === ref.key) ??
      root?.archive.tracks?.find((track) => track.key === ref.key)
    );
  }

  dispose(): void {
    this.#disposed = true;
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}

function folders(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => folder.uri.fsPath);
}
