import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import { markerCharacter } from '../../../src/model/marker';
import { raceCommit, raceRounds, type CarelessWrite, type RaceEdit } from './raceRounds';
import { temporaryFolder } from './temporaryFolder';

/** How long an edit is watched over (DiskFileEditorOptions.settleMs). */
const settleMs = 30;

describe('races between processes on one plan.md', function () {
  this.timeout(240_000);
  const folder = temporaryFolder();
  let workerFile: string;
  let carelessFile: string;

  before(async () => {
    workerFile = join(folder.path, 'raceWorker.cjs');
    carelessFile = join(folder.path, 'carelessWriter.cjs');
    const options = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
    await build({ ...options, entryPoints: [join(__dirname, 'raceWorker.ts')], outfile: workerFile });
    await build({ ...options, entryPoints: [join(__dirname, 'carelessWriter.ts')], outfile: carelessFile });
  });

  it('ten processes: every edit is made, once, on top of the one before', async () => {
    const plan = writePlan(folder.make('polite'), 10, 2);
    const edits = await runWorkers(workerFile, plan, 10, 2);
    assert.deepEqual(edits.filter(wasRefused), []);
    assert.deepEqual(edits.filter(metSomethingElse), []);
    assert.equal(
      readFileSync(plan, 'utf8'),
      planText(10, 2, () => true),
    );
    assertNothingLeft(plan);
  });

  /*
   * What can be promised among programs that know no lock: an edit that was reported as made survives every writer
   * that takes less than settleMs from its read to its write. The careless writer here takes less than 10 ms, unless the
   * computer stops it half-way; such a write is known by its times, and is the only excuse for a lost edit.
   */
  it('ten processes and a careless writer, 1,000 edits: each is made once or reported as refused', async () => {
    const [workers, tasks] = [10, 20];
    const plan = writePlan(folder.make('careless'), workers, tasks);
    appendFileSync(plan, '- careless 0\n');
    const careless = spawn(process.execPath, [carelessFile, plan, '10'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const writes: CarelessWrite[] = [];
    const reading = collect(careless, (line) => writes.push(JSON.parse(line) as CarelessWrite));
    const edits = await runWorkers(workerFile, plan, workers, tasks);
    careless.stdin.end();
    await reading;

    assert.equal(edits.length, 1_000);
    const late = writes.filter((write) => write.to - write.from > settleMs * 1_000);
    const isExcused = (edit: RaceEdit): boolean => {
      const before = edits
        .filter((e) => e.taskId === edit.taskId && e.round < edit.round && !wasRefused(e))
        .at(-1);
      const made = before?.at ?? 0;
      return late.some((w) => w.from - settleMs * 1_000 <= made && made <= w.to + settleMs * 1_000);
    };
    assert.deepEqual(
      edits.filter((edit) => metSomethingElse(edit) && !isExcused(edit)),
      [],
      'each edit meets what the one before it made',
    );

    const lines = readFileSync(plan, 'utf8').split('\n');
    assert.equal(lines.pop(), '', 'the file ends as every version of it did');
    const last = new Map<string, RaceEdit>();
    for (const edit of edits) if (!wasRefused(edit)) last.set(edit.taskId, edit);
    const theirs = lines.filter((line) => line.startsWith('- careless'));
    const ours = lines.filter((line) => !line.startsWith('- careless'));
    const expected = planText(workers, tasks, (id) => last.get(id)?.round)
      .trimEnd()
      .split('\n');
    assert.equal(ours.length, expected.length, 'no line of the plan is torn, lost or doubled');
    const wrong = expected.filter((line, index) => line !== ours[index]);
    const excused = wrong.filter((line) => {
      const made = [...last.values()].find((edit) => line.includes(` Task ${edit.taskId}:`));
      return made !== undefined && isExcused({ ...made, round: Infinity });
    });
    assert.deepEqual(excused, wrong, 'each task is as its last edit made it');

    // The other side: nothing of theirs is doubled, and next to nothing lost (changeFile says when that can be).
    assert.equal(theirs.length, 1);
    const lost = writes.filter((write) => write.found !== write.expected);
    assert.ok(
      lost.length <= writes.length * 0.02,
      `${lost.length} of ${writes.length} careless writes are lost`,
    );
    // And the test did test something.
    assert.ok(writes.length >= 100, `the careless writer wrote only ${writes.length} times`);
    const refused = edits.filter(wasRefused);
    assert.ok(refused.length <= 100, `${refused.length} of 1,000 edits were refused`);
    assertNothingLeft(plan);
    if (process.env['RACE_FIGURES']) {
      const count = {
        writes: writes.length,
        late: late.length,
        lost: lost.length,
        lostByRename: lost.filter((w) => w.inPlace).length,
      };
      console.log({ refused: refused.length, ...count, excused: excused.length });
    }
  });

  it('the lock of a process that was killed is taken over, and its temporary file removed', async () => {
    const plan = writePlan(folder.make('killed'), 1, 10);
    const victim = startWorker(workerFile, plan, 1, 10);
    await once(victim.stdout, 'data');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const edits = await runWorkers(workerFile, plan, 1, 10);
    assert.deepEqual(edits.filter(wasRefused), []);
    assert.equal(
      readFileSync(plan, 'utf8'),
      planText(1, 10, () => raceRounds.length - 1),
    );
    assertNothingLeft(plan);
  });
});

function wasRefused(edit: RaceEdit): boolean {
  return edit.refused !== undefined;
}

function metSomethingElse(edit: RaceEdit): boolean {
  return !wasRefused(edit) && edit.found !== edit.expected;
}

function writePlan(folder: string, workers: number, tasks: number): string {
  const plan = join(folder, 'plan.md');
  writeFileSync(
    plan,
    planText(workers, tasks, () => undefined),
  );
  return plan;
}

/** The plan with each task as the round made it: none, or the last round for `true`. */
function planText(
  workers: number,
  tasks: number,
  roundOf: (taskId: string) => number | true | undefined,
): string {
  let text = '# Implementation Plan\n';
  for (let worker = 1; worker <= workers; worker++) {
    text += `\n## Phase ${worker}: Worker ${worker}\n\n`;
    for (let task = 1; task <= tasks; task++) {
      const id = `${worker}.${task}`;
      const found = roundOf(id);
      const round = found === true ? raceRounds.length - 1 : found;
      const marker = round === undefined ? 'todo' : raceRounds[round]!;
      const commit = marker === 'done' ? ` <!-- commit: ${raceCommit(id)} -->` : '';
      text += `- [${markerCharacter[marker]}] Task ${id}: Do the thing${commit}\n`;
    }
  }
  return text;
}

type Process = ChildProcessByStdio<Writable | null, Readable, null>;

function startWorker(workerFile: string, plan: string, worker: number, tasks: number): Process {
  const args = [workerFile, dirname(plan), plan, `${worker}`, `${tasks}`];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Edits in the order in which they were made, each process by itself. */
async function runWorkers(
  workerFile: string,
  plan: string,
  workers: number,
  tasks: number,
): Promise<RaceEdit[]> {
  const edits: RaceEdit[] = [];
  const running = Array.from({ length: workers }, (_, index) =>
    collect(startWorker(workerFile, plan, index + 1, tasks), (line) => {
      edits.push(JSON.parse(line) as RaceEdit);
    }),
  );
  await Promise.all(running);
  assert.equal(edits.length, workers * tasks * raceRounds.length, 'every edit has an outcome');
  return edits;
}

/** Calls back for each line that the process prints; resolves when it has ended well. */
async function collect(child: Process, take: (line: string) => void): Promise<void> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  for await (const line of createInterface(child.stdout)) take(line);
  assert.equal(await ended, 0);
}

function assertNothingLeft(plan: string): void {
  assert.deepEqual(readdirSync(dirname(plan)), ['plan.md'], 'no lock and no temporary file is left');
}
