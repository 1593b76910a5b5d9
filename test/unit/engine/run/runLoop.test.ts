import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLoop } from '../../../../src/engine/run/runLoop';
import type { Confirmation } from '../../../../src/engine/run/runPorts';
import { closeParallelScenes, ParallelScene } from '../parallel/parallelScene';
import { until } from './agentScene';

const money = { id: 'q1', question: 'May the hosting cost $80 a month more?', asked_by: 'worker-1.1' };

describe('runLoop: workers that a person declines', function () {
  this.timeout(60_000);
  afterEach(closeParallelScenes);

  /** A question for the user comes up and is answered while the person is asked about 1.3; what they say is `said`. */
  const run = async (said: 'no' | 'later') => {
    const scene = await ParallelScene.make(
      [
        { id: '1.1', files: ['src/a.ts'], group: 'pg-1' },
        { id: '1.2', files: ['src/b.ts'], group: 'pg-1' },
        { id: '1.4', files: ['src/d.ts'], group: 'pg-1' },
        { id: '1.3', needs: ['1.1', '1.2', '1.4'], files: ['src/c.ts'], group: 'pg-2' },
      ],
      { confirm: 'yes' },
    );
    await scene.journal.close();
    const file = join(scene.place.trackFolder, 'questions.json');
    const ask = (answer: object): void => writeFileSync(file, JSON.stringify([{ ...money, ...answer }]));
    const blockers = (status: string): boolean =>
      new RegExp(`"question:q1"[^}]*"status": "${status}"`).test(scene.text('metadata.json'));
    const asked: string[] = [];
    const confirm = async ({ what }: Confirmation): Promise<'yes' | 'no' | 'later'> => {
      asked.push(what);
      if (asked.some((one) => one.endsWith('for 1.3.')) && !what.endsWith('for 1.3.')) return said;
      if (!what.endsWith('for 1.3.')) return 'yes';
      ask({});
      await until('the question is asked', () => blockers('ACTIVE'));
      ask({ answer: 'Yes', answered_by: 'Ann' });
      await until('it is answered', () => blockers('RESOLVED'));
      return said;
    };
    const result = await runLoop({
      ports: { ...scene.context.ports, confirm },
      place: scene.place,
      settings: scene.context.settings,
      face: 'command line',
      signal: scene.stop.signal,
      emit: (event) => scene.events.push(event),
    });
    assert.ok(existsSync(file), JSON.stringify([result, asked]));
    assert.deepEqual(scene.markers(), { '1.1': 'x', '1.2': 'x', '1.4': 'x', '1.3': ' ' });
    return { result, asked };
  };

  for (const [said, outcome, why] of [
    ['no', 'stopped', /^EXECUTE waits for your confirmation\. You said no\.$/],
    ['later', 'person', /^EXECUTE waits for your confirmation\. Nobody can be asked here/],
  ] as const)
    it(`${said}: the run ends, also when a question held it up and was answered meanwhile`, async () => {
      const { result, asked } = await run(said);
      assert.ok(!('refused' in result), JSON.stringify(result));
      assert.equal(result.outcome, outcome);
      assert.match(result.why, why);
      assert.match(asked.at(-1)!, /^Start a worker for 1\.3\.$/, 'nothing is asked any more');
    });
});

describe('runLoop: a knowledge manager that a killed run left behind', function () {
  this.timeout(60_000);
  afterEach(closeParallelScenes);

  it('is ended before anything else, also when PLAN does not come again', async () => {
    const scene = await ParallelScene.make([{ id: '1.1' }], {
      confirm: 'no',
      behaviour: { undefined: ['endless'] },
    });
    const id = 'knowledge-manager-PLAN-20260101000000-abcd';
    const role = 'knowledge-manager';
    const start = await scene.desk.start({
      id,
      role,
      agent: role,
      prompt: 'Choose.',
      step: 'PLAN',
      attempt: 1,
      locks: [],
    });
    assert.ok('running' in start);
    await scene.journal.close();
    const ends = () => scene.entries().flatMap((entry) => (entry.kind === 'ended' ? [entry] : []));
    const asked: string[] = [];
    const result = await runLoop({
      ports: {
        ...scene.context.ports,
        confirm: ({ what }) => {
          asked.push(what);
          assert.deepEqual(
            ends().map(({ workerId, how, outcome }) => [workerId, how, outcome]),
            [[id, 'stopped', 'stopped']],
          );
          return Promise.resolve('no');
        },
      },
      place: scene.place,
      settings: scene.context.settings,
      face: 'command line',
      signal: scene.stop.signal,
      emit: (event) => scene.events.push(event),
    });
    assert.deepEqual(asked, ['Start loop-executor for EXECUTE.']);
    assert.ok(!('refused' in result) && result.outcome === 'stopped');
    await start.running.finished;
  });
});
