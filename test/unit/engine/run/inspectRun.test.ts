import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { inspectRun, RunInspectError } from '../../../../src/engine/run/inspectRun';
import { NodeBackgroundAgents } from '../../../../src/engine/run/nodeBackgroundAgents';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { RunJournal, RunJournalError } from '../../../../src/engine/run/runJournal';
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

const started = { kind: 'run-started', at, runId: 'r1', host: hostname(), pid: 1, mode: 'through' };
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

/** An agent of that run. */
async function endless(here: Place, workerId: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)'], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, CONDUCTOR_OUTPUT: join(here.runFolder, `${workerId}.log`) },
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
    const child = await endless(here, 'a');
    try {
      const processStart = await processes.startOf(child.pid);
      journal(here, [
        started,
        intent('a'),
        { kind: 'spawned', at, workerId: 'a', pid: child.pid, processStart },
        intent('b'),
        { kind: 'spawned', at, workerId: 'b', pid: child.pid, processStart: 'another-start' },
        intent('c'),
        intent('e'),
        { kind: 'spawned', at, workerId: 'e', pid: child.pid, processStart },
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
          ['e', false],
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

  it('a journal that is too large is refused here as it is when a run would go on with it', async () => {
    const here = place();
    const file = journal(here, [started]);
    truncateSync(file, 32 * 1024 * 1024);
    assert.equal((await inspect(here))?.unread.length, 0);
    truncateSync(file, 64 * 1024 * 1024 + 1);
    const words = /journal\.jsonl is too large to be read: 64 MB, .*move the file away/;
    await assert.rejects(
      inspect(here),
      (error) => error instanceof RunInspectError && words.test(error.message),
    );
    await assert.rejects(
      RunJournal.open(here.runFolder),
      (error) => error instanceof RunJournalError && words.test(error.message),
    );
  });

  it('a journal names no agent by a path: the output of another track is none of this one', async () => {
    const here = place();
    journal(here, [started, intent('../../../../other/.message-bus/run/a'), intent('b')]);
    const seen = await inspect(here);
    assert.deepEqual(
      seen?.openAgents.map(({ intent: { workerId } }) => workerId),
      ['b'],
    );
    assert.deepEqual(
      seen?.unread.map(({ line }) => line),
      [2],
    );
  });
});

describe('stopDetachedAgents', () => {
  const agents = new NodeBackgroundAgents({ processes, graceMs: 300 });
  const stop = async (here: Place, trusted = true) => {
    const seen = await inspect(here);
    assert.ok(seen);
    return stopDetachedAgents(seen, { agents, processes, face: 'VS Code', now: new Date(), trusted });
  };

  it('stops what lives, whether its start was written down or not, and no stranger', async () => {
    const here = place();
    const named = await endless(here, 'a');
    const unnamed = await endless(here, 'c');
    const stranger = await endless(here, 'another');
    try {
      const processStart = await processes.startOf(named.pid);
      journal(here, [
        started,
        intent('a'),
        { kind: 'spawned', at, workerId: 'a', pid: named.pid, processStart },
        intent('b'),
        { kind: 'spawned', at, workerId: 'b', pid: stranger.pid },
        intent('c'),
        intent('d'),
      ]);
      const lease = await takeRun(here.runFolder, { face: 'command line', processes, now: new Date() });
      assert.ok('held' in lease);
      const refused = await stop(here);
      assert.ok('refused' in refused && refused.refused.code === 'loop-running');
      await lease.held.release();
      const untrusted = await stop(here, false);
      assert.ok('refused' in untrusted && untrusted.refused.code === 'untrusted');
      for (const { pid } of [named, unnamed]) assert.equal(await processes.alive(pid), true);
      assert.deepEqual(await stop(here), { stopped: ['a', 'c'] });
      for (const { pid } of [named, unnamed]) assert.equal(await processes.alive(pid), false);
      assert.equal(await processes.alive(stranger.pid), true);
      assert.deepEqual(readdirSync(join(here.runFolder, 'holder')), []);
    } finally {
      for (const child of [named, unnamed, stranger]) child.kill('SIGKILL');
    }
  });
});
