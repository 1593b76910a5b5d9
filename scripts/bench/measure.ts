// One measurement in a process of its own: `node --expose-gc measure.js WHAT FOLDER [FILE]`; the result is JSON on stdout.
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { markTaskEdits } from '../../src/files/planEdit';
import { habitsOf } from '../../src/files/markHabits';
import { parsePlan } from '../../src/files/planFile';
import { applyEdits } from '../../src/files/textEdit';
import type { ConductorSnapshot } from '../../src/model/root';
import type { Task } from '../../src/model/plan';
import type { Track } from '../../src/model/track';
import { ConductorStore } from '../../src/store/conductorStore';
import { DiskFileEditor } from '../../src/store/fileEditor';
import { readConductor } from '../../src/store/readConductor';
import { bareRead, touchedBy, type Touched } from './bareRead';

const [what = '', folder = '', argument = ''] = process.argv.slice(2);

const measurements: Record<string, () => Promise<unknown>> = {
  size: async () => {
    const touched = await touchedBy(folder);
    const snapshot = await readConductor({ folders: [folder], archives: true });
    const tracks = tracksOf(snapshot);
    return {
      touched,
      plans: tracks.filter((t) => t.plan).length,
      tasks: tracks.reduce((sum, t) => sum + t.progress.total, 0),
    };
  },

  cold: async () => {
    const from = performance.now();
    await readConductor({ folders: [folder], archives: true });
    return { ms: performance.now() - from };
  },

  bare: async () => {
    const touched = JSON.parse(await readFile(argument, 'utf8')) as Touched;
    const from = performance.now();
    const found = await bareRead(touched);
    return { ms: performance.now() - from, ...found };
  },

  /** Both in one process again and again, each time as if for the first time: no cache of ours, but compiled code. */
  pairs: async () => {
    const touched = JSON.parse(await readFile(argument, 'utf8')) as Touched;
    const ours: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < 12; i++) {
      let from = performance.now();
      await readConductor({ folders: [folder], archives: true });
      ours.push(performance.now() - from);
      from = performance.now();
      await bareRead(touched);
      bare.push(performance.now() - from);
    }
    return { ours: ours.slice(5), bare: bare.slice(5) };
  },

  memory: async () => {
    const gc = globalThis.gc;
    if (!gc) throw new Error('run with --expose-gc');
    gc();
    const before = process.memoryUsage();
    const snapshot = await readConductor({ folders: [folder], archives: true });
    gc();
    const after = process.memoryUsage();
    return {
      bytes: after.heapUsed + after.external - before.heapUsed - before.external,
      rss: after.rss,
      tracks: tracksOf(snapshot).length, // keeps it alive until here
    };
  },

  update: () =>
    onCopy(async (copy) => {
      const store = new ConductorStore({ folders: [copy], debounceMs: 20 });
      try {
        await store.start();
        for (const root of store.snapshot.roots) await store.openArchive(root.path);
        const plan = largestPlan(store.snapshot);
        const samples: { workMs: number; wallMs: number }[] = [];
        for (let i = 0; i < 25; i++) {
          const text = await readFile(plan.file, 'utf8');
          const told = new Promise<void>((resolve, reject) => {
            const late = setTimeout(() => reject(new Error('the store did not tell of a change')), 20_000);
            const listener = store.onDidChange(() => {
              clearTimeout(late);
              listener.dispose();
              resolve();
            });
          });
          await writeFile(plan.file, flipped(text));
          const cpu = process.cpuUsage();
          const from = performance.now();
          await told;
          const used = process.cpuUsage(cpu);
          samples.push({ workMs: (used.user + used.system) / 1000, wallMs: performance.now() - from });
        }
        return { samples: samples.slice(5), lines: (await readFile(plan.file, 'utf8')).split('\n').length };
      } finally {
        store.dispose();
      }
    }),

  mark: () =>
    onCopy(async (copy) => {
      const snapshot = await readConductor({ folders: [copy], archives: true });
      const { file, track } = largestPlan(snapshot);
      const text = await readFile(file, 'utf8');
      const task = firstTask(parsePlan(text).phases.flatMap((p) => p.tasks));
      const editor = new DiskFileEditor();
      const change = (marker: 'doing' | 'todo') => (now: string) => {
        const plan = parsePlan(now);
        const habits = habitsOf([{ text: now, plan }], track.dialect);
        return markTaskEdits(now, plan, { taskId: task.id, marker, force: true }, habits);
      };
      const pure: number[] = [];
      const onDisk: number[] = [];
      for (let i = 0; i < 25; i++) {
        const to = change(i % 2 === 0 ? 'doing' : 'todo');
        const now = await readFile(file, 'utf8');
        let from = performance.now();
        const result = to(now);
        if ('refused' in result) throw new Error(JSON.stringify(result.refused));
        applyEdits(now, result.edits);
        pure.push(performance.now() - from);
        from = performance.now();
        const outcome = await editor.edit({ root: track.root, file, change: to });
        if ('refused' in outcome) throw new Error(JSON.stringify(outcome.refused));
        onDisk.push(performance.now() - from);
      }
      return { pure: pure.slice(5), onDisk: onDisk.slice(5) };
    }),
};

/** @returns the same plan with its first check box ticked, or cleared again */
function flipped(text: string): string {
  return text.replace(
    /^(\s*[-*] \[)(.)(\])/m,
    (_, before: string, marker: string, after: string) => before + (marker === ' ' ? 'x' : ' ') + after,
  );
}

async function onCopy<T>(work: (copy: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'conductor-bench-'));
  try {
    const copy = join(dir, basename(folder));
    await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
    // The corpus may be read-only.
    for (const entry of await readdir(copy, { recursive: true, withFileTypes: true }))
      if (!entry.isSymbolicLink())
        await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
    return await work(copy);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function tracksOf(snapshot: ConductorSnapshot): Track[] {
  return snapshot.roots.flatMap((root) => [...root.tracks, ...(root.archive.tracks ?? [])]);
}

/** The track with the most tasks. */
function largestPlan(snapshot: ConductorSnapshot): { file: string; track: Track } {
  const withTasks = tracksOf(snapshot).filter((t) => t.documents.plan && t.progress.total > 0);
  const track = withTasks.sort((a, b) => b.progress.total - a.progress.total)[0];
  if (!track?.documents.plan) throw new Error(`no track with tasks in ${folder}`);
  return { file: track.documents.plan, track };
}

function firstTask(tasks: readonly Task[]): Task {
  const task = tasks[0];
  if (!task) throw new Error('the plan has no task');
  return task;
}

const measure = measurements[what];
if (!measure) throw new Error(`no such measurement: ${what}`);
void measure().then((result) => process.stdout.write(JSON.stringify(result)));
