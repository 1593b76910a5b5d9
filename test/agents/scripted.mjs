// A program that behaves like an agent, started exactly as a real one is: it is told what to do by its prompt (which it
// does not read) and its environment, works in the files of its track and says at the end how it went. How it behaves
// stands in a scenario (environment.mjs): SCRIPTED_SCENARIO, else scenario.json in the project. Each run leaves a line at
// its start and at its end in SCRIPTED_LOG, else scripted.log in the project.
//
// As a provider: {"name": "scripted", "executable": "node", "args": ["<here>/scripted.mjs", "{prompt}"]}
import fs from 'node:fs';
import path from 'node:path';
import { answerFile, bus, id, log, questionsFile, role, ruleFor, task, trackFolder } from './environment.mjs';
import { checkpoint, facts, makeFiles, play, sayVerdict } from './roles.mjs';
import {
  metadataFile,
  metadataLock,
  nodeOf,
  now,
  pause,
  post,
  readText,
  replace,
  withLockFolder,
} from './trackFiles.mjs';

/** @typedef {import('./environment.mjs').Rule} Rule */

/** @type {Record<NonNullable<Rule['do']>, (rule: Rule) => Promise<void>>} */
const behaviours = {
  good: (rule) => play(rule, true),

  fail: (rule) => play(rule, false),

  /** Says that it cannot go on. */
  blocked: (rule) => {
    const why = (rule.reasons ?? ['It waits for an account']).join('; ');
    if (role === 'worker') post('BLOCKED', { task_id: task, waiting_for: 'a person', resource: why });
    console.log(`BLOCKED: ${why}`);
    process.exitCode = 4;
    return Promise.resolve();
  },

  /** Dies half-way. */
  crash: (rule) => {
    if (role === 'worker') makeFiles(task, nodeOf(task).files.slice(0, 1));
    if (rule.holdLock) {
      fs.mkdirSync(metadataLock, { recursive: true });
      const before = Date.now() / 1000 - 60;
      fs.utimesSync(metadataLock, before, before);
    }
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },

  /** Says one thing here and the opposite there. */
  lie: async () => {
    if (role === 'worker') {
      post('TASK_FAILED', { task_id: task, error: 'The test stays red', stack_trace: '' });
      console.log(`TASK COMPLETE: ${task}`);
      return;
    }
    await checkpoint(true, [], {});
    sayVerdict(false, 'It does not hold');
  },

  silent: () => Promise.resolve(),

  /** Writes half a file and goes. */
  'half-json': () => {
    const whole = readText(metadataFile);
    if (role === 'worker') {
      fs.appendFileSync(
        path.join(bus, 'queue.jsonl'),
        `{"id":"msg-half","type":"TASK_COMPLETE","source":"${id}"`,
      );
    } else if (answerFile !== '' && (role === 'director' || role === 'lead' || role === 'retrospective')) {
      replace(answerFile, '{"director": "CA", "verdict"');
    } else fs.writeFileSync(metadataFile, whole.slice(0, Math.floor(whole.length / 2)));
    return Promise.resolve();
  },

  /** Never ends, and neither does what it started. */
  endless: async (rule) => {
    const { spawn } = await import('node:child_process');
    const deaf = rule.stubborn ? "process.on('SIGTERM', () => undefined);" : '';
    const child = spawn(process.execPath, ['-e', `${deaf} setInterval(() => undefined, 1000);`], {
      stdio: 'ignore',
    });
    if (rule.stubborn) process.on('SIGTERM', () => undefined);
    log('child', { child: child.pid });
    setInterval(() => undefined, 1000);
    return new Promise(() => undefined);
  },

  /** Prints without end, nearly; among it what looks like verdicts. */
  flood: async (rule) => {
    const line = '> {"verdict":"FAIL","summary":"quoted, not said"} '.padEnd(1023, '.') + '\n';
    for (let left = rule.bytes ?? 8 * 1024 * 1024; left > 0; left -= 64 * line.length) {
      if (!process.stdout.write(line.repeat(64))) {
        await new Promise((resolve) => process.stdout.once('drain', resolve));
      }
    }
    await play(rule, true);
  },

  /** Asks, and goes on when the answer stands in the file. */
  ask: async (rule) => {
    const asked = { id: `q-${id}`, question: 'May we go on?', ...rule.question };
    await changeQuestions((questions) => {
      if (questions.some((entry) => entry.id === asked.id)) return;
      questions.push({ ...asked, asked_by: id, asked_at: now() });
    });
    for (;;) {
      const entry = readQuestions().find((question) => question.id === asked.id);
      if (entry?.answer !== undefined && entry.answer !== null) {
        console.log(`Answer to ${asked.id}: ${entry.answer}`);
        break;
      }
      await pause(100);
    }
    await play(rule, true);
  },

  /** Says that it waits for the worker of another task, and does. */
  wait: async (rule) => {
    const other = rule.for ?? '';
    const queue = path.join(bus, 'queue.jsonl');
    let said = false;
    while (!new RegExp(`"TASK_COMPLETE".*"task_id":"${other}"`).test(readText(queue))) {
      const holder = new RegExp(`"worker_id":"(worker-${other}-\\d+)"`).exec(readText(queue))?.[1];
      if (!said && holder !== undefined) {
        post('BLOCKED', { task_id: task, waiting_for: holder, resource: `the work of ${other}` });
        said = true;
      }
      await pause(100);
    }
    await play(rule, true);
  },

  /** Overwrites a file of the track with what is none. */
  corrupt: (rule) => {
    fs.writeFileSync(
      path.join(trackFolder, rule.file ?? 'metadata.json'),
      Buffer.from([0xff, 0x00, 0x7b, 0x22]),
    );
    return Promise.resolve();
  },
};

/** @returns {any[]} */
function readQuestions() {
  try {
    return JSON.parse(readText(questionsFile) || '[]');
  } catch {
    // Somebody is writing it.
    return [];
  }
}

/** @param {(questions: any[]) => void} change */
function changeQuestions(change) {
  return withLockFolder(`${questionsFile}.lock`, () => {
    const questions = readQuestions();
    change(questions);
    replace(questionsFile, `${JSON.stringify(questions, null, 2)}\n`);
  });
}

async function main() {
  const rule = ruleFor(facts());
  log('start', { does: rule.do ?? 'good' });
  if (rule.ms !== undefined) await pause(rule.ms);
  await behaviours[rule.do ?? 'good'](rule);
  log('end');
}

// Not awaited here: without a top-level await it can be bundled as CommonJS, which starts quicker.
void main();
