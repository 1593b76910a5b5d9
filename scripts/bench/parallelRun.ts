// EXECUTE of a plan in parallel, as the command line runs it: `node parallelRun.js TASKS`; the result is JSON on stdout.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentProvider } from '../../src/engine/agentProvider';
import { executePlan, type ExecuteResult } from '../../src/engine/parallel/executePlan';
import { NodeBackgroundAgents } from '../../src/engine/run/nodeBackgroundAgents';
import { withRun } from '../../src/engine/run/openRun';
import { NodeProcesses } from '../../src/engine/run/processes';
import { defaultParallelSettings } from '../../src/rules/parallel';
import { DiskFileEditor } from '../../src/store/fileEditor';
import { DiskTrackSource } from '../../src/store/trackSource';

const count = Number(process.argv[2]);
/** Tasks that may run side by side. */
const wide = 5;

/** As little of an agent as there can be: a process that says that its task is complete. */
const provider: AgentProvider =
  process.platform === 'win32'
    ? {
        name: 'instant',
        executable: process.execPath,
        args: ['-e', 'console.log(`TASK COMPLETE: ${process.env.CONDUCTOR_TASK}`)', '--', '{prompt}'],
      }
    : {
        name: 'instant',
        executable: '/bin/sh',
        args: ['-c', 'echo "TASK COMPLETE: $CONDUCTOR_TASK"', '{prompt}'],
      };

const folder = mkdtempSync(join(tmpdir(), 'conductor-bench-'));
async function measure(): Promise<unknown> {
  const root = join(folder, 'conductor');
  const trackFolder = join(root, 'tracks', 'large_20260101');
  mkdirSync(trackFolder, { recursive: true });
  writeFileSync(join(root, 'tracks.md'), '# Tracks\n');
  writeFileSync(join(trackFolder, 'plan.md'), plan());
  writeFileSync(join(trackFolder, 'metadata.json'), metadata);
  const processes = new NodeProcesses();
  const cpu = process.cpuUsage();
  const from = performance.now();
  const result = await withRun<ExecuteResult>(
    {
      ports: {
        editor: new DiskFileEditor(),
        clock: () => new Date(),
        git: { headCommit: () => Promise.resolve(undefined) },
        agents: new NodeBackgroundAgents({ processes }),
        processes,
        tracks: new DiskTrackSource({ root, trackFolder }),
        newId: randomUUID,
        sleep: (ms, signal) => pause(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
        confirm: () => Promise.resolve('yes'),
      },
      place: { root, projectRoot: folder, trackFolder, trackId: 'large_20260101' },
      settings: {
        provider,
        mode: 'through',
        parallel: { ...defaultParallelSettings, maxWorkers: wide },
        agentTimeLimitMs: 60_000,
        onUserQuestion: 'stop',
      },
      face: 'command line',
      signal: new AbortController().signal,
      emit: () => undefined,
    },
    ({ context }) => executePlan(context),
  );
  const wallMs = performance.now() - from;
  const used = process.cpuUsage(cpu);
  const ticked = readFileSync(join(trackFolder, 'plan.md'), 'utf8').match(/^- \[x\]/gm)?.length ?? 0;
  if (!('outcome' in result) || result.outcome !== 'passed' || ticked !== count)
    throw new Error(`the run did not complete: ${ticked} of ${count} tasks; ${JSON.stringify(result)}`);
  return {
    cpuMs: (used.user + used.system) / 1000 / count,
    wallMs: wallMs / count,
    bareCpuMs: await bareStarts(),
  };
}

/** What starting such processes costs this one by itself, ms of processor time each. */
async function bareStarts(): Promise<number> {
  const args = provider.args.map((arg) => arg.replace('{prompt}', ''));
  const cpu = process.cpuUsage();
  for (let i = 0; i < count; i += wide) {
    await Promise.all(
      Array.from({ length: wide }, () =>
        once(spawn(provider.executable, args, { stdio: 'ignore', detached: true }), 'exit'),
      ),
    );
  }
  const used = process.cpuUsage(cpu);
  return (used.user + used.system) / 1000 / count;
}

/** Groups of tasks side by side, each task waiting for two of the group before. */
function plan(): string {
  const ids = Array.from({ length: count }, (_, i) => `${Math.floor(i / wide) + 1}.${(i % wide) + 1}`);
  const nodes = ids.flatMap((id, i) => {
    const before = i - (i % wide) - wide;
    const needs = before < 0 ? [] : [ids[before + (i % wide)], ids[before + ((i + 1) % wide)]];
    return [
      `    - id: "${id}"`,
      `      name: "Task ${id} of the large plan"`,
      '      type: "code"',
      `      files: ["src/module${i % wide}/file${i}.ts"]`,
      `      depends_on: [${needs.map((need) => `"${need}"`).join(', ')}]`,
      `      phase: ${Math.floor(i / 50) + 1}`,
    ];
  });
  const groups = Array.from({ length: Math.ceil(count / wide) }, (_, g) => [
    `    - id: "pg-${g + 1}"`,
    `      tasks: [${ids
      .slice(g * wide, g * wide + wide)
      .map((id) => `"${id}"`)
      .join(', ')}]`,
    // Every second one works with locks.
    `      conflict_free: ${g % 2 === 0}`,
  ]).flat();
  const boxes = ids.flatMap((id, i) => [
    ...(i % 50 === 0 ? ['', `## Phase ${i / 50 + 1}: Part ${i / 50 + 1}`, ''] : []),
    `- [ ] Task ${id}: Task ${id} of the large plan`,
  ]);
  const dag = ['```yaml', 'dag:', '  nodes:', ...nodes, '  parallel_groups:', ...groups, '```'];
  return ['# Large plan', '', ...dag, ...boxes, ''].join('\n');
}

const metadata = `${JSON.stringify(
  {
    version: 3,
    track_id: 'large_20260101',
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
  },
  null,
  2,
)}\n`;

void measure()
  .then((result) => process.stdout.write(JSON.stringify(result)))
  .finally(() => rmSync(folder, { recursive: true, force: true }));
