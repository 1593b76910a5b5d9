import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { inspectRun, RunInspectError } from '../../../../src/engine/run/inspectRun';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { takeRun } from '../../../../src/engine/run/runLock';
import { stopDetachedAgents } from '../../../../src/engine/run/stopDetachedAgents';
import { temporaryFolder } from '../../cli/conductorProcess';

const processes = new NodeProcesses();
const at = '2026-02-01T12:00:00.000Z';
const uuid = '00000000-0000-4000-8000-000000000000';

interface Place {
  readonly root: string;
  readonly trackFolder: string;
  readonly runFolder: string;
}

function place(): Place {
  const root = realpathSync(temporaryFolder());
  const trackFolder = join(root, 'tracks', 'cart_20260101');
  const runFolder = join(trackFolder, '.message-bus', 'run');
  mkdirSync(runFolder, { recursive: true });
  return { root, trackFolder, runFolder };
}

const inspect = ({ root, trackFolder }: Place) => inspectRun(root, trackFolder, processes);

const started = { kind: 'run-started', at, runId: 'r1', host: 'h', pid: 1, mode: 'through' };
const intent = (workerId: string) => ({
  kind: 'intent',
  at,
  workerId,
  agent: 'loop-planner',
  role: 'planner',
  step: 'PLAN',
  attempt: 1,
  locks: [],
});

function journal({ runFolder }: Place, entries: readonly object[], rest = ''): string {
  const file = join(runFolder, 'journal.jsonl');
  writeFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join('') + rest);
  return file;
}

async function endless(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)'], {
    stdio: 'ignore',
    detached: true,
  });
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

describe('inspectRun', () => {
  it('finds nothing where no loop ever ran', async () => {
    const root = realpathSync(temporaryFolder());
    assert.equal(await inspectRun(root, join(root, 'tracks', 'a'), processes), undefined);
    assert.equal(await inspect(place()), undefined);
  });

  it('tells living agents from gone ones, and a broken-off run from a held and an ended one', async () => {
    const here = place();
    const child = await endless();
    try {
      const processStart = await processes.startOf(child.pid);
      journal(here, [
        started,
        intent('a'),
        { kind: 'spawned', at, workerId: 'a', pid: child.pid, processStart },
        intent('b'),
        { kind: 'spawned', at, workerId: 'b', pid: child.pid, processStart: 'another-start' },
        intent('c'),
        intent('d'),
        { kind: 'ended', at, workerId: 'd', how: 'exited', outcome: 'passed' },
      ]);
      const seen = await inspect(here);
      assert.deepEqual(
        seen?.openAgents.map(({ intent: { workerId }, alive }) => [workerId, alive]),
        [
          ['a', true],
          ['b', false],
          ['c', false],
        ],
      );
      assert.equal(seen?.openAgents[0]?.outputFile, join(here.runFolder, 'a.log'));
      assert.equal(seen?.brokenOff, true);
      assert.equal(seen?.holder, undefined);

      const lease = await takeRun(here.runFolder, { face: 'command line', processes, now: new Date() });
      assert.ok('held' in lease);
      const held = await inspect(here);
      assert.equal(held?.holder?.face, 'command line');
      assert.equal(held?.holder?.pid, process.pid);
      assert.equal(held?.holder?.sign, 'alive');
      assert.equal(held?.brokenOff, false);
      await lease.held.release();

      journal(here, [started, { kind: 'run-ended', at, outcome: 'person', why: 'x' }]);
      assert.equal((await inspect(here))?.brokenOff, false);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says that a holder of this computer is gone, and that one of another is silent', async () => {
    const here = place();
    journal(here, [started]);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const gone = join(here.runFolder, 'holder', `${child.pid!}~~1700000000000~vscode~${uuid}~${hostname()}`);
    mkdirSync(gone, { recursive: true });
    const first = await inspect(here);
    assert.equal(first?.holder?.sign, 'gone');
    assert.equal(first?.brokenOff, true);
    mkdirSync(join(here.runFolder, 'holder', `7~~1700000000000~cli~${uuid}~elsewhere`));
    const second = await inspect(here);
    assert.deepEqual([second?.holder?.host, second?.holder?.sign], ['elsewhere', 'alive']);
    assert.equal(second?.brokenOff, false);
  });

  it('writes nothing: a torn last line stays, a damaged one is told', async () => {
    const here = place();
    const file = journal(here, [started], 'no json\n{"kind":"intent","at":"20');
    const before = readFileSync(file, 'utf8');
    const seen = await inspect(here);
    assert.deepEqual(
      seen?.unread.map(({ line }) => line),
      [2],
    );
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.deepEqual(readdirSync(here.runFolder), ['journal.jsonl']);
  });

  it('reads no journal outside of the root, none behind a link, and none that is a folder', async () => {
    const outside = place();
    journal(outside, [started]);
    const here = place();
    symlinkSync(join(outside.runFolder, 'journal.jsonl'), join(here.runFolder, 'journal.jsonl'));
    await assert.rejects(
      inspect(here),
      (error) => error instanceof RunInspectError && /symbolic link/.test(error.message),
    );

    const root = realpathSync(temporaryFolder());
    const trackFolder = join(root, 'tracks', 'a');
    mkdirSync(trackFolder, { recursive: true });
    symlinkSync(join(outside.trackFolder, '.message-bus'), join(trackFolder, '.message-bus'));
    await assert.rejects(inspectRun(root, trackFolder, processes), /leads out of/);

    const folder = place();
    mkdirSync(join(folder.runFolder, 'journal.jsonl'));
    await assert.rejects(inspect(folder), RunInspectError);
  });
});

describe('stopDetachedAgents', () => {
  const stop = async (here: Place, stopped: number[]) => {
    const seen = await inspect(here);
    assert.ok(seen);
    return stopDetachedAgents(seen, {
      agents: {
        adopt: ({ pid }) => ({
          pid,
          finished: Promise.resolve({ exitCode: undefined }),
          stop: () => {
            stopped.push(pid);
            return Promise.resolve();
          },
        }),
      },
      processes,
      face: 'VS Code',
      now: new Date(),
    });
  };

  it('stops what lives, and is refused while somebody holds the run', async () => {
    const here = place();
    const child = await endless();
    try {
      const processStart = await processes.startOf(child.pid);
      journal(here, [
        started,
        intent('a'),
        { kind: 'spawned', at, workerId: 'a', pid: child.pid, processStart },
        intent('b'),
        { kind: 'spawned', at, workerId: 'b', pid: child.pid, processStart: 'another-start' },
      ]);
      const lease = await takeRun(here.runFolder, { face: 'command line', processes, now: new Date() });
      assert.ok('held' in lease);
      const stopped: number[] = [];
      const refused = await stop(here, stopped);
      assert.ok('refused' in refused && refused.refused.code === 'loop-running');
      assert.deepEqual(stopped, []);
      await lease.held.release();
      assert.deepEqual(await stop(here, stopped), { stopped: ['a'] });
      assert.deepEqual(stopped, [child.pid]);
      assert.deepEqual(readdirSync(join(here.runFolder, 'holder')), []);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
