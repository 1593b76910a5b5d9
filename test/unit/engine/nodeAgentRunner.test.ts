import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { NodeAgentRunner } from '../../../src/engine/nodeAgentRunner';
import { AgentStartError } from '../../../src/engine/ports';
import { folderWith, temporaryFolder } from '../cli/conductorProcess';

const runner = new NodeAgentRunner({ output: 'stderr' });

function startsWith(code: string, words: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AgentStartError);
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  };
}

describe('NodeAgentRunner', () => {
  it('resolves once the process runs, and says how it ended', async () => {
    for (const wanted of [0, 3]) {
      const started = await runner.start({
        executable: process.execPath,
        args: ['-e', `process.exit(${wanted})`],
        cwd: temporaryFolder(),
        name: 'agent',
      });
      assert.deepEqual(await started.finished, { exitCode: wanted });
    }
  });

  it('has no exit code for a process that was killed', async () => {
    const started = await runner.start({
      executable: process.execPath,
      args: ['-e', 'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)'],
      cwd: temporaryFolder(),
      name: 'agent',
    });
    assert.deepEqual(await started.finished, { exitCode: undefined });
  });

  it('passes arguments as they stand: no shell reads them', async () => {
    const folder = temporaryFolder();
    const words = ['$(touch pwned)', '; touch pwned', '`touch pwned`', "it's", '*', ''];
    const started = await runner.start({
      executable: process.execPath,
      args: [
        '-e',
        `process.exit(JSON.stringify(process.argv.slice(1)) === ${JSON.stringify(JSON.stringify(words))} ? 0 : 1)`,
        '--',
        ...words,
      ],
      cwd: folder,
      name: 'agent',
    });
    assert.deepEqual(await started.finished, { exitCode: 0 });
  });

  it('says not-found for a program that is not on the PATH', async () => {
    await assert.rejects(
      runner.start({
        executable: 'no-such-agent-at-all',
        args: [],
        cwd: temporaryFolder(),
        name: 'loop-planner',
      }),
      startsWith('not-found', /loop-planner.*no-such-agent-at-all/),
    );
  });

  it('says failed for a program that may not be executed, and for a folder that is gone', async () => {
    const folder = folderWith({ agent: '#!/bin/sh\n' });
    chmodSync(join(folder, 'agent'), 0o644);
    await assert.rejects(
      runner.start({ executable: join(folder, 'agent'), args: [], cwd: folder, name: 'agent' }),
      startsWith('failed', /permission/),
    );
    await assert.rejects(
      runner.start({ executable: process.execPath, args: [], cwd: join(folder, 'gone'), name: 'agent' }),
      startsWith('failed', /gone does not exist/),
    );
  });

  it('says failed for arguments that no process can be given', async () => {
    const agent = { executable: process.execPath, cwd: temporaryFolder(), name: 'agent' };
    await assert.rejects(runner.start({ ...agent, args: ['a\0b'] }), startsWith('failed', /zero byte/));
    await assert.rejects(
      runner.start({ ...agent, args: ['x'.repeat(3_000_000)] }),
      startsWith('failed', /longer than the system allows/),
    );
  });

  it('does not start when it was cancelled before', async () => {
    await assert.rejects(
      runner.start(
        { executable: process.execPath, args: [], cwd: temporaryFolder(), name: 'agent' },
        AbortSignal.abort(),
      ),
      startsWith('cancelled', /cancelled/),
    );
  });
});
