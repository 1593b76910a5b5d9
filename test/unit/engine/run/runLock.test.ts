import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { takeRun, type RunLease } from '../../../../src/engine/run/runLock';
import { temporaryFolder } from '../../cli/conductorProcess';

const processes = new NodeProcesses();
const now = new Date('2026-02-01T12:00:00.000Z');
const uuid = '00000000-0000-4000-8000-000000000000';
const take = (folder: string, takeOver = false) =>
  takeRun(folder, { face: 'VS Code', processes, now, takeOver });

async function held(folder: string, takeOver = false): Promise<RunLease> {
  const result = await take(folder, takeOver);
  assert.ok('held' in result);
  return result.held;
}

/** A holder as another process leaves it. */
function leftBy(folder: string, pid: number, start: string, host: string): string {
  const path = join(folder, 'holder', `${pid}~${start}~1700000000000~cli~${uuid}~${host}`);
  mkdirSync(path, { recursive: true });
  return path;
}

describe('takeRun', () => {
  it('lets one loop run and refuses the second with the holder named, until the first lets go', async () => {
    const folder = temporaryFolder();
    const first = await held(folder);
    const second = await take(folder);
    assert.ok('refused' in second);
    assert.equal(second.refused.holder.pid, process.pid);
    assert.match(second.refused.message, new RegExp(`VS Code, process ${process.pid} on .*2026-02-01`));
    assert.ok(first.isHeld());
    await first.release();
    assert.ok(!first.isHeld());
    await (await held(folder)).release();
    assert.deepEqual(readdirSync(join(folder, 'holder')), []);
  });

  it('of many at once exactly one gets it', async () => {
    const folder = temporaryFolder();
    const results = await Promise.all(Array.from({ length: 8 }, () => take(folder)));
    const leases = results.flatMap((result) => ('held' in result ? [result.held] : []));
    assert.equal(leases.length, 1);
    await leases[0]!.release();
  });

  it('takes over from a process that is gone', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    leftBy(folder, child.pid!, '', hostname());
    await (await held(folder)).release();
  });

  it('takes over when the process id belongs to another process by now', async () => {
    const folder = temporaryFolder();
    leftBy(folder, process.pid, 'another-start', hostname());
    await (await held(folder)).release();
  });

  it('takes a silent loop of another computer over only when a person says so', async () => {
    const folder = temporaryFolder();
    const path = leftBy(folder, 1, 's', 'elsewhere');
    const fresh = await take(folder, true);
    assert.ok('refused' in fresh && !fresh.refused.silent);
    utimesSync(path, 1, 1);
    const silent = await take(folder);
    assert.ok('refused' in silent && silent.refused.silent);
    assert.equal(silent.refused.holder.host, 'elsewhere');
    await (await held(folder, true)).release();
  });

  it('knows that it lost the run when the folder was removed', async () => {
    const folder = temporaryFolder();
    const lease = await held(folder);
    rmSync(join(folder, 'holder'), { recursive: true });
    assert.ok(!lease.isHeld());
    await lease.release();
  });
});

describe('NodeProcesses', () => {
  it('knows a running process by its start, and one that has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    const start = await processes.startOf(child.pid!);
    assert.ok(await processes.alive(child.pid!, start));
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(!(await processes.alive(child.pid!, start)));
  });
});
