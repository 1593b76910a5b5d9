import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { exitCodeOf } from '../../../src/cli/commands/run';
import { readTrack } from '../../../src/cli/readFolder';
import { runPlaceOf, runPortsFor } from '../../../src/cli/runPorts';
import { runSettingsOf } from '../../../src/cli/runSettings';
import { runLoop } from '../../../src/engine/run/runLoop';
import { conductor, filesBelow, folderWith } from '../cli/conductorProcess';
import { google } from '../cli/projects';
import { errorShape } from '../cli/shapes';
import { livingAgents, runLoopToEnd, startConductor } from './loopProcess';
import { asked } from './needs';
import { ScriptedProject, scriptedProvider } from './scriptedProject';
import { wholeWay } from './wholeWay';

const small = { commits: false, businessSync: false };

function board(project: ScriptedProject, ...words: string[]) {
  return startConductor(project, [
    'board',
    project.trackId,
    '--json',
    '--agent',
    scriptedProvider,
    ...words,
  ]).then(({ ended }) => ended);
}

async function planned(...rules: object[]): Promise<ScriptedProject> {
  plannedOnce ??= plan();
  const project = (await plannedOnce).copy();
  project.play({ ...small, rules });
  return project;
}

let plannedOnce: Promise<ScriptedProject> | undefined;

async function plan(): Promise<ScriptedProject> {
  const project = await ScriptedProject.create({ scenario: small });
  await project.agent('planner', { CONDUCTOR_STEP: 'PLAN' });
  await project.conductor(['step', project.trackId, '--outcome', 'passed']);
  await project.agent('plan-evaluator', { CONDUCTOR_STEP: 'EVALUATE_PLAN' });
  await project.conductor(['step', project.trackId, '--outcome', 'passed']);
  return project;
}

describe('conductor board', function () {
  this.timeout(120_000);

  it('convenes the board, keeps its verdict and conditions in the track, and ends with 0', async () => {
    const project = await planned({ director: 'CSO', phase: 'vote', conditions: ['Entries are escaped'] });
    const end = await board(project, '--proposal', 'Shall we build the guest book?');
    assert.equal(end.code, 0, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
    const metadata = project.metadata();
    const [session] = metadata.board_sessions as Record<string, unknown>[];
    assert.deepEqual([session?.checkpoint, session?.verdict], ['EVALUATE_PLAN', 'APPROVED']);
    assert.deepEqual(metadata.board_conditions, ['Entries are escaped (CSO)']);
    assert.match(project.read('.message-bus/board/resolution.md'), /Shall we build the guest book\?/);
    assert.deepEqual(await project.problems(), []);
    assert.deepEqual(livingAgents(project), []);
  });

  it('a quick review asks for assessments only', async () => {
    const project = await planned();
    assert.equal((await board(project, '--quick')).code, 0);
    const phases = project.log().filter(({ role, event }) => role === 'director' && event === 'start');
    assert.equal(phases.length, 5);
  });

  it('ends with 3 when the votes do not decide', async () => {
    const reject = (director: string) => ({ director, phase: 'vote', verdict: 'REJECT' });
    const project = await planned(reject('CA'), reject('CSO'), {
      director: 'CXO',
      phase: 'vote',
      do: 'silent',
    });
    const end = await board(project);
    assert.equal(end.code, 3, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
    assert.equal(asked(project)[0]?.trigger, 'board-tie');
    assert.equal(JSON.stringify(end.events).includes('See: '), false);
    // The run stops there as well, and says to a person what to type.
    const run = await project.conductor(['run', project.trackId, '--agent', scriptedProvider]);
    assert.equal(run.code, 3, run.stderr);
    assert.equal(run.stdout.trimEnd().split('\n').at(-1), `See: conductor answer ${project.trackId}`);
  });
});

describe('conductor run, on a track', function () {
  this.timeout(120_000);

  it('stopped while it asks: that is no question left to a person', async () => {
    const project = await ScriptedProject.create({ scenario: small });
    const stop = new AbortController();
    const call = { folder: project.folder, signal: stop.signal };
    const place = runPlaceOf(await readTrack(call, project.trackId));
    const settings = runSettingsOf({
      text: (option) => ({ mode: 'confirm-all', agent: scriptedProvider })[option],
      flag: () => false,
      environment: {},
    });
    const confirm = (): Promise<'later'> => {
      stop.abort();
      return Promise.resolve('later');
    };
    const result = await runLoop({
      ports: { ...runPortsFor(call, place), confirm },
      place,
      settings,
      face: 'command line',
      takeOver: false,
      signal: stop.signal,
      emit: () => undefined,
    });
    assert.ok(!('refused' in result));
    assert.equal(result.outcome, 'stopped');
    assert.equal(exitCodeOf(result, call), 130);
  });

  it('that is complete: nothing is started, and that is fine', async () => {
    const project = await ScriptedProject.create({ scenario: small });
    assert.equal((await runLoopToEnd(project)).code, 0);
    const [before, log] = [project.read('metadata.json'), project.log().length];
    const again = await runLoopToEnd(project);
    assert.equal(again.code, 0, JSON.stringify(again.events.at(-1)));
    assert.equal(project.log().length, log);
    assert.equal(project.read('metadata.json'), before);
  });

  it('that keeps no loop, or is not there: refused, on one line', async () => {
    const folder = folderWith(google);
    for (const [word, code] of [
      ['dark', 'no-loop'],
      ['nothing', 'track-not-found'],
    ] as const) {
      const finished = await conductor(['run', word, '--json', '--agent', scriptedProvider], { cwd: folder });
      assert.equal(finished.code, 1, finished.stderr);
      assert.equal(finished.stdout.trimEnd().split('\n').length, 1);
      assert.equal(errorShape.parse(JSON.parse(finished.stdout)).error.code, code);
    }
    const meeting = await conductor(['board', 'dark', '--agent', scriptedProvider], { cwd: folder });
    assert.equal(meeting.code, 1);
    assert.match(meeting.stderr, /keeps no loop state/);
    // A folder of a run would make it a track of the evaluate-loop.
    assert.deepEqual([...filesBelow(folder).keys()].sort(), Object.keys(google).sort());
  });

  it('with agents that take the loop on by themselves: board, gates and counts are the same', async () => {
    const project = await ScriptedProject.create({ scenario: { ...wholeWay, advance: true } });
    const end = await runLoopToEnd(project);
    assert.equal(end.code, 0, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
    const starts = project.log().filter(({ event, role }) => event === 'start' && role !== 'director');
    const count = (role: string): number => starts.filter((line) => line.role === role).length;
    assert.deepEqual(
      ['planner', 'plan-evaluator', 'worker', 'execution-evaluator', 'fixer', 'business-doc-sync'].map(count),
      [2, 2, 9, 2, 1, 1],
    );
    const metadata = project.metadata();
    assert.deepEqual([metadata.status, metadata.loop_state.fix_cycle_count], ['complete', 1]);
    assert.deepEqual(
      (metadata.board_sessions as { checkpoint: string }[]).map(({ checkpoint }) => checkpoint),
      ['EVALUATE_PLAN', 'EVALUATE_EXECUTION'],
    );
    assert.deepEqual(await project.problems(), []);
  });

  it('with one worker: one task after the other, and it says why', async () => {
    const project = await ScriptedProject.create({ scenario: small });
    const end = await runLoopToEnd(project, ['--workers', '1']);
    assert.equal(end.code, 0, `${end.stderr} ${JSON.stringify(end.events.at(-1))}`);
    const how = end.events.find((event) => event.event === 'execution');
    assert.ok(how?.event === 'execution' && !how.parallel && /more than one worker/.test(how.why));
    assert.equal(project.log().filter(({ role }) => role === 'worker').length, 0);
  });

  it('that is paused: refused, until it is resumed', async () => {
    const project = await ScriptedProject.create({ scenario: small });
    writeFileSync(
      `${project.track}/metadata.json`,
      JSON.stringify({ ...project.metadata(), status: 'paused', paused_from: 'new' }),
    );
    const end = await runLoopToEnd(project);
    assert.equal(end.code, 1, JSON.stringify(end.events));
    assert.deepEqual(project.log(), []);
  });
});
