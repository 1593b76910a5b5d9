import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../cli/conductorProcess';
import { errorShape } from '../cli/shapes';
import { eventually } from '../store/eventually';
import { livingAgents, runLoopToEnd, startConductor, startLoop, type LoopEnd } from './loopProcess';
import { asked, needsOf } from './needs';
import { ScriptedProject, scriptedAgent, scriptedProvider } from './scriptedProject';

const small = { commits: false, businessSync: false };

function project(...rules: object[]): Promise<ScriptedProject> {
  return ScriptedProject.create({ scenario: { ...small, rules } });
}

/** Three tasks and no board before them: for what does not depend on how long the way to COMPLETE is. */
function short(...rules: object[]): Promise<ScriptedProject> {
  return ScriptedProject.create({ scenario: { ...small, phases: 1, rules } });
}

/** Somebody has said what the track is to do. */
function specOf(track: ScriptedProject): void {
  writeFileSync(join(track.track, 'spec.md'), '# Guest book\n\n## Goal\n\nVisitors leave a word.\n');
}

/** It ended for a person, says why in words, and leaves no process. */
function endsForPerson(end: LoopEnd, project: ScriptedProject, words: RegExp): void {
  const story = `${end.stderr} ${JSON.stringify(end.events.slice(-3))}`;
  assert.equal(end.code, 3, story);
  const last = end.events.at(-1);
  assert.ok(last?.event === 'run-ended' && last.outcome === 'person', story);
  assert.match(last.why, words);
  assert.deepEqual(livingAgents(project), []);
}

async function isAskedAbout(project: ScriptedProject, words: RegExp): Promise<void> {
  const items = (await needsOf(project)).filter(({ quiet }) => !quiet);
  assert.ok(
    items.some(({ what, why }) => words.test(`${what}\n${why}`)),
    JSON.stringify(items.map(({ what, why }) => [what, why])),
  );
}

describe('a run and bad input', function () {
  this.timeout(180_000);

  it('an agent that is not installed: says so, and starts when it is', async () => {
    const track = await short();
    const none = JSON.stringify({ name: 'none', executable: './not-there', args: ['{prompt}'] });
    const end = await (await startConductor(track, ['run', track.trackId, '--json', '--agent', none])).ended;
    endsForPerson(end, track, /not-there/);
    await isAskedAbout(track, /not-there/);
    assert.deepEqual(track.log(), []);
    const [blocker] = asked(track);
    assert.equal(blocker?.trigger, 'agent-not-started');
    await track.conductor(['answer', track.trackId, String(blocker?.id), 'try-again']);
    assert.equal((await runLoopToEnd(track)).code, 0);
  });

  it('an agent that ends with 0 and has written nothing: nobody guesses', async () => {
    const planner = await short({ role: 'planner', do: 'silent' });
    endsForPerson(await runLoopToEnd(planner), planner, /PLAN/);
    await isAskedAbout(planner, /What became of PLAN/);
    const worker = await short({ role: 'worker', task: '1.1', do: 'silent' });
    endsForPerson(await runLoopToEnd(worker), worker, /1\.1/);
    assert.equal(asked(worker)[0]?.trigger, 'task-contradiction');
  });

  it('half a metadata.json: said with the file, nothing written over it', async () => {
    const track = await project({ role: 'plan-evaluator', do: 'half-json' });
    const end = await runLoopToEnd(track);
    assert.ok(end.code === 3 || end.code === 1, JSON.stringify(end.events.at(-1)));
    const last = end.events.at(-1);
    assert.match(last?.event === 'run-ended' ? last.why : '', /metadata\.json/);
    assert.throws(() => track.metadata());
    await isAskedAbout(track, /metadata\.json|JSON/);
    assert.deepEqual(livingAgents(track), []);
    // The next run says the same, and does nothing.
    const again = await runLoopToEnd(track);
    assert.notEqual(again.code, 0);
    assert.equal(track.log().filter(({ event }) => event === 'start').length, 2);
  });

  it('half an answer of a director: the vote is missing, a person decides', async () => {
    const track = await project(
      ...['CA', 'CPO', 'CSO'].map((director) => ({
        role: 'director',
        director,
        phase: 'vote',
        do: 'half-json',
      })),
    );
    endsForPerson(await runLoopToEnd(track), track, /board|vote/i);
    assert.equal(asked(track)[0]?.trigger, 'board-tie');
  });

  it('half a line on the bus: the queue stays readable, and a person says how the worker ended', async () => {
    const track = await project({ role: 'worker', task: '1.1', do: 'half-json' });
    endsForPerson(await runLoopToEnd(track), track, /1\.1/);
    const lines = track.read('.message-bus/queue.jsonl').trimEnd().split('\n');
    const broken = lines.filter((line) => {
      try {
        JSON.parse(line);
        return false;
      } catch {
        return true;
      }
    });
    assert.equal(broken.length, 1);
    assert.match(broken[0]!, /"msg-half"/);
  });

  it('an agent that dies while it holds a lock: the lock is taken over, a person is asked', async () => {
    const track = await project({ role: 'planner', do: 'crash', holdLock: true });
    endsForPerson(await runLoopToEnd(track), track, /PLAN/);
    assert.equal(existsSync(join(track.track, '.metadata.lock')), false);
    assert.equal(asked(track)[0]?.trigger, 'agent-unclear');
  });

  it('a worker that is killed is tried again', async () => {
    const track = await short({ role: 'worker', task: '1.1', attempt: 1, do: 'crash' });
    const end = await runLoopToEnd(track);
    assert.equal(end.code, 0, JSON.stringify(end.events.at(-1)));
    const starts = track.log().filter(({ task, event }) => task === '1.1' && event === 'start');
    assert.equal(starts.length, 2);
  });

  it('two loops on one track: the second is refused with the holder named, and disturbs nothing', async () => {
    const track = await short({ role: 'planner', ms: 3000 });
    const first = await startLoop(track);
    await first.until(({ event }) => event === 'agent-started');
    const second = await track.conductor(['run', track.trackId, '--json', '--agent', scriptedProvider]);
    assert.equal(second.code, 1);
    assert.equal(second.stdout.trim().split('\n').length, 1);
    const { error } = errorShape.parse(JSON.parse(second.stdout));
    assert.equal(error.code, 'loop-running');
    assert.match(error.message, new RegExp(`command line, process ${first.pid} on `));
    const board = await track.conductor(['board', track.trackId, '--agent', scriptedProvider]);
    assert.equal(board.code, 1);
    assert.match(board.stderr, /already runs/);
    assert.equal((await first.ended).code, 0);
    assert.deepEqual(
      track.log().filter(({ role, event }) => role === 'planner' && event === 'start').length,
      1,
    );
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal}: agents that never end are ended with all that they started; the run can be resumed`, async () => {
      const track = await project({ role: 'worker', task: '1.1', do: 'endless' });
      const loop = await startLoop(track);
      await eventually(() => track.log().some(({ event }) => event === 'child'));
      loop.kill(signal);
      const end = await loop.ended;
      assert.equal(end.code, 130, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
      const last = end.events.at(-1);
      assert.ok(last?.event === 'run-ended' && last.outcome === 'stopped');
      assert.deepEqual(livingAgents(track), []);
      track.play(small);
      assert.equal((await runLoopToEnd(track)).code, 0);
      const ofOne = track.log().filter(({ task, event }) => task === '1.1' && event === 'start');
      assert.equal(ofOne.length, 2);
    });
  }

  it('an agent that is over its time limit is ended with all that it started, deaf as they are', async () => {
    const track = await project({ role: 'planner', do: 'endless', stubborn: true });
    const end = await runLoopToEnd(track, ['--time-limit', '0.02']);
    endsForPerson(end, track, /PLAN/);
    assert.ok(end.events.some((event) => event.event === 'agent-ended' && event.how === 'timeLimit'));
  });

  it('a bus that is deleted while workers run: said clearly, nothing runs on, and the next run completes', async () => {
    const track = await project({ role: 'worker', task: '1.1', attempt: 1, ms: 1500 });
    const loop = await startLoop(track);
    await eventually(() => track.log().some(({ task }) => task === '1.1'));
    // All of it at once: while it was being removed entry by entry, those that run would write into it.
    renameSync(track.bus, `${track.folder}/away`);
    rmSync(`${track.folder}/away`, { recursive: true });
    const end = await loop.ended;
    const last = end.events.at(-1);
    assert.ok(last?.event === 'run-ended', `${end.stderr} ${JSON.stringify(last)}`);
    assert.notEqual(end.code, 0);
    assert.match(last.why, /journal|message-bus|folder of the run|deleted|removed/);
    assert.deepEqual(livingAgents(track), []);
    // It was stopped, and nobody is at it any more. What had ended by itself, a person must look at: its word is gone.
    assert.match(track.read('plan.md'), /- \[ \] Task 1\.1/);
    for (const [, task] of track.read('plan.md').matchAll(/^- \[~\] Task (\d\.\d)/gm)) {
      await track.conductor(['mark', track.trackId, task!, 'todo']);
    }
    for (const { id } of asked(track)) {
      await track.conductor(['answer', track.trackId, String(id), 'try-again']);
    }
    const again = await runLoopToEnd(track);
    assert.equal(again.code, 0, `${again.stderr} ${JSON.stringify(again.events.at(-1))}`);
  });

  it('a clock that is an hour off: what others post is taken as they say, and the run ends', async () => {
    const track = await short({ role: 'worker', task: '1.1', ms: 1500 });
    const loop = await startLoop(track);
    await loop.until((event) => event.event === 'task' && event.state === 'started');
    const post = (task: string, hours: number): string =>
      `${JSON.stringify({
        id: `msg-other-${task}`,
        type: 'PROGRESS',
        source: `worker-${task}-other`,
        timestamp: new Date(Date.now() + hours * 3_600_000).toISOString(),
        payload: { task_id: task, progress_pct: 5, current_subtask: '' },
      })}\n`;
    const queue = join(track.bus, 'queue.jsonl');
    writeFileSync(queue, readFileSync(queue, 'utf8') + post('9.1', 1) + post('9.2', -1));
    const end = await loop.ended;
    assert.equal(end.code, 0, JSON.stringify(end.events.at(-1)));
  });

  it('quotes, backticks, line breaks and $() in the name of a track reach agents as they are, and run nothing', async () => {
    const name = 'Say "hi"; `touch pwned1` $(touch pwned2) \'x\' && touch pwned3 | {prompt} {track}';
    const track = await ScriptedProject.create({ name, scenario: small });
    const metadata = track.metadata();
    metadata.name = `${name}\n$(touch pwned4)\u0000`;
    writeFileSync(join(track.track, 'metadata.json'), JSON.stringify(metadata));
    const end = await runLoopToEnd(track);
    assert.equal(end.code, 0, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
    const names = readdirSync(track.folder, { recursive: true }) as string[];
    // Its own folder is named after it.
    assert.deepEqual(
      names.filter((file) => /(^|\/)pwned/.test(file)),
      [],
    );
  });

  it('an agent that prints without end is read in bounded memory, and quotations are no verdicts', async () => {
    const track = await short({ role: 'planner', do: 'flood', bytes: 8 * 1024 * 1024 });
    assert.equal((await runLoopToEnd(track)).code, 0);
  });

  it('an agent that overwrites plan.md with what is no text: a person is asked', async () => {
    const track = await project(
      { role: 'executor', do: 'corrupt', file: 'plan.md' },
      { role: 'planner', do: 'corrupt', file: 'plan.md' },
    );
    const end = await runLoopToEnd(track);
    assert.ok(end.code === 3 || end.code === 1, JSON.stringify(end.events.at(-1)));
    assert.deepEqual(livingAgents(track), []);
  });

  it('a reader that stops reading does not stop the run', async () => {
    const track = await project();
    const child = spawn(
      process.execPath,
      [await program(), 'run', track.trackId, '--json', '--agent', scriptedProvider],
      { cwd: track.folder, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
    assert.equal(track.metadata().status, 'complete');
  });

  it('modes that ask end with 3 where nobody can be asked, and begin nothing', async () => {
    const track = await project();
    specOf(track);
    const gates = await runLoopToEnd(track, ['--mode', 'confirm-gates']);
    endsForPerson(gates, track, /EVALUATE_PLAN waits for your confirmation/);
    assert.equal(track.log().filter(({ role }) => role === 'worker').length, 0);
    const all = await project();
    specOf(all);
    endsForPerson(await runLoopToEnd(all, ['--mode', 'confirm-all']), all, /PLAN waits/);
    assert.deepEqual(all.log(), []);
  });

  it('a spec that is still the template: modes that ask end with 3 and say what to write, “through” goes on and says so', async () => {
    const template = /spec\.md is still the template/;
    for (const mode of ['confirm-gates', 'confirm-all']) {
      const track = await project();
      const asked = await runLoopToEnd(track, ['--mode', mode]);
      endsForPerson(asked, track, template);
      const last = asked.events.at(-1);
      assert.ok(last?.event === 'run-ended');
      assert.match(last.why, /Write .*spec\.md first/);
      assert.deepEqual(track.log(), []);
      assert.deepEqual(track.metadata()['blockers'] ?? [], []);
    }
    const track = await project({ role: 'planner', do: 'silent' });
    const warned = (await runLoopToEnd(track, ['--mode', 'through'])).events.filter(
      (event) => event.event === 'warning' && template.test(event.message),
    );
    assert.equal(warned.length, 1);
    assert.ok(track.log().some(({ role }) => role === 'planner'));
  });

  it('tells a person what happens, line by line, without --json', async () => {
    const track = await project();
    const finished = await track.conductor(['run', track.trackId], {
      CONDUCTOR_AGENT: JSON.stringify({ executable: process.execPath, args: [scriptedAgent, '{prompt}'] }),
    });
    assert.equal(finished.code, 0, finished.stderr);
    const lines = finished.stdout.trimEnd().split('\n');
    assert.match(lines[0]!, /^ +0 s {2}guest-book_\d{8} {2}begins at NOT_STARTED/);
    assert.match(lines.at(-1)!, /^ +\S+( s)? {2}Complete: /);
    for (const line of lines) assert.ok(line.length < 220, line);
  });
});
