// What a scripted agent is told at its start, and which rule of the scenario it follows.
import fs from 'node:fs';
import path from 'node:path';

/**
 * One rule of a scenario. The first one whose conditions all hold says how the agent behaves.
 * @typedef {object} Rule
 * @property {string} [role]
 * @property {string} [step]
 * @property {string} [task]
 * @property {number} [attempt]
 * @property {string} [director]
 * @property {string} [phase] `assess`, `discuss` or `vote`
 * @property {string} [checkpoint] of a board session
 * @property {number} [run] which run of this role at this step, counted from 1 by the log
 * @property {number} [revision] of plan.md (plan-evaluator)
 * @property {number} [fixCycles] `fix_cycle_count` of metadata.json
 * @property {'good'|'fail'|'crash'|'lie'|'silent'|'half-json'|'endless'|'flood'|'ask'|'corrupt'|'blocked'|'wait'} [do] default `good`
 * @property {number} [ms] first waits so long
 * @property {string[]} [reasons]
 * @property {boolean} [holdLock] `crash`: dies with the lock of metadata.json in its hand, which it took a minute ago
 * @property {string} [for] `wait`: the task whose completion it waits for
 * @property {boolean} [stubborn] `endless`: does not end on SIGTERM, and neither does its child
 * @property {string} [file] `corrupt`: which file, relative to the track; default metadata.json
 * @property {number} [bytes] `flood`: how much is printed; default 8 MB
 * @property {{id?: string, question: string, context?: string}} [question] `ask`
 * @property {string} [verdict] director: of an assessment or a vote
 * @property {number} [score] director
 * @property {number} [confidence] director
 * @property {string[]} [conditions] director
 * @property {string[]} [concerns] director
 * @property {object} [answer] replaces the whole answer (director, lead, retrospective)
 */

/**
 * @typedef {object} Scenario
 * @property {Rule[]} [rules]
 * @property {string} [plan] text of plan.md; `{track}` is the id of the track
 * @property {number} [phases] of the plan where `plan` gives no text: 1 has three tasks, too few for a board; default 3
 * @property {boolean} [businessSync] what a passed execution evaluation says; default true
 * @property {boolean} [advance] agents set `current_step` to the next step themselves
 * @property {boolean} [commits] default true: workers commit where the project is a git repository
 * @property {object} [retrospective] answer of the retrospective
 */

const env = process.env;
/** @param {string} name */
const required = (name) => {
  const value = env[name];
  if (value === undefined || value === '') {
    process.stderr.write(`scripted agent: ${name} is not set\n`);
    process.exit(2);
  }
  return value;
};

export const role = required('CONDUCTOR_ROLE');
export const id = required('CONDUCTOR_WORKER_ID');
export const trackId = required('CONDUCTOR_TRACK');
export const trackFolder = required('CONDUCTOR_TRACK_DIR');
export const projectRoot = required('CONDUCTOR_ROOT');
export const step = env.CONDUCTOR_STEP ?? '';
export const task = env.CONDUCTOR_TASK ?? '';
export const attempt = Number(env.CONDUCTOR_ATTEMPT ?? '1');
export const answerFile = env.CONDUCTOR_ANSWER ?? '';
export const bus = env.CONDUCTOR_MESSAGE_BUS ?? path.join(trackFolder, '.message-bus');
export const questionsFile = env.CONDUCTOR_QUESTIONS ?? path.join(trackFolder, 'questions.json');
export const director = env.CONDUCTOR_DIRECTOR ?? '';
export const boardPhase = env.CONDUCTOR_BOARD_PHASE ?? '';
export const boardRound = Number(env.CONDUCTOR_BOARD_ROUND ?? '0');
export const boardCheckpoint = env.CONDUCTOR_BOARD_CHECKPOINT ?? '';
/** The conductor directory: the folder above `tracks/`. */
export const conductorFolder = path.resolve(trackFolder, '../..');
export const prompt = process.argv.slice(2).join(' ');

const logFile = env.SCRIPTED_LOG ?? path.join(projectRoot, 'scripted.log');

/** One line for the tests, outside the conductor directory. @param {'start'|'end'|'child'} event @param {object} [more] */
export function log(event, more) {
  const line = { event, role, id, step, task, attempt, director, phase: boardPhase, pid: process.pid };
  fs.appendFileSync(logFile, `${JSON.stringify({ ...line, at: new Date().toISOString(), ...more })}\n`);
}

/** How often this role ended its work at this step before. */
function endedRuns() {
  if (!fs.existsSync(logFile)) return 0;
  return fs
    .readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter((run) => run.event === 'end' && run.role === role && run.step === step).length;
}

/** @returns {Scenario} */
function readScenario() {
  const file = env.SCRIPTED_SCENARIO ?? path.join(projectRoot, 'scenario.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
}

export const scenario = readScenario();

/**
 * The rule that this run follows. `facts` are read from the track, so that they hold after a crash as well.
 * @param {{revision: number, fixCycles: number}} facts
 * @returns {Rule}
 */
export function ruleFor(facts) {
  const run = endedRuns() + 1;
  const here = {
    ...{ role, step, task, attempt, director, phase: boardPhase, checkpoint: boardCheckpoint, run },
    ...facts,
  };
  const found = (scenario.rules ?? []).find((rule) =>
    Object.entries(here).every(([key, value]) => {
      const wanted = /** @type {Record<string, unknown>} */ (rule)[key];
      return wanted === undefined || wanted === value;
    }),
  );
  return found ?? {};
}
