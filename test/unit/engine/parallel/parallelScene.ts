import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { executePlan, type ExecuteResult } from '../../../../src/engine/parallel/executePlan';
import { NodeBackgroundAgents } from '../../../../src/engine/run/nodeBackgroundAgents';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { RunAgents } from '../../../../src/engine/run/runAgents';
import type { RunContext, RunPlace, RunSettings } from '../../../../src/engine/run/runContext';
import type { RunEntry } from '../../../../src/engine/run/runEntry';
import type { RunEventBody } from '../../../../src/engine/run/runEvent';
import { RunJournal } from '../../../../src/engine/run/runJournal';
import { RunLog } from '../../../../src/engine/run/runLog';
import type { RunPorts } from '../../../../src/engine/run/runPorts';
import { defaultParallelSettings, type ParallelSettings } from '../../../../src/rules/parallel';
import { DiskFileEditor } from '../../../../src/store/fileEditor';
import { DiskTrackSource } from '../../../../src/store/trackSource';
import { temporaryFolder } from '../../cli/conductorProcess';

/** A task of the plan: id → ids it depends on, files, group. */
export interface PlannedTask {
  readonly id: string;
  readonly needs?: readonly string[];
  readonly files?: readonly string[];
  readonly group?: string;
  readonly marker?: string;
  readonly below?: readonly string[];
}

/** How a worker behaves; attempts beyond the last do as the last. */
export type Behaviour =
  | 'complete' // posts TASK_COMPLETE with a commit
  | 'says' // only prints TASK COMPLETE
  | 'ticks' // only ticks plan.md
  | 'fail' // posts TASK_FAILED, exit 1
  | 'exit1'
  | 'exit4' // says that it is blocked
  | 'silent' // exit 0 without a word
  | 'lie' // posts TASK_COMPLETE, exit 1
  | 'endless'
  | 'block' // waits for a file of the other task until a deadlock is resolved
  | 'complete-then-endless';

/** An agent as a process: what it does stands in behaviour.json, by task and attempt. */
const script = `
const fs = require('node:fs'), path = require('node:path'), e = process.env;
const plan = JSON.parse(fs.readFileSync(path.join(e.CONDUCTOR_ROOT, 'behaviour.json'), 'utf8'))[e.CONDUCTOR_TASK] ?? ['complete'];
fs.appendFileSync(path.join(e.CONDUCTOR_ROOT, 'ran.log'), e.CONDUCTOR_TASK + ' ' + e.CONDUCTOR_WORKER_ID + ' ' + process.pid + '\\n');
const doing = plan[Math.min(Number(e.CONDUCTOR_ATTEMPT), plan.length) - 1];
const post = (type, payload) => fs.appendFileSync(path.join(e.CONDUCTOR_MESSAGE_BUS, 'queue.jsonl'),
  JSON.stringify({ id: 'msg-' + process.pid + type, type, source: e.CONDUCTOR_WORKER_ID, timestamp: new Date().toISOString(), payload: { task_id: e.CONDUCTOR_TASK, ...payload } }) + '\\n');
const forever = () => setInterval(() => undefined, 1000);
const complete = () => post('TASK_COMPLETE', { commit_sha: 'abc1234', files_modified: [], unblocks: [] });
const acts = {
  complete, says: () => console.log('TASK COMPLETE: ' + e.CONDUCTOR_TASK),
  ticks: () => { const f = path.join(e.CONDUCTOR_TRACK_DIR, 'plan.md'); fs.writeFileSync(f, fs.readFileSync(f, 'utf8').replace(new RegExp('- \\\\[.\\\\] Task ' + e.CONDUCTOR_TASK.replace('.', '\\\\.') + ':'), '- [x] Task ' + e.CONDUCTOR_TASK + ':')); },
  fail: () => { post('TASK_FAILED', { error: 'tests fail', stack_trace: '' }); process.exitCode = 1; },
  exit1: () => { process.exitCode = 1; }, exit4: () => { process.exitCode = 4; }, silent: () => undefined,
  lie: () => { complete(); process.exitCode = 1; },
  endless: forever,
  block: () => { const [task, resource] = e.CONDUCTOR_TASK === '1.1' ? ['1.2', 'src/b.ts'] : ['1.1', 'src/a.ts']; const other = () => fs.readFileSync(path.join(e.CONDUCTOR_ROOT, 'ran.log'), 'utf8').includes(task + ' '); const wait = setInterval(() => { if (!other()) return; clearInterval(wait); post('BLOCKED', { waiting_for: 'file_lock', resource });
    const queue = path.join(e.CONDUCTOR_MESSAGE_BUS, 'queue.jsonl');
    const free = setInterval(() => { if (!fs.readFileSync(queue, 'utf8').includes('DEADLOCK_RESOLVED')) return; clearInterval(free); complete(); }, 10); }, 10); },
  'complete-then-endless': () => { complete(); forever(); },
};
acts[doing]();
`;

const open: RunJournal[] = [];

/** For afterEach. */
export async function closeParallelScenes(): Promise<void> {
  await Promise.all(open.splice(0).map((journal) => journal.close()));
}

/** EXECUTE of a track in a temporary folder, with real files and real processes. Only waiting is quick. */
export class ParallelScene {
  readonly events: RunEventBody[] = [];
  readonly place: RunPlace;
  readonly stop = new AbortController();
  readonly context: RunContext;
  readonly desk: RunAgents;
  /** The clock is so many ms ahead. */
  ahead = 0;
  /** Steps that were made, see dieAfter. */
  steps = 0;
  /** Resolves at the step that is not made any more. */
  readonly died: Promise<void>;
  private die: () => void = () => undefined;
  /** Asked before each wait. */
  onWait: () => void = () => undefined;
  /** Called before a person answers whether workers may start. */
  onConfirm: () => void = () => undefined;

  private constructor(
    readonly folder: string,
    readonly journal: RunJournal,
    readonly log: RunLog,
    place: RunPlace,
    o: SceneOptions,
  ) {
    this.place = place;
    this.died = new Promise((resolve) => (this.die = resolve));
    const step = <T>(work: () => Promise<T>): Promise<T> => {
      if (this.steps++ < (o.dieAfter ?? Infinity)) return work();
      this.die();
      return new Promise(() => undefined);
    };
    const append = log.append.bind(log);
    log.append = (note) => step(() => append(note));
    const disk = o.editor ?? new DiskFileEditor({ settleMs: 0 });
    const agents = new NodeBackgroundAgents({ processes: new NodeProcesses(), graceMs: 300 });
    const processes = new NodeProcesses();
    const ports: RunPorts = {
      editor: {
        edit: (request) => step(() => disk.edit(request)),
        create: (request) => step(() => disk.create(request)),
      },
      clock: () => new Date(Date.now() + this.ahead),
      git: { headCommit: () => Promise.resolve(undefined) },
      agents: {
        start: (invocation, options) => step(() => agents.start(invocation, options)),
        adopt: (outputFile, named) => agents.adopt(outputFile, named),
        endLeftBehind: (outputFile) => agents.endLeftBehind(outputFile),
      },
      processes,
      tracks: new DiskTrackSource({ root: place.root, trackFolder: place.trackFolder }),
      newId: randomUUID,
      sleep: (ms, signal) => {
        if (ms >= 5000) this.onWait();
        return new Promise((resolve) => {
          const wake = (): void => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          const timer = setTimeout(wake, Math.min(ms, o.sleepMs ?? 30));
          signal?.addEventListener('abort', wake);
          if (signal?.aborted) wake();
        });
      },
      confirm: () => {
        this.onConfirm();
        return Promise.resolve(o.confirm ?? 'yes');
      },
    };
    const settings: RunSettings = {
      provider: {
        name: 'scripted',
        executable: o.executable ?? process.execPath,
        args: ['-e', o.script ?? script, '--', '{prompt}'],
      },
      mode: o.confirm === undefined ? 'through' : 'confirm-all',
      parallel: { ...defaultParallelSettings, ...o.parallel },
      agentTimeLimitMs: 60_000,
      onUserQuestion: 'stop',
    };
    const emit = (event: RunEventBody): void => void this.events.push(event);
    const { signal } = this.stop;
    const limits = o.outputLimit === undefined ? {} : { outputLimit: o.outputLimit };
    this.desk = new RunAgents({ settings, emit, place, log, ports, signal, ...limits });
    this.context = { ports, settings, place, log, desk: this.desk, emit, signal };
  }

  static async make(tasks: readonly PlannedTask[], o: SceneOptions = {}): Promise<ParallelScene> {
    const folder = o.in?.folder ?? temporaryFolder();
    const root = join(folder, 'conductor');
    const trackFolder = join(root, 'tracks', 'login_20260101');
    const bus = join(trackFolder, '.message-bus');
    const runFolder = join(bus, 'run');
    mkdirSync(runFolder, { recursive: true });
    if (!o.in) {
      const write = (file: string, text: string): void => {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      };
      write('conductor/tracks.md', '# Tracks\n');
      write('conductor/tracks/login_20260101/plan.md', planText(tasks));
      write('conductor/tracks/login_20260101/metadata.json', `${JSON.stringify(metadata, null, 2)}\n`);
      write('behaviour.json', JSON.stringify(o.behaviour ?? {}));
    }
    const place = { root, projectRoot: folder, trackFolder, trackId: 'login_20260101', bus, runFolder };
    const journal = await RunJournal.open(runFolder);
    open.push(journal);
    const log = new RunLog(journal, () => new Date());
    const runId = log.state().runId ?? 'run-1';
    await log.append({ kind: 'run-started', runId, host: hostname(), pid: process.pid, mode: 'through' });
    return new ParallelScene(folder, journal, log, place, o);
  }

  execute(hold?: AbortSignal): Promise<ExecuteResult> {
    return executePlan(this.context, hold);
  }

  /** The run ends, and another one takes the journal over. */
  async nextRun(): Promise<void> {
    await this.log.append({ kind: 'run-ended', outcome: 'stopped', why: '' });
    await this.log.append({
      kind: 'run-started',
      runId: randomUUID(),
      host: hostname(),
      pid: process.pid,
      mode: 'through',
    });
  }

  behave(behaviour: SceneOptions['behaviour']): void {
    writeFileSync(join(this.folder, 'behaviour.json'), JSON.stringify(behaviour ?? {}));
  }

  /** Tasks in the order in which workers ran, each run once. */
  ran(): { task: string; worker: string; pid: number }[] {
    const file = join(this.folder, 'ran.log');
    if (!existsSync(file)) return [];
    // A worker may just have made it, and written nothing yet.
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [task = '', worker = '', pid] = line.split(' ');
        return { task, worker, pid: Number(pid) };
      });
  }

  text(file: string): string {
    return readFileSync(join(this.place.trackFolder, file), 'utf8');
  }

  bus(file: string): string {
    return readFileSync(join(this.place.bus, file), 'utf8');
  }

  onBus(file: string): boolean {
    return existsSync(join(this.place.bus, file));
  }

  /** "TASK_COMPLETE 1.1 by worker" */
  messages(type: string): { source: string; payload: Record<string, unknown> }[] {
    return this.bus('queue.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; source: string; payload: Record<string, unknown> })
      .filter((message) => message.type === type);
  }

  /** Marker by task. */
  markers(): Record<string, string> {
    return Object.fromEntries(
      [...this.text('plan.md').matchAll(/^- \[(.)\] Task ([\d.]+):/gm)].map(([, marker, id]) => [
        id!,
        marker!,
      ]),
    );
  }

  execution(): { checkpoint: Record<string, unknown>; parallel: Record<string, unknown> } {
    const { loop_state: loop } = JSON.parse(this.text('metadata.json')) as {
      loop_state: {
        checkpoints: { EXECUTE: Record<string, unknown> };
        parallel_state: Record<string, unknown>;
      };
    };
    return { checkpoint: loop.checkpoints.EXECUTE, parallel: loop.parallel_state };
  }

  entries(): RunEntry[] {
    return readFileSync(this.journal.file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEntry);
  }
}

export interface SceneOptions {
  readonly behaviour?: Readonly<Record<string, readonly Behaviour[]>>;
  readonly parallel?: Partial<ParallelSettings>;
  /** What an earlier scene left. */
  readonly in?: ParallelScene;
  readonly executable?: string;
  readonly script?: string;
  readonly confirm?: 'yes' | 'no';
  readonly sleepMs?: number;
  /** Bytes that a worker may print. */
  readonly outputLimit?: number;
  readonly editor?: DiskFileEditor;
  /** After so many steps (entries, edits, starts) nothing is done any more, as after SIGKILL. */
  readonly dieAfter?: number;
}

const metadata = {
  version: 3,
  track_id: 'login_20260101',
  status: 'in_progress',
  loop_state: {
    current_step: 'EXECUTE',
    step_status: 'IN_PROGRESS',
    fix_cycle_count: 0,
    checkpoints: {
      PLAN: { status: 'PASSED' },
      EVALUATE_PLAN: { status: 'PASSED', verdict: 'PASS' },
      EXECUTE: { status: 'IN_PROGRESS', started_at: '2026-02-01T12:00:00Z', agent: 'parallel-dispatcher' },
    },
  },
};

function planText(tasks: readonly PlannedTask[]): string {
  const groups = new Map<string, string[]>();
  for (const { id, group } of tasks) {
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  const list = (items: readonly string[]): string => `[${items.map((item) => `"${item}"`).join(', ')}]`;
  return [
    '# Plan',
    '',
    '## Phase 1: Login',
    '',
    ...tasks.flatMap(({ id, marker = ' ', below = [] }) => [
      `- [${marker}] Task ${id}: Part ${id}`,
      ...below.map((text) => `  - [ ] ${text}`),
    ]),
    '',
    '## Dependency Graph',
    '',
    '```yaml',
    'dag:',
    '  nodes:',
    ...tasks.flatMap(({ id, needs = [], files = [] }) => [
      `    - id: "${id}"`,
      `      name: "Part ${id}"`,
      '      type: "code"',
      `      files: ${list(files)}`,
      `      depends_on: ${list(needs)}`,
      '      phase: 1',
    ]),
    ...(groups.size === 0 ? [] : ['  parallel_groups:']),
    ...[...groups].flatMap(([id, members]) => [
      `    - id: "${id}"`,
      `      tasks: ${list(members)}`,
      `      conflict_free: ${!id.endsWith('-locked')}`,
    ]),
    '```',
    '',
  ].join('\n');
}
