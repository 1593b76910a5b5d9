// The views of a track on whose bus twenty workers post: `node liveBus.js LINES_A_SECOND_EACH SECONDS`; the result is
// JSON on stdout. 0 lines: the control, in which nothing happens.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { graphOf, pictureFor } from '../../src/editor/panels/graph/pictures';
import { needsYouRows } from '../../src/editor/views/needsYouRows';
import { planSection } from '../../src/editor/views/planRows';
import { trackSections } from '../../src/editor/views/trackSections';
import type { TracksNode } from '../../src/editor/views/trackNodes';
import { workerRows } from '../../src/editor/views/workerRows';
import type { NeedsYouItem } from '../../src/model/needsYou';
import type { Track } from '../../src/model/track';
import { graphModelOf } from '../../src/panels/graphModel';
import { trackModelOf } from '../../src/panels/trackModel';
import { timelinePicture } from '../../src/panels/track/timeline';
import { needsYou } from '../../src/rules/needsYou';
import { timelineOf } from '../../src/rules/timeline';
import { ConductorStore } from '../../src/store/conductorStore';
import { Pace } from '../../src/store/pace';
import { largePlan } from './largePlan';
import { messageLine } from './messageLine';

const [rate = '', seconds = ''] = process.argv.slice(2);
const worker = join(__dirname, 'postingWorker.js');
const workers = 20;
/** Lines that stand in the queue before the measurement begins. */
const before = 20_000;

/** The most that a change costs the views, each in ms of the main thread. */
const costs = { needsYou: 0, graph: 0, track: 0, trees: 0 };

async function measure(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-bench-'));
  const children: ChildProcess[] = [];
  try {
    const bus = writeTrack(folder);
    const store = new ConductorStore({ folders: [folder] });
    let changes = 0;
    try {
      await store.start();
      const views = new Views(store);
      store.onDidChange(() => {
        changes++;
        views.changed();
      });
      views.changed();
      for (let i = 0; i < workers && Number(rate) > 0; i++) {
        children.push(fork(worker, [String(i), rate, join(bus, 'queue.jsonl')], { execArgv: [] }));
      }
      await Promise.all(children.map((child) => once(child, 'message')));
      // The first changes are spent compiling.
      await pause(2_000);
      const lines = () => store.snapshot.roots[0]?.tracks[0]?.bus?.messageCount ?? 0;
      const from = { lines: lines(), changes, at: performance.now(), cpu: process.cpuUsage() };
      for (const key of Object.keys(costs) as (keyof typeof costs)[]) costs[key] = 0;
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const stretches = watchStretches();
      await pause(Number(seconds) * 1_000);
      const work = stretches.end();
      delay.disable();
      const took = (performance.now() - from.at) / 1_000;
      const used = process.cpuUsage(from.cpu);
      return {
        workMs: work,
        longestMs: delay.max / 1e6,
        p99Ms: delay.percentile(99) / 1e6,
        linesASecond: (lines() - from.lines) / took,
        changesASecond: (changes - from.changes) / took,
        cpuPercent: (used.user + used.system) / took / 1e4,
        costs,
      };
    } finally {
      store.dispose();
    }
  } finally {
    await Promise.all(children.map((child) => (child.kill(), once(child, 'exit'))));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All that is made of a change when every view and the two panels of the track are open, in the turns of the editor. */
class Views {
  private items: NeedsYouItem[] = [];
  private sending = false;
  private stale = false;

  constructor(private readonly store: ConductorStore) {}

  changed(): void {
    timed('needsYou', () => {
      const items = this.store.snapshot.roots.flatMap((root) => needsYou(root, new Date()));
      if (JSON.stringify(items) !== JSON.stringify(this.items)) this.items = items;
    });
    void this.panels();
    void this.trees();
  }

  /** One model of each at a time, made in the same turn; what is posted to a page is the whole of it. */
  private async panels(): Promise<void> {
    this.stale = true;
    if (this.sending) return;
    this.sending = true;
    while (this.stale) {
      this.stale = false;
      const track = this.track;
      const pace = new Pace();
      timed('graph', () => graphOf(track));
      await pace.breathe();
      const shown = timed('graph', () => pictureFor(track));
      await pace.breathe();
      timed('graph', () => JSON.stringify(graphModelOf(track, { readAt: Date.now(), ...shown })));
      timed('track', () => JSON.stringify(this.trackModel(track)));
      await nextTurn();
    }
    this.sending = false;
  }

  private trackModel(track: Track): unknown {
    const words = { now: Date.now() };
    return trackModelOf(track, {
      readAt: words.now,
      words,
      needsYou: this.items.filter((item) => item.trackKey === track.key),
      spec: { note: 'There is no spec.md.' },
      timeline: timelinePicture(timelineOf({ track, commits: [], now: words.now }), words),
    });
  }

  /** VS Code asks for the rows of what is open, in a turn of its own for each view. */
  private async trees(): Promise<void> {
    await nextTurn();
    timed('trees', () => open([...trackSections(this.track), planSection(this.track)]));
    await nextTurn();
    timed('trees', () => open(workerRows(this.store.snapshot, new Date())));
    await nextTurn();
    timed('trees', () => open(needsYouRows(this.items, new Date())));
  }

  private get track(): Track {
    const track = this.store.snapshot.roots[0]?.tracks[0];
    if (!track) throw new Error('the track is gone');
    return track;
  }
}

/** All rows below, as if each were open. */
function open(rows: readonly (TracksNode | undefined)[]): number {
  return rows.reduce(
    (sum, row) => sum + 1 + (row?.kind === 'row' && row.children ? open(row.children()) : 0),
    0,
  );
}

function timed<T>(what: keyof typeof costs, work: () => T): T {
  const from = threadMs();
  const value = work();
  costs[what] = Math.max(costs[what], threadMs() - from);
  return value;
}

/**
 * How much the main thread has worked so far, ms. What other programs take from it is not in it, where the system tells
 * (Linux); elsewhere it is the clock's time.
 */
function threadMs(): number {
  if (process.platform !== 'linux') return performance.now();
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/** The most that the main thread works from one tick of a millisecond to the next: no stretch of it is longer. */
function watchStretches(): { end(): number } {
  let longest = 0;
  let last = threadMs();
  const timer = setInterval(() => {
    const now = threadMs();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return longest;
    },
  };
}

/** @returns the folder of its bus */
function writeTrack(folder: string): string {
  const track = join(folder, 'conductor', 'tracks', 'busy_20260101');
  const bus = join(track, '.message-bus');
  mkdirSync(join(bus, 'events'), { recursive: true });
  writeFileSync(join(folder, 'conductor', 'tracks.md'), '# Tracks\n');
  writeFileSync(join(track, 'plan.md'), largePlan(200));
  writeFileSync(
    join(track, 'metadata.json'),
    JSON.stringify({
      version: 3,
      track_id: 'busy_20260101',
      loop_state: { current_step: 'EXECUTE', step_status: 'IN_PROGRESS', checkpoints: {} },
    }),
  );
  const ids = Array.from({ length: workers }, (_, i) => i);
  const at = new Date().toISOString();
  const status = ids.map((i) => [
    `worker-${i}.1-20260101120000`,
    { status: 'RUNNING', task_id: `T${i + 60}`, progress_pct: 10, started_at: at, last_heartbeat: at },
  ]);
  writeFileSync(join(bus, 'worker-status.json'), JSON.stringify(Object.fromEntries(status)));
  writeFileSync(join(bus, 'locks.json'), '{}');
  writeFileSync(join(bus, 'queue.jsonl'), Array.from({ length: before }, (_, i) => messageLine(i)).join(''));
  return bus;
}

void measure().then((result) => process.stdout.write(JSON.stringify(result)));
