import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunController, type RunHandles, type RunTrack } from '../../../../src/editor/runs/runController';
import type { RunInspection } from '../../../../src/engine/run/inspectRun';
import { runStateOf } from '../../../../src/engine/run/runState';

const track: RunTrack = {
  root: '/p/conductor',
  key: 'tracks/cart',
  name: 'Cart',
  folder: '/p/conductor/tracks/cart',
};
const other: RunTrack = { ...track, key: 'tracks/search', name: 'Search' };

async function until(what: string, look: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !look(); await sleep(5)) {
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
  }
}

const at = '2026-02-01T12:00:00.000Z';
function inspection(
  o: { alive?: boolean; brokenOff?: boolean; holder?: 'alive' | 'gone' } = {},
): RunInspection {
  const { alive, brokenOff = false, holder } = o;
  const intent = { kind: 'intent' as const, at, workerId: 'w1', agent: 'x', attempt: 1, locks: [] };
  return {
    runFolder: '/run',
    state: runStateOf([]),
    openAgents:
      alive === undefined ? [] : [{ intent, process: { pid: 5 }, alive, outputFile: '/run/w1.log' }],
    brokenOff,
    unread: [],
    ...(holder
      ? { holder: { host: 'h', pid: 1, face: 'command line' as const, since: 0, sign: holder } }
      : {}),
  };
}

function controller(inspect: (track: RunTrack) => RunInspection | undefined = () => undefined) {
  const warnings: string[] = [];
  const made = new RunController({
    inspect: (one) => Promise.resolve().then(() => inspect(one)),
    log: { warn: (message) => warnings.push(message) },
    now: () => 0,
    every: 5,
  });
  const told: string[] = [];
  made.onDidChange(({ name }) => told.push(name));
  return { runs: made, told, warnings };
}

/** A loop that ends when it is told to. */
function steered() {
  let end!: (result: string) => void;
  const handles: RunHandles[] = [];
  const ended = new Promise<string>((resolve) => (end = resolve));
  return {
    end,
    handles,
    loop: (given: RunHandles) => {
      handles.push(given);
      given.signal.addEventListener('abort', () => end('stopped'));
      return ended;
    },
  };
}

describe('RunController', () => {
  it('carries out one run a track, and tells what its events say', async () => {
    const { runs, told } = controller();
    const first = steered();
    const running = runs.start(track, 'through', first.loop);
    assert.equal(await runs.start(track, 'through', () => assert.fail('a second loop')), undefined);
    await until('the loop', () => first.handles.length === 1);
    first.handles[0]!.emit({
      at,
      track: 'cart',
      event: 'agent-started',
      id: 'p1',
      role: 'planner',
      agent: 'loop-planner',
      step: 'PLAN',
      attempt: 1,
      pid: 7,
      adopted: false,
      outputFile: '/run/p1.log',
    });
    await until('the word', () => told.length > 0);
    assert.equal(runs.runOf(track)?.activity.agents[0]?.id, 'p1');
    const second = steered();
    const alsoRunning = runs.start(other, 'through', second.loop);
    assert.equal(runs.runs.length, 2);
    first.end('complete');
    second.end('complete');
    assert.deepEqual(await running, { result: 'complete' });
    await alsoRunning;
    assert.deepEqual(runs.runs, []);
    runs.dispose();
  });

  it('an event that is emitted at once is not lost', async () => {
    const { runs } = controller();
    const loop = steered();
    const running = runs.start(track, 'through', (handles) => {
      handles.emit({ at, track: 'cart', event: 'warning', message: 'x' });
      return loop.loop(handles);
    });
    await until('the event', () => runs.runOf(track)?.activity.events.length === 1);
    loop.end('');
    await running;
  });

  it('pauses after the step, goes on after all, and stops', async () => {
    const { runs } = controller();
    const loop = steered();
    const running = runs.start(track, 'through', loop.loop);
    assert.ok(runs.pauseAfterStep(track));
    assert.equal(runs.runOf(track)?.phase, 'pausing');
    await until('the loop', () => loop.handles.length === 1);
    assert.equal(loop.handles[0]?.control.pauseAfterStep, true);
    runs.goOn(track);
    assert.equal(loop.handles[0]?.control.pauseAfterStep, false);
    const stopped = runs.stop(track);
    assert.equal(runs.runOf(track)?.phase, 'stopping');
    await stopped;
    assert.deepEqual(await running, { result: 'stopped' });
    assert.equal(runs.pauseAfterStep(track), false);
  });

  it('stops one agent of a run, by its id', async () => {
    const { runs } = controller();
    const loop = steered();
    const running = runs.start(track, 'through', loop.loop);
    await until('the loop', () => loop.handles.length === 1);
    assert.equal(await runs.stopAgent(track, 'a'), false);
    const stopped: string[] = [];
    const agent = (id: string) => ({
      job: { id },
      stop: (_how: 'stopped', why: string) => Promise.resolve(stopped.push(`${id}: ${why}`)),
    });
    loop.handles[0]!.onDesk({ running: [agent('a'), agent('b')] });
    assert.equal(await runs.stopAgent(track, 'b'), true);
    assert.deepEqual(stopped, ['b: A person stopped this agent.']);
    assert.equal(await runs.stopAgent(other, 'a'), false);
    assert.equal(loop.handles[0]!.signal.aborted, false);
    loop.end('');
    await running;
  });

  it('lets a new run start after one that failed', async () => {
    const { runs } = controller();
    await assert.rejects(
      runs.start(track, 'through', () => Promise.reject(new Error('disk full'))),
      /disk full/,
    );
    assert.equal(runs.runOf(track), undefined);
    const loop = steered();
    loop.end('ok');
    assert.deepEqual(await runs.start(track, 'through', loop.loop), { result: 'ok' });
  });

  it('shows agents that outlived a window as detached until they end; then the run as broken off', async () => {
    let alive = true;
    const { runs, told } = controller(() => inspection({ alive, brokenOff: true }));
    await runs.look([track]);
    assert.equal(runs.foreignOf(track)?.kind, 'detached');
    await until('the word', () => told.length === 1);
    alive = false;
    await until('their end', () => runs.foreignOf(track)?.kind === 'brokenOff');
    await until('the second word', () => told.length === 2);
    runs.dispose();
  });

  it('shows a run that somebody else holds, but no ended one', async () => {
    const { runs } = controller(({ name }) =>
      name === 'Cart' ? inspection({ alive: true, holder: 'alive' }) : inspection(),
    );
    await runs.look([track, other]);
    assert.equal(runs.foreignOf(track)?.kind, 'elsewhere');
    assert.equal(runs.foreignOf(other), undefined);
    runs.keepOnly(({ key }) => key !== track.key);
    assert.deepEqual(runs.foreign, []);
    runs.dispose();
  });

  it('logs a folder that cannot be read, and looks at the others', async () => {
    const { runs, warnings } = controller(({ name }) => {
      if (name === 'Cart') throw new Error('journal.jsonl could not be read');
      return inspection({ brokenOff: true });
    });
    await runs.look([track, other]);
    assert.deepEqual(warnings, ['journal.jsonl could not be read']);
    assert.equal(runs.foreignOf(other)?.kind, 'brokenOff');
  });

  it('stops no agent when the window closes, only lets no further step begin', async () => {
    const { runs } = controller();
    const loop = steered();
    const running = runs.start(track, 'through', loop.loop);
    await until('the loop', () => loop.handles.length === 1);
    runs.dispose();
    assert.equal(loop.handles[0]?.signal.aborted, false);
    assert.equal(loop.handles[0]?.control.pauseAfterStep, true);
    loop.end('');
    await running;
  });
});
