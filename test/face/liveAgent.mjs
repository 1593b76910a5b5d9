// Plays an agent that works through the sample's checkout track: `node liveAgent.mjs <opened folder>`.
// Each line on stdin lets it go one checkpoint further; when all files of a checkpoint are written it prints a line of
// JSON, {"checkpoint": n, "did": "…"}, and after the last one {"end": true}. It writes as agents write: with its own
// tools, without any lock, files in place and in pieces, or beside and renamed.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const conductor = path.join(process.argv[2] ?? '.', 'conductor');
const track = path.join(conductor, 'tracks/one-page-checkout_20261019');
const bus = path.join(track, '.message-bus');
const board = path.join(bus, 'board');
const plan = path.join(track, 'plan.md');

/** @param {string} file */
const read = (file) => fs.readFileSync(file, 'utf8');
/** @param {string} file */
const readJson = (file) => JSON.parse(read(file));

/** In place, in two pieces with a moment between them: whoever reads meanwhile sees half a file. @param {string} file @param {string} text */
async function writeSlowly(file, text) {
  const handle = fs.openSync(file, 'w');
  const half = Math.floor(text.length / 2);
  fs.writeSync(handle, text.slice(0, half));
  await pause(20);
  fs.writeSync(handle, text.slice(half));
  fs.closeSync(handle);
}

/** Beside it and renamed, as careful editors do. @param {string} file @param {string} text */
function replace(file, text) {
  fs.writeFileSync(`${file}.new`, text);
  fs.renameSync(`${file}.new`, file);
}

/** @param {string} file @param {(value: any) => void} change */
async function changeJson(file, change) {
  const value = readJson(file);
  change(value);
  await writeSlowly(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @param {string} id @param {string} marker @param {string} [tail] */
function marked(id, marker, tail = '') {
  const line = new RegExp(`^- \\[.\\] Task ${id.replace('.', '\\.')}: ([^<\\n]*?)( *<!--.*-->)?$`, 'm');
  const text = read(plan);
  if (!line.test(text)) throw new Error(`no task ${id}`);
  return text.replace(line, `- [${marker}] Task ${id}: $1${tail}`);
}

/** A line of the queue, torn for a moment. @param {string} type @param {string} source @param {object} payload */
async function post(type, source, payload) {
  const message = { id: `msg-live-${type}-${Date.now()}`, type, source, timestamp: now(), payload };
  const line = `${JSON.stringify(message)}\n`;
  const queue = path.join(bus, 'queue.jsonl');
  fs.appendFileSync(queue, line.slice(0, 30));
  await pause(10);
  fs.appendFileSync(queue, line.slice(30));
}

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
/** @param {string} id */
const workerOf = (id) => `worker-${id}-20261118`;

/** @param {string} id @param {string} status @param {number} percent */
async function worker(id, status, percent) {
  await changeJson(path.join(bus, 'worker-status.json'), (workers) => {
    for (const name of Object.keys(workers)) if (workers[name].task_id === id) delete workers[name];
    workers[workerOf(id)] = {
      task_id: id,
      status,
      progress_pct: percent,
      started_at: now(),
      last_heartbeat: now(),
    };
  });
}

/** @param {string} id */
async function workerGone(id) {
  await changeJson(path.join(bus, 'worker-status.json'), (workers) => {
    for (const name of Object.keys(workers)) if (workers[name].task_id === id) delete workers[name];
  });
}

/** @param {(metadata: any) => void} change */
const metadata = (change) => changeJson(path.join(track, 'metadata.json'), change);

/** @param {string} step @param {string} status */
function step(step, status) {
  return metadata(({ loop_state: loop }) => {
    loop.current_step = step;
    loop.step_status = status;
    loop.step_started_at = now();
    loop.checkpoints[step] = { ...loop.checkpoints[step], status, started_at: now(), last_updated: now() };
  });
}

/** @param {string} id @param {string} commit */
async function done(id, commit) {
  await writeSlowly(plan, marked(id, 'x', ` <!-- commit: ${commit} -->`));
  await post('TASK_COMPLETE', workerOf(id), { task_id: id, commit_sha: commit });
  fs.writeFileSync(path.join(bus, 'events', `TASK_COMPLETE_${id}.event`), '');
  await workerGone(id);
}

/** @param {string} cell */
const registryStep = (cell) =>
  replace(
    path.join(conductor, 'tracks.md'),
    read(path.join(conductor, 'tracks.md')).replace(
      /^(\| one-page-checkout_20261019 \|.*\| )\S+( \| \S+ \|)$/m,
      `$1${cell}$2`,
    ),
  );

const SESSION = 'board-20261119090000';
/** @param {Record<string, [string, number]>} votes */
const vote = (votes) =>
  changeJson(path.join(board, 'votes.json'), (cast) => {
    for (const [director, [final_verdict, confidence]] of Object.entries(votes))
      cast[director] = { final_verdict, confidence, conditions: [], timestamp: now() };
  });

/** @param {number} round @param {boolean} passed */
const report = (round, passed) => `# Execution Evaluation Report (Round ${round})

**Track:** one-page-checkout_20261019
**Evaluator:** loop-execution-evaluator
**Date:** 2026-11-19

| Check | Status | Issues |
|-------|--------|--------|
| Tests Pass | PASS | 11 passing |
| Deliverables | ${passed ? 'PASS' : 'FAIL'} | ${passed ? '' : 'A pending payment shows no order'} |
| Alignment | PASS | |
| No Regressions | PASS | |
| plan.md Updated | PASS | |
| No Leftover Work | ${passed ? 'PASS' : 'FAIL'} | ${passed ? '' : 'The old checkout is still linked'} |

### Verdict: ${passed ? 'PASS' : 'FAIL'}
`;

/** @type {readonly [string, () => Promise<void>][]} */
const checkpoints = [
  [
    'a sub-task is ticked, its worker says so',
    async () => {
      await writeSlowly(plan, read(plan).replace('- [ ] Check the postcode', '- [x] Check the postcode'));
      await worker('3.2', 'RUNNING', 95);
      await post('PROGRESS', workerOf('3.2'), { task_id: '3.2', progress_pct: 95 });
    },
  ],
  [
    'a task is done, its lock is free',
    async () => {
      await done('3.2', 'a1b2c31');
      await writeSlowly(path.join(bus, 'locks.json'), '{}\n');
    },
  ],
  [
    'the worker that waited goes on',
    async () => {
      await worker('3.3', 'RUNNING', 60);
      await changeJson(path.join(bus, 'locks.json'), (locks) => {
        locks['src/pages/checkout.ts'] = {
          worker_id: workerOf('3.3'),
          acquired_at: now(),
          expires_at: new Date(Date.now() + 1_800_000).toISOString(),
        };
      });
      await post('FILE_LOCK', workerOf('3.3'), { filepath: 'src/pages/checkout.ts' });
    },
  ],
  ['another task is done', () => done('3.3', 'a1b2c32')],
  [
    'what was blocked is taken up',
    async () => {
      replace(plan, marked('2.4', '~'));
      await worker('2.4', 'RUNNING', 40);
    },
  ],
  [
    'it is done, the next begins',
    async () => {
      await done('2.4', 'a1b2c33');
      await writeSlowly(plan, marked('3.4', '~'));
      await worker('3.4', 'RUNNING', 5);
    },
  ],
  [
    'a task is blocked',
    async () => {
      replace(plan, marked('3.4', '!'));
      await worker('3.4', 'BLOCKED', 20);
      await post('BLOCKED', workerOf('3.4'), {
        task_id: '3.4',
        waiting_for: 'a person',
        resource: 'a test card',
      });
    },
  ],
  [
    'and goes on',
    async () => {
      replace(plan, marked('3.4', '~'));
      await worker('3.4', 'RUNNING', 70);
      await post('PROGRESS', workerOf('3.4'), { task_id: '3.4', progress_pct: 70 });
    },
  ],
  ['and is done', () => done('3.4', 'a1b2c34')],
  [
    'two tasks begin at once',
    async () => {
      replace(plan, marked('4.1', '~'));
      await writeSlowly(plan, marked('4.2', '~'));
      await worker('4.1', 'RUNNING', 10);
      await worker('4.2', 'RUNNING', 10);
    },
  ],
  [
    'both are done, the last is skipped',
    async () => {
      await done('4.1', 'a1b2c35');
      await done('4.2', 'a1b2c36');
      replace(plan, marked('4.3', '-'));
    },
  ],
  ['somebody takes the last one up after all', async () => writeSlowly(plan, marked('4.3', '~'))],
  ['the last task is done', () => done('4.3', 'a1b2c37')],
  [
    'the loop goes on to the evaluation',
    async () => {
      await metadata(({ loop_state: { checkpoints: of } }) => {
        Object.assign(of.EXECUTE, { status: 'PASSED', completed_at: now(), tasks_completed: 14 });
      });
      await step('EVALUATE_EXECUTION', 'IN_PROGRESS');
      registryStep('EVALUATE_EXECUTION');
    },
  ],
  [
    'a board meets',
    async () => {
      fs.rmSync(path.join(board, 'resolution.md'));
      for (const name of ['assessments.json', 'votes.json'])
        await writeSlowly(path.join(board, name), '{}\n');
      fs.writeFileSync(path.join(board, 'discussion.jsonl'), '');
      await writeSlowly(
        path.join(board, `session-${SESSION}.json`),
        JSON.stringify({
          session_id: SESSION,
          checkpoint: 'EVALUATE_EXECUTION',
          status: 'ASSESSING',
          proposal: { proposal: 'One-page checkout goes live', context: 'Behind its flag' },
          directors: ['CA', 'CPO', 'CSO', 'COO', 'CXO'],
          started_at: now(),
          phases: { assess: { status: 'IN_PROGRESS', complete: 0, of: 5 } },
        }),
      );
      await post('BOARD_CONVENE', 'orchestrator', { session_id: SESSION, checkpoint: 'EVALUATE_EXECUTION' });
    },
  ],
  ['two directors vote', () => vote({ CA: ['APPROVE', 0.9], CPO: ['APPROVE', 0.8] })],
  [
    'the others do, and one of the first changes its mind',
    () => vote({ CSO: ['REJECT', 0.7], COO: ['APPROVE', 0.6], CXO: ['APPROVE', 0.8], CPO: ['REJECT', 0.5] }),
  ],
  [
    'the evaluation fails: a report, the first fix cycle',
    async () => {
      await writeSlowly(path.join(track, 'evaluation-report.md'), report(1, false));
      await metadata(({ loop_state: loop }) => {
        Object.assign(loop.checkpoints.EVALUATE_EXECUTION, {
          status: 'FAILED',
          verdict: 'FAIL',
          failure_reasons: ['A pending payment shows no order', 'The old checkout is still linked'],
          completed_at: now(),
        });
        loop.fix_cycle_count = 1;
      });
      await step('FIX', 'IN_PROGRESS');
      registryStep('FIX');
    },
  ],
  [
    'the plan gets what is to be fixed',
    async () =>
      writeSlowly(
        plan,
        `${read(plan)}\n## Fix Phase (Cycle 1)\n\n- [~] Fix 1: Show the order of a pending payment\n- [ ] Fix 2: No link to the old checkout\n`,
      ),
  ],
  [
    'both are fixed',
    async () =>
      replace(plan, read(plan).replace('- [~] Fix 1', '- [x] Fix 1').replace('- [ ] Fix 2', '- [x] Fix 2')),
  ],
  [
    'the second evaluation passes',
    async () => {
      const file = path.join(track, 'evaluation-report.md');
      await writeSlowly(file, `${read(file)}\n${report(2, true)}`);
      await metadata(({ loop_state: loop }) => {
        Object.assign(loop.checkpoints.FIX, { status: 'PASSED', cycle: 1, completed_at: now() });
        Object.assign(loop.checkpoints.EVALUATE_EXECUTION, {
          status: 'PASSED',
          verdict: 'PASS',
          failure_reasons: [],
          completed_at: now(),
        });
      });
      await step('BUSINESS_SYNC', 'NOT_STARTED');
      registryStep('BUSINESS_SYNC');
    },
  ],
];

/** @param {object} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const go = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (const [at, [did, act]] of checkpoints.entries()) {
  if ((await go.next()).done) process.exit(1);
  await act();
  say({ checkpoint: at + 1, did });
}
say({ end: true });
