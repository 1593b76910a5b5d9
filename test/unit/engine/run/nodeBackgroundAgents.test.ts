import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { batchFileFor, agentStartError } from '../../../../src/engine/agentStartError';
import { AgentStartError, type AgentInvocation } from '../../../../src/engine/ports';
import { NodeBackgroundAgents } from '../../../../src/engine/run/nodeBackgroundAgents';
import { endGroup } from '../../../../src/engine/run/processGroup';
import { listProcesses, mayBeEnded } from '../../../../src/engine/run/processList';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { folderWith, temporaryFolder } from '../../cli/conductorProcess';
import { pidIn, runs, until } from './agentScene';

const agents = new NodeBackgroundAgents({ graceMs: 300 });

function script(text: string, cwd: string, ...args: string[]): AgentInvocation {
  return { executable: process.execPath, args: ['-e', text, '--', ...args], cwd, name: 'agent' };
}

const endless = 'setInterval(() => {}, 1000);';
/** Starts a process that ignores SIGTERM, and writes its id into `child`. */
const withChild = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e',
    'process.on("SIGTERM", () => {}); require("fs").writeFileSync("child", String(process.pid)); setInterval(() => {}, 1000)'],
    { stdio: 'ignore' });
  child.unref();
`;

/** The same, but the process leads a group of its own. */
const withDetached = withChild.replace("stdio: 'ignore'", "stdio: 'ignore', detached: true");

const mark = (outputFile: string | undefined): NodeJS.ProcessEnv => {
  const { CONDUCTOR_OUTPUT: _, ...environment } = process.env;
  return outputFile === undefined ? environment : { ...environment, CONDUCTOR_OUTPUT: outputFile };
};

/** The leader of a group that this object did not start, as a journal would name it. */
async function leader(outputFile: string | undefined, text = endless, cwd?: string) {
  const child = spawn(process.execPath, ['-e', text], {
    detached: true,
    stdio: 'ignore',
    env: mark(outputFile),
    ...(cwd === undefined ? {} : { cwd }),
  });
  await once(child, 'spawn');
  const pid = child.pid!;
  return { pid, processStart: await new NodeProcesses().startOf(pid), host: hostname() };
}

describe('NodeBackgroundAgents', () => {
  it('appends standard output and error to the file, gives the environment, and tells the exit code', async () => {
    const folder = temporaryFolder();
    const outputFile = join(folder, 'deep', 'a.log');
    for (const code of [0, 3]) {
      const agent = await agents.start(
        script(`console.log(process.env.WHO); console.error('bad'); process.exitCode = ${code}`, folder),
        { outputFile, environment: { WHO: 'me' } },
      );
      assert.deepEqual(await agent.finished, { exitCode: code });
    }
    assert.equal(readFileSync(outputFile, 'utf8'), 'me\nbad\nme\nbad\n');
  });

  it('gives arguments as they stand: no shell reads them', async () => {
    const folder = temporaryFolder();
    const words = ['$(touch pwned)', '`touch pwned`', `it's "so"\nand; touch pwned`, '*', ''];
    const outputFile = join(folder, 'a.log');
    const agent = await agents.start(
      script('console.log(JSON.stringify(process.argv.slice(1)))', folder, ...words),
      { outputFile, environment: {} },
    );
    await agent.finished;
    assert.deepEqual(JSON.parse(readFileSync(outputFile, 'utf8')), words);
    assert.equal(existsSync(join(folder, 'pwned')), false);
  });

  it('leads a group of its own, and is known by its id together with its start', async () => {
    const folder = temporaryFolder();
    const agent = await agents.start(script(endless, folder), {
      outputFile: join(folder, 'a.log'),
      environment: {},
    });
    assert.equal(agent.processStart, await new NodeProcesses().startOf(agent.pid));
    process.kill(-agent.pid, 'SIGKILL');
    assert.deepEqual(await agent.finished, { exitCode: undefined });
  });

  it('stop() ends it and what it started, also what takes no notice of being asked', async () => {
    const folder = temporaryFolder();
    const agent = await agents.start(script(`${withChild} ${endless}`, folder), {
      outputFile: join(folder, 'a.log'),
      environment: {},
    });
    const child = await pidIn(join(folder, 'child'));
    await Promise.all([agent.stop(), agent.stop()]);
    assert.equal(await runs(agent.pid), false);
    assert.equal(await runs(child), false);
    assert.deepEqual(await agent.finished, { exitCode: undefined });
  });

  it('an agent that ends leaves alone what it left running; stop() ends that as well', async () => {
    const folder = temporaryFolder();
    const agent = await agents.start(script(withChild, folder), {
      outputFile: join(folder, 'a.log'),
      environment: {},
    });
    const child = await pidIn(join(folder, 'child'));
    assert.deepEqual(await agent.finished, { exitCode: 0 });
    assert.equal(await runs(child), true);
    await agent.stop();
    assert.equal(await runs(child), false);
  });

  it('says what is wrong: no such program, not executable, no folder, a zero byte, no place for the output', async () => {
    const folder = folderWith({ agent: '#!/bin/sh\n', file: '' });
    chmodSync(join(folder, 'agent'), 0o644);
    symlinkSync(join(folder, 'file'), join(folder, 'link.log'));
    const good = script('', folder);
    for (const [invocation, outputFile, code, words] of [
      [{ ...good, executable: 'no-such-agent' }, 'a.log', 'not-found', /no program "no-such-agent"/],
      [{ ...good, executable: join(folder, 'agent') }, 'a.log', 'failed', /permission/],
      [{ ...good, cwd: join(folder, 'gone') }, 'a.log', 'failed', /gone does not exist/],
      [{ ...good, args: ['a\0b'] }, 'a.log', 'failed', /zero byte/],
      [{ ...good, args: ['x'.repeat(3_000_000)] }, 'a.log', 'failed', /longer than the system allows/],
      [good, 'file/a.log', 'failed', /output cannot be kept in .*a\.log/],
      [good, 'link.log', 'failed', /output cannot be kept in .*: a symbolic link/],
    ] as const) {
      await assert.rejects(
        agents.start(invocation, { outputFile: join(folder, outputFile), environment: {} }),
        (error: unknown) => {
          assert.ok(error instanceof AgentStartError, String(error));
          assert.equal(error.code, code);
          assert.match(error.message, words);
          return true;
        },
      );
    }
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), '');
  });

  it('follows a process that is not its child, tells its end without a code, and stops one', async () => {
    const outputFile = join(temporaryFolder(), 'a.log');
    const first = await leader(outputFile);
    const adopted = (await agents.adopt(outputFile, first))!;
    assert.equal(adopted.pid, first.pid);
    process.kill(first.pid, 'SIGKILL');
    assert.deepEqual(await adopted.finished, { exitCode: undefined });
    const second = await leader(outputFile);
    await (await agents.adopt(outputFile, second))!.stop();
    assert.equal(await runs(second.pid), false);
  });

  it('believes no journal that names a process: only what the system says as well is an agent of ours', async function () {
    if (process.platform === 'win32') return;
    const folder = temporaryFolder();
    const outputFile = join(folder, 'a.log');
    const ours = await leader(outputFile, withChild + endless, folder);
    const member = await pidIn(join(folder, 'child'));
    const stranger = await leader(undefined);
    const other = await leader(join(folder, 'b.log'));
    const ofUs = spawn(process.execPath, ['-e', endless], { stdio: 'ignore', env: mark(outputFile) });
    const startOf = async (pid: number) => ({ processStart: await new NodeProcesses().startOf(pid) });
    try {
      for (const [what, named] of [
        ['without the mark', stranger],
        ['of another agent', other],
        ['without its start', { ...ours, processStart: undefined }],
        ['with another start', { ...ours, processStart: 'another-start' }],
        ['of another computer', { ...ours, host: 'elsewhere' }],
        ['of no computer', { ...ours, host: undefined }],
        ['that leads no group', { ...ours, pid: member, ...(await startOf(member)) }],
        ['of our own group', { ...ours, pid: ofUs.pid!, ...(await startOf(ofUs.pid!)) }],
        ['that is us', { ...ours, pid: process.pid, ...(await startOf(process.pid)) }],
        ['that is the first one', { ...ours, pid: 1, ...(await startOf(1)) }],
      ] as const) {
        assert.equal(await agents.adopt(outputFile, named), undefined, what);
      }
      assert.equal(await agents.endLeftBehind(outputFile), 2, 'the agent and what it started');
      assert.equal(await runs(ours.pid), false);
      assert.equal(await runs(member), false);
      for (const { pid } of [stranger, other]) assert.equal(await runs(pid), true);
      assert.equal(await runs(ofUs.pid!), true, 'a process of our own group is never ended');
    } finally {
      for (const { pid } of [stranger, other, ofUs]) process.kill(pid!, 'SIGKILL');
    }
  });

  it('never signals the first process, everything, or its own group', async function () {
    if (process.platform === 'win32') return;
    const signals: unknown[] = [];
    const kill = process.kill.bind(process);
    const own = (await listProcesses()).find(({ pid }) => pid === process.pid)!.group;
    process.kill = (pid, signal) => {
      if (signal !== 0) signals.push(pid);
      return true;
    };
    try {
      for (const group of [-1, 0, 1, process.pid, own])
        await assert.rejects(endGroup(group, 100), RangeError);
    } finally {
      process.kill = kill;
    }
    assert.deepEqual(signals, []);
    const list = [
      { pid: 1, parent: 0, group: 1, zombie: false },
      { pid: 20, parent: 1, group: 20, zombie: false },
      { pid: process.pid, parent: 20, group: 30, zombie: false },
      { pid: 40, parent: process.pid, group: 30, zombie: false },
      { pid: 50, parent: process.pid, group: 50, zombie: false },
    ];
    assert.deepEqual(
      list.map(({ pid }) => mayBeEnded(pid, list)),
      [false, false, false, false, true],
    );
  });

  it('stop() also ends what has left the group of the agent, and what an agent that has ended left there', async function () {
    if (process.platform === 'win32') return;
    for (const goesOn of [true, false]) {
      const folder = temporaryFolder();
      const agent = await agents.start(script(`${withDetached} ${goesOn ? endless : ''}`, folder), {
        outputFile: join(folder, 'a.log'),
        environment: {},
      });
      const child = await pidIn(join(folder, 'child'));
      if (!goesOn) await agent.finished;
      assert.equal(await runs(child), true);
      await agent.stop();
      assert.equal(await runs(child), false);
    }
  });

  it('finds an agent by its environment: the leader, not what it started', async function () {
    if (process.platform === 'win32') return;
    const folder = temporaryFolder();
    const outputFile = join(folder, 'with blank', 'a.log');
    const agent = await agents.start(script(`${withDetached} ${endless}`, folder), {
      outputFile,
      environment: {},
    });
    await pidIn(join(folder, 'child'));
    const found = (await agents.adopt(outputFile))!;
    assert.deepEqual([found.pid, found.processStart], [agent.pid, agent.processStart]);
    assert.equal(await agents.adopt(outputFile.slice(0, -1)), undefined);
    await agent.stop();
    assert.equal(await agents.adopt(outputFile), undefined);
  });

  it('an agent outlives the process that started it, and does not keep it alive', async () => {
    const folder = temporaryFolder();
    const module = join(__dirname, '../../../../src/engine/run/nodeBackgroundAgents.ts');
    const parent = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        '-e',
        `const { NodeBackgroundAgents } = require(${JSON.stringify(module)});
         new NodeBackgroundAgents().start(
           { executable: process.execPath, args: ['-e', ${JSON.stringify(endless)}], cwd: ${JSON.stringify(folder)}, name: 'a' },
           { outputFile: ${JSON.stringify(join(folder, 'a.log'))}, environment: {} },
         ).then(({ pid }) => require('fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(pid)));`,
      ],
      { stdio: 'inherit', cwd: join(__dirname, '../../../..') },
    );
    const ended = new Promise((resolve) => parent.once('exit', resolve));
    const pid = await pidIn(join(folder, 'pid'));
    assert.equal(await ended, 0);
    assert.equal(await runs(pid), true);
    const outputFile = join(folder, 'a.log');
    assert.equal((await agents.adopt(outputFile))?.pid, pid);
    await (await agents.adopt(outputFile))!.stop();
    await until('it is gone', async () => !(await runs(pid)));
  }).timeout(30_000);

  it('Windows: a batch file is named for what it is, a program of that name that comes first is none', () => {
    const files = new Set(['C:\\npm\\claude.cmd', 'D:\\bin\\codex.exe', 'C:\\npm\\codex.cmd']);
    const exists = (path: string): boolean => files.has(path.replace(/\.(\w+)$/, (end) => end.toLowerCase()));
    const environment = { Path: 'D:\\bin;C:\\npm', PATHEXT: '.COM;.EXE;.BAT;.CMD' };
    assert.match(batchFileFor('claude', environment, exists)!, /claude\.cmd$/i);
    assert.equal(batchFileFor('codex', environment, exists), undefined);
    assert.equal(batchFileFor('gemini', environment, exists), undefined);
    assert.equal(batchFileFor('C:\\x\\a.CMD', environment, exists), 'C:\\x\\a.CMD');
    const error = agentStartError(
      { executable: 'C:\\x\\a.cmd', args: [], cwd: temporaryFolder(), name: 'loop-planner' },
      new Error('spawn EINVAL'),
      'win32',
    );
    assert.match(error.message, /batch file C:\\x\\a\.cmd.*only a shell.*Name the program/);
  });
});
