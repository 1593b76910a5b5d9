import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentEnd, RunningAgent, StartResult } from '../../../../src/engine/run/agentJob';
import { AgentStopError } from '../../../../src/engine/run/processGroup';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { RunJournalError } from '../../../../src/engine/run/runJournal';
import type { AgentProcess } from '../../../../src/engine/run/runPorts';
import { temporaryFolder } from '../../cli/conductorProcess';
import { closeScenes, pidIn, runs, Scene, scripted, until } from './agentScene';

const endless = 'setInterval(() => {}, 1000);';
const says = (text: string): string => `console.log(${JSON.stringify(text)});`;
const verdict = '{"verdict":"PASS","summary":"done","files_changed":2}';
/** Leaves the id of a grandchild that ignores SIGTERM in the file `child`. */
const withChild = `
  require('node:child_process').spawn(process.execPath, ['-e',
    'process.on("SIGTERM", () => {}); require("fs").writeFileSync("child", String(process.pid)); setInterval(() => {}, 1000)'],
    { stdio: 'ignore' }).unref();
`;

function running(result: StartResult): RunningAgent {
  assert.ok('running' in result, JSON.stringify(result));
  return result.running;
}

describe('RunAgents: start to settle', () => {
  afterEach(closeScenes);

  it('journals intent before it prepares, spawned after the start, ended when the end was judged – once', async () => {
    const scene = await Scene.make(scripted(says(verdict)));
    let prepared: string[] = [];
    const job = scene.job({ role: 'worker', task: '1.1', attempt: 2, locks: ['src/a.ts'] });
    const agent = running(
      await scene.desk.start(job, () => {
        prepared = scene.kinds();
        return Promise.resolve(undefined);
      }),
    );
    assert.deepEqual(prepared, ['intent']);
    assert.deepEqual(scene.kinds(), ['intent', 'spawned']);
    const end = await agent.finished;
    assert.equal(end.how, 'exited');
    assert.equal(end.exitCode, 0);
    assert.equal(end.output.json?.verdict, 'PASS');
    assert.deepEqual(scene.desk.running, []);
    await Promise.all([agent.settle('passed', 'good'), agent.settle('failed')]);
    const { at: _, ...intent } = scene.entries()[0]!;
    assert.deepEqual(intent, {
      kind: 'intent',
      workerId: job.id,
      agent: 'loop-executor',
      role: 'worker',
      step: 'EXECUTE',
      task: '1.1',
      attempt: 2,
      locks: ['src/a.ts'],
    });
    const { at: __, ...ended } = scene.entries()[2]!;
    assert.deepEqual(ended, {
      kind: 'ended',
      workerId: job.id,
      how: 'exited',
      exitCode: 0,
      outcome: 'passed',
      why: 'good',
    });
    assert.deepEqual(scene.kinds(), ['intent', 'spawned', 'ended']);
    assert.deepEqual(
      scene.events.map(({ event }) => event),
      ['agent-started', 'agent-ended'],
    );
  });

  it('the agent finds everything in its environment, and its prompt as one argument, whatever the track is called', async () => {
    const trackId = `it's "$(touch pwned)" \`touch pwned\`;\ntouch pwned`;
    const scene = await Scene.make(
      scripted('console.log(JSON.stringify({ argv: process.argv.slice(1), env: process.env }))'),
      { trackId },
    );
    const prompt = `/loop-executor ${trackId}`;
    const agent = running(
      await scene.desk.start(scene.job({ prompt, environment: { CONDUCTOR_DIRECTOR: 'CA' } })),
    );
    const { outputFile } = await agent.finished;
    const { argv, env } = JSON.parse(readFileSync(outputFile, 'utf8')) as {
      argv: string[];
      env: Record<string, string>;
    };
    assert.deepEqual(argv, [prompt]);
    assert.equal(outputFile, join(scene.place.runFolder, `${agent.job.id}.log`));
    const expected = {
      CONDUCTOR_ROLE: 'executor',
      CONDUCTOR_WORKER_ID: agent.job.id,
      CONDUCTOR_TRACK: trackId,
      CONDUCTOR_TRACK_DIR: scene.place.trackFolder,
      CONDUCTOR_ROOT: scene.folder,
      CONDUCTOR_STEP: 'EXECUTE',
      CONDUCTOR_TASK: '',
      CONDUCTOR_ATTEMPT: '1',
      CONDUCTOR_ANSWER: join(scene.place.runFolder, 'answers', `${agent.job.id}.json`),
      CONDUCTOR_OUTPUT: outputFile,
      CONDUCTOR_MESSAGE_BUS: scene.place.bus,
      CONDUCTOR_QUESTIONS: join(scene.place.trackFolder, 'questions.json'),
      CONDUCTOR_DIRECTOR: 'CA',
    };
    // Others come from whoever started us.
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, env[name]])), expected);
    assert.ok(existsSync(join(scene.place.runFolder, 'answers')));
    assert.equal(existsSync(join(scene.folder, 'pwned')), false);
  });

  it('a prompt that is too long for an argument is handed on as a file', async () => {
    const scene = await Scene.make(scripted('console.log(process.argv[1])'));
    const prompt = `${'x'.repeat(120_000)}\nend`;
    const agent = running(await scene.desk.start(scene.job({ prompt })));
    const { outputFile } = await agent.finished;
    const said = readFileSync(outputFile, 'utf8');
    const file = `conductor/tracks/login/.message-bus/run/prompts/${agent.job.id}.md`;
    assert.match(said, new RegExp(`Read the file ${file.replaceAll('.', '\\.')} `));
    assert.equal(readFileSync(join(scene.folder, file), 'utf8'), prompt);
  });

  it('a prompt that begins with a dash is no option', async () => {
    const scene = await Scene.make(scripted('console.log(JSON.stringify(process.argv.slice(1)))'));
    const agent = running(await scene.desk.start(scene.job({ prompt: '---\nname: x\n---\nDo it.' })));
    const { outputFile } = await agent.finished;
    assert.deepEqual(JSON.parse(readFileSync(outputFile, 'utf8')), ['\n---\nname: x\n---\nDo it.']);
  });

  it('what prepare refuses is not started and counts as cancelled; what it throws is cancelled and thrown on', async () => {
    const scene = await Scene.make(scripted(''));
    const refusal = { code: 'locked', message: 'src/a.ts is locked.' };
    assert.deepEqual(await scene.desk.start(scene.job(), () => Promise.resolve(refusal)), {
      cancelled: refusal,
    });
    await assert.rejects(
      scene.desk.start(scene.job(), () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.deepEqual(scene.kinds(), ['intent', 'cancelled', 'intent', 'cancelled']);
    assert.deepEqual(scene.log.state().open, []);
  });

  it('an agent that is not installed is settled as never started', async () => {
    const scene = await Scene.make({ name: 'x', executable: 'no-such-agent', args: ['{prompt}'] });
    const result = await scene.desk.start(scene.job());
    assert.ok('notStarted' in result);
    assert.equal(result.notStarted.code, 'not-found');
    assert.deepEqual(scene.kinds(), ['intent', 'ended']);
    const ended = scene.entries()[1]!;
    assert.ok(ended.kind === 'ended' && ended.how === 'notStarted' && ended.outcome === 'failed');
    assert.match(ended.why!, /no-such-agent/);
  });

  it('a run folder that leads out of the conductor directory is not used', async () => {
    const scene = await Scene.make(scripted(''));
    symlinkSync(temporaryFolder(), join(scene.place.runFolder, 'answers'));
    const result = await scene.desk.start(scene.job());
    assert.ok('notStarted' in result);
    assert.match(result.notStarted.message, /leads out of/);
  });

  it('when the journal cannot be written after the start, the agent is ended and the error thrown', async () => {
    const scene = await Scene.make(
      scripted(`require('fs').writeFileSync('pid', String(process.pid)); ${endless}`),
    );
    const append = scene.log.append.bind(scene.log);
    let pid = 0;
    scene.log.append = async (note) => {
      if (note.kind !== 'spawned') return append(note);
      pid = note.pid;
      throw new RunJournalError('journal', 'The disk is full.');
    };
    await assert.rejects(scene.desk.start(scene.job()), RunJournalError);
    assert.ok(pid > 0);
    assert.equal(await runs(pid), false);
    assert.deepEqual(scene.desk.running, []);
  });

  it('output without an end, half a JSON verdict, no output, and a log that the agent took away: each only says nothing', async () => {
    for (const [script, lines, why] of [
      [`process.stdout.write('{"verdict":"PA')`, 1, undefined],
      ['', 0, undefined],
      [
        `require('fs').unlinkSync(require('path').join(process.env.CONDUCTOR_MESSAGE_BUS, 'run', process.env.CONDUCTOR_WORKER_ID + '.log'))`,
        0,
        /could not be read: it is not there/,
      ],
    ] as const) {
      const scene = await Scene.make(scripted(script));
      const end = await running(await scene.desk.start(scene.job())).finished;
      assert.equal(end.output.json, undefined);
      assert.equal(end.output.lines, lines);
      if (why) assert.match(end.why!, why);
      else assert.equal(end.why, undefined);
    }
  });
});

describe('RunAgents: limits and stopping', () => {
  afterEach(closeScenes);

  it('an agent that never ends is stopped at its time limit, with what it started', async () => {
    const scene = await Scene.make(scripted(`${withChild} ${endless}`), { limitMs: 60_000 });
    const agent = running(await scene.desk.start(scene.job()));
    const child = await pidIn(join(scene.folder, 'child'));
    scene.ahead += 61_000;
    const end = await agent.finished;
    assert.equal(end.how, 'timeLimit');
    assert.equal(end.exitCode, undefined);
    assert.match(end.why!, /longer than 60 s/);
    assert.equal(await runs(agent.pid), false);
    await until('its child is gone', async () => !(await runs(child)));
    await agent.settle('failed');
    const last = scene.entries().at(-1)!;
    assert.ok(last.kind === 'ended' && last.how === 'timeLimit');
    assert.match(last.why!, /longer than/);
  });

  it('workers have the limit of their job, or none', async () => {
    const scene = await Scene.make(scripted(endless), { limitMs: 1 });
    const free = running(await scene.desk.start(scene.job({ role: 'worker', task: '1' })));
    const limited = running(
      await scene.desk.start(scene.job({ role: 'worker', task: '2', timeLimitMs: 50 })),
    );
    assert.equal((await limited.finished).how, 'timeLimit');
    assert.equal(await runs(free.pid), true);
    await scene.desk.stopAll('enough');
  });

  it('what the computer slept counts against nobody', async () => {
    const scene = await Scene.make(scripted(endless), { limitMs: 30 * 60_000 });
    const agent = running(await scene.desk.start(scene.job()));
    const before = Date.parse(agent.startedAt);
    scene.ahead += 60 * 60_000;
    await until('it was noticed', () => scene.kinds().includes('suspended'));
    const [suspended] = scene.entries().filter(({ kind }) => kind === 'suspended');
    assert.ok(suspended?.kind === 'suspended' && Math.abs(suspended.ms - 60 * 60_000) < 60_000);
    assert.equal(Date.parse(agent.startedAt), before + suspended.ms);
    assert.ok(scene.events.some(({ event }) => event === 'suspended'));
    assert.equal(await runs(agent.pid), true);
    // A minute at a time is no sleep: the limit holds.
    scene.everySleep = 60_000;
    assert.equal((await agent.finished).how, 'timeLimit');
  });

  it('a flood of output is stopped, and read as far as the limit goes', async () => {
    const scene = await Scene.make(
      scripted(
        `const line = 'x'.repeat(1000) + '\\n'; (function flood() { for (let i = 0; i < 100; i++) require('fs').writeSync(1, line); setImmediate(flood); })()`,
      ),
      { outputLimit: 1024 * 1024 },
    );
    const agent = running(await scene.desk.start(scene.job()));
    const end = await agent.finished;
    assert.equal(end.how, 'outputLimit');
    assert.ok(Math.max(...scene.waits) <= 100, 'its size is looked at ten times a second');
    assert.match(end.why!, /printed more than 1 MB.*Only the first 1 MB/);
    assert.ok(end.output.lines > 1000 && end.output.lines <= 1048);
    assert.ok(statSync(end.outputFile).size > 1024 * 1024);
  });

  it('a flood is not asked to end first: it would go on meanwhile', async () => {
    const stops: unknown[] = [];
    let end!: (exit: { exitCode: undefined }) => void;
    const flood: AgentProcess = {
      pid: 4711,
      finished: new Promise((resolve) => (end = resolve)),
      stop: (o) => {
        stops.push(o?.force);
        end({ exitCode: undefined });
        return Promise.resolve();
      },
    };
    const scene = await Scene.make(scripted(''), {
      outputLimit: 10,
      agents: {
        start: (_, { outputFile }) => {
          writeFileSync(outputFile, 'more than ten bytes');
          return Promise.resolve(flood);
        },
        adopt: () => Promise.resolve(undefined),
        endLeftBehind: () => Promise.resolve(0),
      },
    });
    const agent = running(await scene.desk.start(scene.job()));
    assert.equal((await agent.finished).how, 'outputLimit');
    await agent.settle('failed');
    const last = scene.entries().at(-1)!;
    assert.ok(last.kind === 'ended' && last.how === 'outputLimit' && /printed more/.test(last.why!));
    assert.deepEqual(stops, [true]);
  });

  it('stopAll ends everything: what runs, what is being started, and what agents left behind', async () => {
    const scene = await Scene.make(scripted(`${withChild} if (process.argv[1] !== 'leave') { ${endless} }`));
    const left = running(await scene.desk.start(scene.job({ prompt: 'leave' })));
    const child = await pidIn(join(scene.folder, 'child'));
    await left.finished;
    assert.equal(await runs(child), true);
    const first = running(await scene.desk.start(scene.job()));
    let go!: () => void;
    const waits = new Promise<undefined>((resolve) => (go = () => resolve(undefined)));
    const starting = scene.desk.start(scene.job(), () => waits);
    const stopped = scene.desk.stopAll('A person stopped it.');
    const refused = await scene.desk.start(scene.job());
    assert.ok('cancelled' in refused && refused.cancelled.code === 'run-stopping');
    go();
    const second = running(await starting);
    await stopped;
    const ends: AgentEnd[] = await Promise.all([first.finished, second.finished]);
    for (const end of ends) {
      assert.equal(end.how, 'stopped');
      assert.equal(end.why, 'A person stopped it.');
    }
    assert.equal(second.pid, 0, 'it was never started');
    assert.equal(await runs(first.pid), false);
    assert.equal(await runs(child), false);
    assert.deepEqual(scene.desk.running, []);
    assert.equal((await left.finished).how, 'exited');
  });

  it('says so when an agent cannot be ended, and waits for it no longer', async () => {
    const immortal: AgentProcess = {
      pid: 1,
      finished: new Promise(() => undefined),
      stop: () => Promise.reject(new AgentStopError(1)),
    };
    const scene = await Scene.make(scripted(''), {
      agents: {
        start: () => Promise.resolve(immortal),
        adopt: () => Promise.resolve(immortal),
        endLeftBehind: () => Promise.resolve(0),
      },
    });
    const agent = running(await scene.desk.start(scene.job()));
    const end = await agent.stop('stopped', 'Enough.');
    assert.equal(end.how, 'stopped');
    assert.match(end.why!, /^Enough\. Process 1, .* still runs/);
    assert.ok(scene.events.some((event) => event.event === 'warning' && /still runs/.test(event.message)));
    await scene.desk.stopAll('again');
  });

  it('starts nothing once the run is aborted', async () => {
    const scene = await Scene.make(scripted(endless), { signal: AbortSignal.abort() });
    const result = await scene.desk.start(scene.job());
    assert.ok('cancelled' in result);
    assert.deepEqual(scene.kinds(), []);
  });
});

describe('RunAgents: after a crash', () => {
  afterEach(closeScenes);

  it('goes on with an agent that lives, and hears of its end', async () => {
    const before = await Scene.make(scripted(`setTimeout(() => { ${says(verdict)} }, 300)`));
    const started = running(await before.desk.start(before.job()));
    const scene = await Scene.make(scripted(''), { in: before });
    const [open] = scene.log.state().open;
    const agent = await scene.desk.adopt(open!);
    assert.ok(agent?.adopted);
    assert.equal(agent.pid, started.pid);
    assert.deepEqual(agent.job, { ...agent.job, role: 'executor', step: 'EXECUTE', agent: 'loop-executor' });
    assert.equal(scene.desk.running.length, 1);
    const end = await agent.finished;
    assert.equal(end.how, 'exited');
    assert.equal(end.exitCode, undefined);
    assert.equal(end.output.json?.verdict, 'PASS');
    await agent.settle('passed');
    assert.deepEqual(scene.log.state().open, []);
  });

  it('stops an adopted agent with what it started', async () => {
    const before = await Scene.make(scripted(`${withChild} ${endless}`));
    running(await before.desk.start(before.job()));
    const child = await pidIn(join(before.folder, 'child'));
    const scene = await Scene.make(scripted(''), { in: before });
    const agent = (await scene.desk.adopt(scene.log.state().open[0]!))!;
    assert.equal((await agent.stop('stopped', 'enough')).how, 'stopped');
    assert.equal(await runs(agent.pid), false);
    assert.equal(await runs(child), false);
  });

  it('an agent that is gone is lost, with what it printed; so is one whose id another process has', async () => {
    for (const reused of [false, true]) {
      const before = await Scene.make(scripted(says(verdict)));
      await running(await before.desk.start(before.job())).finished;
      const scene = await Scene.make(scripted(''), { in: before });
      const [open] = scene.log.state().open;
      assert.ok(open?.process);
      const agent = (await scene.desk.adopt(
        reused ? { ...open, process: { ...open.process, pid: process.pid, processStart: 'another' } } : open,
      ))!;
      assert.equal(scene.desk.running.length, 0);
      const end = await agent.finished;
      assert.equal(end.how, 'lost');
      assert.equal(end.output.json?.verdict, 'PASS');
      assert.match(end.why!, /ended while no loop was watching/);
    }
  });

  it('an agent whose start was not written down is found by its id', async () => {
    const before = await Scene.make(scripted(endless));
    const started = running(await before.desk.start(before.job()));
    const scene = await Scene.make(scripted(''), { in: before });
    const { intent } = scene.log.state().open[0]!;
    const agent = await scene.desk.adopt({ intent });
    assert.equal(agent?.pid, started.pid);
    assert.deepEqual(scene.kinds(), ['intent', 'spawned', 'spawned']);
    await agent.stop('stopped', 'enough');
  });

  it('a stranger that the journal names is gone for us, and is never signalled', async () => {
    const stranger = spawn(process.execPath, ['-e', endless], { detached: true, stdio: 'ignore' });
    try {
      await once(stranger, 'spawn');
      const pid = stranger.pid!;
      const processStart = await new NodeProcesses().startOf(pid);
      const before = await Scene.make(scripted(''));
      const forged = before.job();
      const { id: workerId, agent, role, step, attempt } = forged;
      await before.log.append({ kind: 'intent', workerId, agent, role, step, attempt, locks: [] });
      for (const start of [{}, { processStart }]) {
        await before.log.append({ kind: 'spawned', workerId, pid, ...start });
        const scene = await Scene.make(scripted(''), { in: before });
        const adopted = (await scene.desk.adopt(scene.log.state().open[0]!))!;
        assert.deepEqual(scene.desk.running, []);
        await adopted.stop('stopped', 'enough');
        await scene.desk.stopAll('enough');
        assert.equal((await adopted.finished).how, 'lost');
        assert.equal(await runs(pid), true);
      }
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('what an agent that is gone left running is ended before the next one starts', async () => {
    for (const [detached, named] of [
      [false, true],
      [true, true],
      [false, false],
    ] as const) {
      const escaping = withChild.replace("stdio: 'ignore'", `stdio: 'ignore', detached: ${detached}`);
      const before = await Scene.make(scripted(escaping));
      await running(await before.desk.start(before.job())).finished;
      const child = await pidIn(join(before.folder, 'child'));
      assert.equal(await runs(child), true);
      const scene = await Scene.make(scripted(''), { in: before });
      const [open] = scene.log.state().open;
      // As the journal says, or as if the loop had been killed before it wrote down the start.
      const agent = await scene.desk.adopt(named ? open! : { intent: open!.intent });
      assert.equal((await agent?.finished)?.how, 'lost');
      assert.equal(await runs(child), false);
      assert.ok(scene.events.some((event) => event.event === 'warning' && /ended/.test(event.message)));
    }
  });

  it('an agent of another track with the same id is another agent', async () => {
    const other = await Scene.make(scripted(endless));
    const stranger = running(await other.desk.start(other.job()));
    const { intent } = other.log.state().open[0]!;
    const scene = await Scene.make(scripted(''));
    assert.equal(await scene.desk.adopt({ intent }), undefined);
    assert.equal(await runs(stranger.pid), true);
    await stranger.stop('stopped', 'enough');
  });

  it('one that was never started is cancelled; one that left output was', async () => {
    const before = await Scene.make(scripted(says('half')));
    const agent = running(await before.desk.start(before.job()));
    await agent.finished;
    const scene = await Scene.make(scripted(''), { in: before });
    const { intent } = scene.log.state().open[0]!;
    assert.equal((await (await scene.desk.adopt({ intent }))?.finished)?.how, 'lost');
    assert.equal(await scene.desk.adopt({ intent: { ...intent, workerId: 'never-started' } }), undefined);
    assert.equal(scene.kinds().at(-1), 'cancelled');
  });

  it('one that waited for a person when its loop was broken off still does, until it is said that it does not', async () => {
    const before = await Scene.make(scripted(endless));
    const { id: workerId, ...started } = running(await before.desk.start(before.job())).job;
    await before.desk.letWait(new Set([workerId, 'nobody']));
    assert.deepEqual(before.kinds(), ['intent', 'spawned', 'waiting']);
    const scene = await Scene.make(scripted(''), { in: before, limitMs: 60_000 });
    scene.ahead = 3_600_000;
    const agent = (await scene.desk.adopt(scene.log.state().open[0]!))!;
    assert.equal(agent.job.role, started.role);
    await scene.desk.letWait(new Set([workerId]));
    assert.equal(scene.kinds().at(-1), 'waiting', 'it is not written twice');
    await scene.desk.letWait(new Set());
    assert.equal(scene.kinds().at(-1), 'waited');
    assert.equal(scene.desk.running.length, 1, 'the hour that it waited does not count');
    scene.ahead += 61_000;
    assert.equal((await agent.finished).how, 'timeLimit');
  });

  it('time without a loop is no time of the agent', async () => {
    const before = await Scene.make(scripted(endless));
    running(await before.desk.start(before.job()));
    const hours = (n: number): string => new Date(Date.now() + n * 3_600_000).toISOString();
    await before.journal.append({
      kind: 'run-started',
      at: hours(5),
      runId: 'r',
      host: 'h',
      pid: 1,
      mode: 'through',
    });
    await before.journal.append({ kind: 'suspended', at: hours(5), ms: 3_600_000 });
    const scene = await Scene.make(scripted(''), { in: before });
    const agent = (await scene.desk.adopt(scene.log.state().open[0]!))!;
    assert.ok(Math.abs(Date.parse(agent.startedAt) - Date.parse(hours(6))) < 60_000);
    await agent.stop('stopped', 'enough');
  });
});
