import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readJournal } from '../../../src/engine/run/runJournal';
import { finalState } from './finalState';
import { livingAgents, runLoopToEnd, startLoop } from './loopProcess';
import { ScriptedProject } from './scriptedProject';
import { wholeWay } from './wholeWay';

/** Another one with CONDUCTOR_KILL_SEED; printed, so that a failure can be had again. */
const seed = Number(process.env.CONDUCTOR_KILL_SEED ?? Date.now() % 1_000_000);
const kills = 20;

describe(`a loop that is killed hard at ${kills} random moments (seed ${seed})`, function () {
  this.timeout(600_000);

  it('ends as if nothing had happened: same files, no task twice after its completion, no orphan', async () => {
    const make = (): Promise<ScriptedProject> =>
      ScriptedProject.create({ name: 'Guest book', scenario: wholeWay, git: true });
    const undisturbed = await make();
    const reference = await runLoopToEnd(undisturbed);
    assert.equal(reference.code, 0, reference.stderr);
    const wanted = finalState(undisturbed);

    const random = randomFrom(seed);
    // So many events of the undisturbed run lie between two kills, on the average; what is told again adds a few.
    const apart = reference.events.length / kills;
    // On a slow computer the kills come late, and a track may be complete before it got all of them: the next one gets the rest.
    for (let done = 0, tracks = 1; done < kills; tracks++) {
      assert.ok(tracks <= 4, `Only ${done} kills in ${tracks - 1} tracks`);
      const killed = await make();
      const at: string[] = [];
      while (done < kills) {
        const loop = await startLoop(killed);
        const events = 1 + Math.floor(random() * 2 * apart);
        const more = Math.floor(random() * 40);
        try {
          await loop.until((event) => loop.events.indexOf(event) + 1 >= events);
        } catch {
          // It came to its end first.
          break;
        }
        await pause(more);
        loop.kill('SIGKILL');
        const end = await loop.ended;
        if (end.signal !== 'SIGKILL') break;
        const last = end.events.at(-1);
        at.push(`${last?.event}${last && 'step' in last ? ` ${last.step}` : ''}`);
        done++;
      }
      const end = await runLoopToEnd(killed);
      const story = `seed ${seed}, track ${tracks}, killed after: ${at.join(', ')}`;
      assert.equal(end.code, 0, `${story}\n${end.stderr}\n${JSON.stringify(end.events.at(-1))}`);
      assert.deepEqual(startsAfterCompletion(killed), [], story);
      assert.deepEqual(livingAgents(killed), [], story);
      assert.deepEqual(await killed.problems(), [], story);
      const is = finalState(killed);
      assert.deepEqual(Object.keys(is).sort(), Object.keys(wanted).sort(), story);
      for (const [file, text] of Object.entries(wanted))
        assert.deepEqual(is[file], text, `${file}: ${story}`);
    }
  });
});

describe('a loop that was killed between the start of an agent and the word that it began', function () {
  this.timeout(120_000);

  it('takes what the agent wrote meanwhile for its outcome: no second run, no second fix cycle', async () => {
    const project = await ScriptedProject.create({
      scenario: {
        commits: false,
        businessSync: false,
        rules: [{ role: 'execution-evaluator', fixCycles: 0, do: 'fail' }],
      },
    });
    for (const [role, step, outcome] of [
      ['planner', 'PLAN', 'passed'],
      ['plan-evaluator', 'EVALUATE_PLAN', 'passed'],
      ['executor', 'EXECUTE', 'passed'],
      ['execution-evaluator', 'EVALUATE_EXECUTION', 'failed'],
    ] as const) {
      await project.agent(role, { CONDUCTOR_STEP: step });
      await project.conductor(['step', project.trackId, '--outcome', outcome]);
      await project.conductor([
        'step',
        project.trackId,
        '--agent',
        '{"executable":"./none","args":["{prompt}"]}',
      ]);
    }
    const { loop_state: loop } = project.metadata();
    assert.deepEqual([loop.current_step, loop.step_status, loop.fix_cycle_count], ['FIX', 'NOT_STARTED', 1]);

    const id = 'fixer-FIX-20260101000000-0000';
    const at = new Date().toISOString();
    const fixed = await project.agent('fixer', { CONDUCTOR_STEP: 'FIX', CONDUCTOR_WORKER_ID: id });
    const runFolder = join(project.bus, 'run');
    mkdirSync(runFolder, { recursive: true });
    writeFileSync(join(runFolder, `${id}.log`), fixed.stdout);
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const entries = [
      { kind: 'run-started', at, runId: 'run-1', host: 'here', pid: gone, mode: 'through' },
      {
        kind: 'intent',
        at,
        workerId: id,
        agent: 'loop-fixer',
        role: 'fixer',
        step: 'FIX',
        attempt: 1,
        locks: [],
      },
      { kind: 'spawned', at, workerId: id, pid: gone, processStart: 'long-ago' },
    ];
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileSync(join(runFolder, 'journal.jsonl'), lines.join(''));

    const end = await runLoopToEnd(project);
    assert.equal(end.code, 0, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
    assert.equal(project.metadata().loop_state.fix_cycle_count, 1);
    const fixers = project.log().filter(({ role, event }) => role === 'fixer' && event === 'start');
    assert.equal(fixers.length, 1);
  });
});

/** Workers that were started although the completion of their task was recorded, in the journal or on the bus. */
function startsAfterCompletion(project: ScriptedProject): string[] {
  const recorded = new Map<string, number>();
  const note = (task: string, at: string): void => {
    recorded.set(task, Math.min(recorded.get(task) ?? Infinity, Date.parse(at)));
  };
  for (const entry of readJournal(readFileSync(join(project.bus, 'run/journal.jsonl'))).entries) {
    if (entry.kind === 'completed') note(entry.task, entry.at);
  }
  for (const line of project.read('.message-bus/queue.jsonl').trimEnd().split('\n')) {
    const { type, timestamp, payload } = JSON.parse(line) as {
      type: string;
      timestamp: string;
      payload: { task_id?: string };
    };
    if (type === 'TASK_COMPLETE' && payload.task_id !== undefined) note(payload.task_id, timestamp);
  }
  return project
    .log()
    .filter(({ event, role }) => event === 'start' && role === 'worker')
    .filter(({ task, at }) => Date.parse(at) > (recorded.get(task) ?? Infinity))
    .map(({ task, at }) => `${task} at ${at}`);
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
