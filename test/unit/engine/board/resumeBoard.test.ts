import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { directors } from '../../../../src/model/board';
import { at, metadataFile } from '../project';
import { agreeable, assessing, BoardScene, evaluated, silent, voting, type Directors } from './boardScene';

let scene: BoardScene;

const phases = [
  { phase: 'assess', what: 'assess' },
  { phase: 'discuss', what: 'discuss 1' },
  { phase: 'vote', what: 'vote' },
] as const;

/** Two directors have answered, three wait for `go`. */
function halfway(what: string): Directors {
  const usual = agreeable[`* ${what}`] as object;
  return {
    ...agreeable,
    'CSO discuss 1': { answer: { to: 'CA', type: 'QUESTION', message: 'Who runs it?' } },
    'CA vote': voting('APPROVE', ['Add caching layer']),
    [`* ${what}`]: { ...usual, until: 'go' },
    [`CA ${what}`]: what === 'vote' ? voting('APPROVE', ['Add caching layer']) : usual,
    [`CPO ${what}`]: usual,
  };
}

function times(what: string): Record<string, number> {
  const asked = scene.asked();
  return Object.fromEntries(
    directors.map((d) => [d, asked.filter((line) => line === `${d} ${what}`).length]),
  );
}

/** However it was broken off: the same record, each thing once. */
async function assertHeldOnce(): Promise<void> {
  assert.equal(scene.sessions().length, 1);
  assert.equal(scene.session()['status'], 'COMPLETE');
  assert.equal(at(scene.session(), 'phases', 'vote', 'complete'), 5);
  const json = await scene.project.json(metadataFile);
  assert.equal((json['board_sessions'] as unknown[]).length, 1);
  assert.deepEqual(json['board_conditions'], ['Add caching layer (CA)']);
  assert.deepEqual(
    Object.keys(JSON.parse(scene.board('assessments.json')) as object).sort(),
    [...directors].sort(),
  );
  assert.deepEqual(
    Object.keys(JSON.parse(scene.board('votes.json')) as object).sort(),
    [...directors].sort(),
  );
  assert.equal(scene.board('discussion.jsonl').trim().split('\n').length, 1);
  for (const [type, count] of [
    ['BOARD_ASSESS', 5],
    ['BOARD_DISCUSS', 1],
    ['BOARD_VOTE', 5],
    ['BOARD_RESOLVE', 1],
  ] as const) {
    assert.equal(scene.posted(type).length, count, type);
  }
}

describe('holdBoard: stopped and gone on with', function () {
  this.timeout(60_000);
  afterEach(() => scene.project.dispose());

  for (const { phase, what } of phases) {
    it(`stopped in ${phase}: the directors are ended, only those who had not answered are asked again`, async () => {
      scene = await BoardScene.make(halfway(what));
      const stop = new AbortController();
      const held = scene.hold({}, { signal: stop.signal });
      await until(() => scene.asked().filter((line) => line.endsWith(what)).length === 5);
      await until(() => heard(what) >= (phase === 'discuss' ? 1 : 2));
      stop.abort();
      assert.deepEqual(await held, { verdict: 'stopped' });
      assert.deepEqual((await scene.project.json(metadataFile))['board_sessions'], undefined);
      await scene.release('go');
      // Another proposal does not take the place of the one that was begun.
      assert.equal(at(await scene.hold({ proposal: '# Something else' }), 'verdict'), 'APPROVED');
      assert.equal(at(scene.session(), 'proposal', 'proposal'), 'Do it');
      const { CSO, COO, CXO } = times(what);
      assert.deepEqual([CSO, COO, CXO], [phase === 'discuss' ? 1 : 2, 2, 2]);
      if (phase !== 'discuss') assert.deepEqual([times(what)['CA'], times(what)['CPO']], [1, 1]);
      await assertHeldOnce();
    });
  }

  it('a session of an earlier round is not gone on with: it says by which one it was superseded', async () => {
    scene = await BoardScene.make({ ...agreeable, '* vote': { ...voting('APPROVE'), until: 'go' } });
    const stop = new AbortController();
    const held = scene.hold({}, { signal: stop.signal });
    await until(() => scene.asked().some((line) => line.endsWith('vote')));
    stop.abort();
    await held;
    const [first] = scene.sessions();
    const again = new Date(Date.now() + 60_000).toISOString();
    const json = await scene.project.json(metadataFile);
    const checkpoints = { ...evaluated.checkpoints, PLAN: { status: 'PASSED', completed_at: again } };
    await scene.project.write(
      metadataFile,
      JSON.stringify({ ...json, loop_state: { ...evaluated, checkpoints } }),
    );
    await scene.release('go');
    await scene.hold({ proposal: '# The new plan' });
    assert.equal(scene.sessions().length, 2);
    assert.equal(at(JSON.parse(scene.board(first!)), 'superseded_by'), scene.session().session_id);
    assert.equal(at(scene.session(), 'proposal', 'proposal'), 'The new plan');
    assert.ok(
      scene.board(`earlier/${at(JSON.parse(scene.board(first!)), 'session_id') as string}/assessments.json`),
    );
  });
});

describe('holdBoard: killed and gone on with', function () {
  this.timeout(180_000);
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await scene.release('go');
    await scene.project.dispose();
  });

  const start = (): ChildProcess => {
    const script = fileURLToPath(new URL('heldByProcess.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, scene.project.folder], {
      stdio: 'ignore',
    });
    children.push(child);
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  for (const { phase, what } of phases) {
    it(`killed in ${phase}: directors that live on are taken over, none is asked twice`, async () => {
      scene = await BoardScene.make(halfway(what));
      const child = start();
      await until(() => scene.asked().filter((line) => line.endsWith(what)).length === 5);
      await kill(child);
      const held = scene.hold();
      const adopted = (): number =>
        scene.events.filter((event) => event.event === 'agent-started' && event.adopted).length;
      await until(() => adopted() >= (phase === 'discuss' ? 2 : 3));
      await scene.release('go');
      assert.equal(at(await held, 'verdict'), 'APPROVED');
      // Of one that ended unseen and wrote nothing nobody knows whether it had nothing to say.
      const sure = directors.filter((d) => phase !== 'discuss' || (d !== 'CA' && d !== 'CPO'));
      assert.deepEqual(
        sure.map((d) => times(what)[d]),
        sure.map(() => 1),
      );
      await assertHeldOnce();
    });
  }

  it('killed at any moment, again and again, it ends in the same record', async () => {
    scene = await BoardScene.make({
      ...agreeable,
      'CSO discuss 1': { answer: { to: 'CA', type: 'QUESTION', message: 'Who runs it?' } },
      'CA vote': voting('APPROVE', ['Add caching layer']),
    });
    // Moments by what the meeting has done, so that every phase is met however slow the computer is.
    const moments: readonly (() => boolean)[] = [
      () => scene.asked().length >= 1,
      () => heard('assess') >= 3,
      () => scene.asked().some((line) => line.includes('discuss')),
      () => heard('discuss 1') >= 1,
      () => scene.asked().some((line) => line.endsWith('vote')),
      () => heard('vote') >= 2,
      () => has('resolution.md'),
    ];
    for (const moment of moments) {
      const child = start();
      await until(() => moment() || child.exitCode !== null);
      assert.ok(!child.exitCode, `it failed by itself with exit code ${child.exitCode}`);
      await kill(child);
    }
    assert.equal(at(await scene.hold(), 'verdict'), 'APPROVED');
    // The last kill may have come after the end: then that was a second meeting's call, which is the face's business.
    const first = scene.sessions()[0]!;
    assert.equal(at(JSON.parse(scene.board(first)), 'status'), 'COMPLETE');
    if (scene.sessions().length === 1) await assertHeldOnce();
  });

  function has(name: string): boolean {
    try {
      return scene.board(name) !== '';
    } catch {
      return false;
    }
  }
});

describe('holdBoard: a director is missing in one phase only', function () {
  this.timeout(60_000);
  afterEach(() => scene.project.dispose());

  it('its failures are counted over a stop: it is not asked a third time', async () => {
    scene = await BoardScene.make({
      ...agreeable,
      '* assess': { ...assessing('APPROVE'), until: 'go' },
      'CXO assess': { text: 'no JSON' },
      'CXO vote': silent,
    });
    const stop = new AbortController();
    const held = scene.hold({}, { signal: stop.signal });
    await until(() => times('assess')['CXO'] === 2);
    await until(
      () => scene.events.filter((e) => e.event === 'agent-ended' && e.id.includes('-CXO-')).length === 2,
    );
    stop.abort();
    await held;
    await scene.release('go');
    assert.equal(at(await scene.hold(), 'verdict'), 'APPROVED');
    assert.deepEqual([times('assess')['CXO'], times('vote')['CXO']], [2, 2]);
    assert.equal(Object.keys(JSON.parse(scene.board('assessments.json')) as object).length, 4);
  });
});

/** How many directors' answers are written down. */
function heard(what: string): number {
  const file = what === 'assess' ? 'assessments.json' : what === 'vote' ? 'votes.json' : 'discussion.jsonl';
  try {
    const text = scene.board(file);
    return file.endsWith('.jsonl')
      ? text.split('\n').length - 1
      : Object.keys(JSON.parse(text) as object).length;
  } catch {
    return 0;
  }
}

/** Longer than a lock without an entry holds, which a process leaves that is killed at just that moment: 30 s. */
async function until(holds: () => boolean): Promise<void> {
  const giveUp = Date.now() + 50_000;
  while (Date.now() < giveUp) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('In 50 s it never came about.');
}
