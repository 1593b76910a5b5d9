import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { must, Needed, run } from '../../../scripts/lib/processes.mjs';

/** Whether a process lives, zombies aside. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('scripts/lib/processes.mjs', () => {
  let dir = '';
  before(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), 'conductor-processes-'))));
  after(() => fs.rmSync(dir, { recursive: true, force: true }));

  it('tells the exit code and the output of a program', async () => {
    const result = await run(
      process.execPath,
      ['-e', 'console.log("out"); console.error("err"); process.exit(3)'],
      {
        quiet: true,
      },
    );
    assert.equal(result.code, 3);
    assert.match(result.output, /out/);
    assert.match(result.output, /err/);
  });

  it('does not throw when there is no such program', async () => {
    const result = await run(path.join(dir, 'no-such-program'), [], { quiet: true });
    assert.equal(result.code, 127);
    assert.match(result.output, /no-such-program/);
  });

  it('ends what a program left behind', async function () {
    if (process.platform !== 'linux') return; // looks into /proc
    const file = path.join(dir, 'left-behind');
    const child = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {stdio: "inherit"})`;
    await run(
      process.execPath,
      ['-e', `require("fs").writeFileSync(${JSON.stringify(file)}, String(${child}.pid)); process.exit(0)`],
      {
        quiet: true,
      },
    );
    const pid = Number(fs.readFileSync(file, 'utf8'));
    await until(() => !lives(pid));
  });

  it('ends a program and its children at the limit, and says so', async function () {
    if (process.platform !== 'linux') return; // looks into /proc
    const file = path.join(dir, 'child');
    const child = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])`;
    const result = await run(
      process.execPath,
      [
        '-e',
        `require("fs").writeFileSync(${JSON.stringify(file)}, String(${child}.pid)); setInterval(() => {}, 1000)`,
      ],
      { quiet: true, timeoutMs: 3000 },
    );
    assert.equal(result.timedOut, true);
    assert.notEqual(result.code, 0);
    const pid = Number(fs.readFileSync(file, 'utf8'));
    await until(() => !lives(pid));
  });

  it('ends with the npm that runs the script, in good order, and takes its programs along', async function () {
    if (process.platform !== 'linux') return; // looks into /proc
    const file = path.join(dir, 'under-npm');
    const said = path.join(dir, 'said');
    const script = path.join(dir, 'script.mjs');
    fs.writeFileSync(
      script,
      `import fs from 'node:fs';
       import { start } from ${JSON.stringify(path.resolve('scripts/lib/processes.mjs'))};
       const child = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       process.once('SIGTERM', () => { fs.writeFileSync(${JSON.stringify(said)}, 'ended'); process.exit(0); });
       fs.writeFileSync(${JSON.stringify(`${file}.new`)}, process.pid + ' ' + child.pid);
       fs.renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)});`,
    );
    // As npm does it: a shell between npm and the script, which gets the signal and keeps it to itself.
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${script}"; true`], {
      env: { ...process.env, npm_lifecycle_event: 'start' },
      stdio: 'ignore',
    });
    await until(() => fs.existsSync(file));
    const pids = fs.readFileSync(file, 'utf8').split(' ').map(Number);
    shell.kill('SIGTERM');
    await until(() => pids.every((pid) => !lives(pid)));
    assert.equal(fs.readFileSync(said, 'utf8'), 'ended');
  });

  it('says what failed and why, without the address that packages came from', async () => {
    const script = 'console.error("request to https://packages.example/x failed"); process.exit(1)';
    await assert.rejects(must('Fetching x', process.execPath, ['-e', script], { quiet: true }), (e) => {
      assert.ok(e instanceof Needed);
      assert.match(e.message, /Fetching x failed/);
      assert.match(e.message, /request to <host>\/x failed/);
      return true;
    });
  });
});
