import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { batchFileFor, agentStartError } from '../../../../src/engine/agentStartError';
import { AgentStartError, type AgentInvocation } from '../../../../src/engine/ports';
import { NodeBackgroundAgents } from '../../../../src/engine/run/nodeBackgroundAgents';
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
    const folder = temporaryFolder();
    const processes = new NodeProcesses();
    const start = (): number =>
      spawn(process.execPath, ['-e', endless], { detached: true, stdio: 'ignore' }).pid!;
    const first = start();
    const processStart = await processes.startOf(first);
    assert.ok(processStart);
    const adopted = agents.adopt({ pid: first, processStart });
    process.kill(first, 'SIGKILL');
    assert.deepEqual(await adopted.finished, { exitCode: undefined });
    const second = start();
    const other = agents.adopt({ pid: second, processStart: (await processes.startOf(second))! });
    await other.stop();
    assert.equal(await runs(second), false);
    assert.ok(folder);
  });

  it('never signals a process that has the id of an agent by now', async () => {
    const stranger = spawn(process.execPath, ['-e', endless], { detached: true, stdio: 'ignore' });
    const adopted = agents.adopt({ pid: stranger.pid!, processStart: 'another-start' });
    await adopted.finished;
    await adopted.stop();
    assert.equal(await runs(stranger.pid!), true);
    stranger.kill('SIGKILL');
  });

  it('finds a process by its environment: the leader, not what it started', async function () {
    if (process.platform === 'win32') return;
    const folder = temporaryFolder();
    const id = `worker-${process.pid}-${Date.now()}`;
    const agent = await agents.start(script(`${withChild} ${endless}`, folder), {
      outputFile: join(folder, 'a.log'),
      environment: { CONDUCTOR_WORKER_ID: id },
    });
    await pidIn(join(folder, 'child'));
    assert.deepEqual(await agents.find('CONDUCTOR_WORKER_ID', id), {
      pid: agent.pid,
      processStart: agent.processStart,
    });
    assert.equal(await agents.find('CONDUCTOR_WORKER_ID', id.slice(0, -1)), undefined);
    await agent.stop();
    assert.equal(await agents.find('CONDUCTOR_WORKER_ID', id), undefined);
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
    await agents.adopt({ pid }).stop();
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
