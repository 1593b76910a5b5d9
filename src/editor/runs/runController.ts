import type { RunInspection } from '../../engine/run/inspectRun';
import type { RunMode } from '../../engine/run/runEntry';
import type { RunEvent } from '../../engine/run/runEvent';
import type { TrackRef } from '../views/trackNodes';
import { activityAfter, noActivity, type RunActivity } from './runActivity';

/** A track that a run is about. */
export interface RunTrack extends TrackRef {
  readonly name: string;
  /** Absolute */
  readonly folder: string;
}

/** A run that this window carries out. */
export interface WindowRun {
  readonly track: RunTrack;
  readonly mode: RunMode;
  /** Epoch ms */
  readonly since: number;
  /** `pausing`: it ends after this step; `stopping`: its agents are being stopped. */
  readonly phase: 'running' | 'pausing' | 'stopping';
  readonly activity: RunActivity;
}

/** A run on a track that this window does not carry out, as its folder shows it. */
export interface ForeignRun {
  readonly track: RunTrack;
  /**
   * `elsewhere`: somebody else holds it. `detached`: nobody does, but agents of it are at work still. `brokenOff`:
   * nobody does, and nothing of it runs; it can be gone on with.
   */
  readonly kind: 'elsewhere' | 'detached' | 'brokenOff';
  readonly inspection: RunInspection;
}

/** What the loop of a run is given. */
export interface RunHandles {
  /** Aborted when the run and its agents are to stop. */
  readonly signal: AbortSignal;
  /** Read by the loop between two steps. */
  readonly control: { pauseAfterStep: boolean };
  emit(event: RunEvent): void;
  onDesk(desk: StoppableAgents): void;
}

/** The agents of a run, each of which a person can stop. */
export interface StoppableAgents {
  readonly running: readonly {
    readonly job: { readonly id: string };
    stop(how: 'stopped', why: string): Promise<unknown>;
  }[];
}

export interface ControllerOptions {
  /** What the folder of a track's run says; undefined: no run. */
  inspect(track: RunTrack): Promise<RunInspection | undefined>;
  readonly log: { warn(message: string, ...more: unknown[]): void };
  now(): number;
  /** ms between two looks at agents that nobody follows. */
  readonly every?: number;
}

interface Kept {
  run: WindowRun;
  readonly abort: AbortController;
  readonly control: { pauseAfterStep: boolean };
  desk?: StoppableAgents;
  /** Settles when the loop has ended; never rejects. */
  readonly ended: Promise<unknown>;
}

type Listener = (track: RunTrack) => void;

/**
 * The runs of this window, at most one a track, and what other runs left on the tracks of its folders. It keeps nothing
 * that a reload could lose: what happened is in the journal of each run, from which it can be gone on with.
 */
export class RunController {
  readonly #options: ControllerOptions;
  readonly #runs = new Map<string, Kept>();
  readonly #foreign = new Map<string, ForeignRun>();
  readonly #listeners = new Set<Listener>();
  readonly #ownIds = new Set<string>();
  readonly #untold = new Map<string, RunTrack>();
  #telling: NodeJS.Timeout | undefined;
  #watching: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Told soon after something about a track's run has changed; several changes at once are told once. */
  onDidChange(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Oldest first. */
  get runs(): readonly WindowRun[] {
    return [...this.#runs.values()].map(({ run }) => run);
  }

  get foreign(): readonly ForeignRun[] {
    return [...this.#foreign.values()];
  }

  runOf(track: TrackRef): WindowRun | undefined {
    return this.#runs.get(idOf(track))?.run;
  }

  foreignOf(track: TrackRef): ForeignRun | undefined {
    return this.#foreign.get(idOf(track));
  }

  /** This window carried the run out: what became of it was told. */
  wasOurs(runId: string): boolean {
    return this.#ownIds.has(runId);
  }

  /**
   * Carries out a run; resolves or rejects as its loop does. Undefined: this window runs one on that track already.
   */
  async start<T>(
    track: RunTrack,
    mode: RunMode,
    loop: (handles: RunHandles) => Promise<T>,
  ): Promise<{ readonly result: T } | undefined> {
    const id = idOf(track);
    if (this.#runs.has(id)) return undefined;
    const abort = new AbortController();
    const control = { pauseAfterStep: false };
    // Begun in a later turn: what it emits at once finds the run in its place.
    const running = Promise.resolve().then(() =>
      loop({
        signal: abort.signal,
        control,
        emit: (event) => this.#take(id, event),
        onDesk: (desk) => {
          const kept = this.#runs.get(id);
          if (kept) kept.desk = desk;
        },
      }),
    );
    const run: WindowRun = {
      track,
      mode,
      since: this.#options.now(),
      phase: 'running',
      activity: noActivity,
    };
    this.#runs.set(id, { run, abort, control, ended: running.catch(() => undefined) });
    this.#foreign.delete(id);
    this.#tell(track);
    try {
      return { result: await running };
    } finally {
      this.#runs.delete(id);
      this.#tell(track);
      await this.look([track]);
    }
  }

  /** The loop ends after the step that is at work; its agents finish it. False: there is no such run. */
  pauseAfterStep(track: TrackRef): boolean {
    const kept = this.#runs.get(idOf(track));
    if (!kept) return false;
    kept.control.pauseAfterStep = true;
    if (kept.run.phase === 'running') this.#change(kept, { phase: 'pausing' });
    return true;
  }

  /** It goes on after all. */
  goOn(track: TrackRef): void {
    const kept = this.#runs.get(idOf(track));
    if (kept?.run.phase !== 'pausing') return;
    kept.control.pauseAfterStep = false;
    this.#change(kept, { phase: 'running' });
  }

  /** Stops the loop and its agents. Resolves when it has ended. */
  async stop(track: TrackRef): Promise<void> {
    const kept = this.#runs.get(idOf(track));
    if (!kept) return;
    kept.abort.abort();
    this.#change(kept, { phase: 'stopping' });
    await kept.ended;
  }

  /**
   * Stops one agent; its loop goes on as when an agent fails, or ends when it was the only one of its step. False: it
   * does not run.
   */
  async stopAgent(track: TrackRef, agentId: string): Promise<boolean> {
    const agent = this.#runs.get(idOf(track))?.desk?.running.find(({ job }) => job.id === agentId);
    await agent?.stop('stopped', 'A person stopped this agent.');
    return agent !== undefined;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.runs.map(({ track }) => this.stop(track)));
  }

  /** Looks at the folders of these tracks' runs. Never rejects: what cannot be read is logged, and not shown. */
  async look(tracks: readonly RunTrack[]): Promise<void> {
    for (const track of tracks) {
      if (this.#disposed) return;
      const id = idOf(track);
      if (this.#runs.has(id)) continue;
      const before = this.#foreign.get(id);
      let found: ForeignRun | undefined;
      try {
        found = foreignRun(track, await this.#options.inspect(track));
      } catch (error) {
        this.#options.log.warn(error instanceof Error ? error.message : String(error));
      }
      if (this.#runs.has(id) || this.#disposed) continue;
      if (found) this.#foreign.set(id, found);
      else this.#foreign.delete(id);
      if (JSON.stringify(found?.inspection) !== JSON.stringify(before?.inspection)) this.#tell(track);
    }
    this.#watch();
  }

  /** Tracks that are not there any more are forgotten. */
  keepOnly(isThere: (track: TrackRef) => boolean): void {
    for (const [id, { track }] of this.#foreign) if (!isThere(track)) this.#foreign.delete(id);
  }

  /** While somebody else's agents or loop live: they end without a word to us. */
  #watch(): void {
    const live = this.foreign.filter(({ kind }) => kind !== 'brokenOff');
    if (live.length === 0 || this.#watching !== undefined || this.#disposed) return;
    this.#watching = setTimeout(() => {
      this.#watching = undefined;
      void this.look(this.foreign.filter(({ kind }) => kind !== 'brokenOff').map(({ track }) => track));
    }, this.#options.every ?? 5000);
  }

  #take(id: string, event: RunEvent): void {
    const kept = this.#runs.get(id);
    if (event.event === 'run-started') this.#ownIds.add(event.runId);
    if (kept) this.#change(kept, { activity: activityAfter(kept.run.activity, event) });
  }

  #change(kept: Kept, change: Partial<WindowRun>): void {
    kept.run = { ...kept.run, ...change };
    this.#tell(kept.run.track);
  }

  #tell(track: RunTrack): void {
    this.#untold.set(idOf(track), track);
    if (this.#disposed) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      const told = [...this.#untold.values()];
      this.#untold.clear();
      for (const one of told) for (const listener of this.#listeners) listener(one);
    }, 50);
  }

  /**
   * The window closes or reloads. Agents are not stopped: they are processes of their own and go on, and the next window
   * shows them as detached. The loops end with the process of the extension host; should that live on, they end after
   * their step.
   */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#telling);
    clearTimeout(this.#watching);
    this.#listeners.clear();
    for (const { control } of this.#runs.values()) control.pauseAfterStep = true;
  }
}

function foreignRun(track: RunTrack, inspection: RunInspection | undefined): ForeignRun | undefined {
  if (!inspection) return undefined;
  const { holder, openAgents, brokenOff } = inspection;
  if (holder && holder.sign !== 'gone') return { track, kind: 'elsewhere', inspection };
  if (openAgents.some(({ alive }) => alive)) return { track, kind: 'detached', inspection };
  return brokenOff ? { track, kind: 'brokenOff', inspection } : undefined;
}

function idOf({ root, key }: TrackRef): string {
  return `${root}\u001f${key}`;
}
