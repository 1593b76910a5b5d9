import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { holdRetrospective } from '../../../../src/engine/knowledge/retrospective';
import { parseKnownErrors, parsePatterns } from '../../../../src/files/knowledgeFiles';
import { patternsText } from '../../../../src/files/projectTemplates';
import { closeScenes, scripted } from '../run/agentScene';
import { LeadsScene } from '../leads/leadsScene';

const answer = {
  patterns: [
    {
      name: 'Retry with backoff',
      category: 'API',
      problem: 'Flaky calls',
      solution: 'Wait',
      gotchas: 'Not for ever',
    },
    { name: 'Small steps', category: 'Process', problem: 'Large changes', solution: 'Split' },
  ],
  errors: [
    { pattern: 'ECONNRESET', category: 'network', context: 'tests', problem: 'Reset', solution: 'Retry' },
  ],
};
/** Writes an answer, and retrospective.md when it is to. */
const agent = (said: unknown, writes = true): ReturnType<typeof scripted> =>
  scripted(`
const fs = require('node:fs');
if (${JSON.stringify(writes)}) fs.writeFileSync(process.env.CONDUCTOR_TRACK_DIR + '/retrospective.md', '# By the agent\\n');
if (${JSON.stringify(said)} !== null) fs.writeFileSync(process.env.CONDUCTOR_ANSWER, ${JSON.stringify(typeof said === 'string' ? said : JSON.stringify(said))});
`);
const complete = {
  name: 'Login',
  type: 'feature',
  status: 'complete',
  created_at: '2026-01-01',
  completed_at: '2026-01-05T10:00:00Z',
  loop_state: { current_step: 'COMPLETE', step_status: 'PASSED', fix_cycle_count: 1 },
};
const plan = '# Plan\n\n## Phase 1: Work\n\n- [x] Task 1.1: A\n- [x] Task 1.2: B\n- [x] Task 1.3: C\n';

async function scene(o: Parameters<typeof LeadsScene.make>[0], planText = plan): Promise<LeadsScene> {
  const made = await LeadsScene.make({ metadata: complete, ...o });
  made.write('tracks/login/plan.md', planText);
  return made;
}
const hold = async (on: LeadsScene): Promise<void> => holdRetrospective(on.context, await on.track());
const due = (on: LeadsScene) =>
  on.events.flatMap((event) => (event.event === 'retrospective' ? [event] : []));

describe('holdRetrospective', () => {
  afterEach(() => closeScenes());

  it('the agent’s text stays; patterns and errors gain what they lack, every other byte stays; once', async () => {
    const on = await scene({ provider: agent(answer) });
    const known = patternsText().replace(/\n/g, '\r\n');
    on.write('knowledge/patterns.md', `\uFEFF${known}`);
    await hold(on);
    assert.equal(on.text('tracks/login/retrospective.md'), '# By the agent\n');
    const written = on.text('knowledge/patterns.md');
    assert.ok(written.startsWith(`\uFEFF${known}`));
    assert.ok(!/[^\r]\n/.test(written));
    assert.deepEqual(
      parsePatterns(written).map(({ name, category }) => [name, category]),
      [
        ['Retry with backoff', 'API'],
        ['Small steps', 'Process'],
      ],
    );
    assert.deepEqual(
      parseKnownErrors(on.text('knowledge/errors.json')).map(({ id, occurrences }) => [id, occurrences]),
      [['err-001', 1]],
    );
    assert.deepEqual(on.scene.kinds(), ['intent', 'spawned', 'ended']);
    assert.deepEqual(on.warnings(), []);
    const before = [on.text('knowledge/patterns.md'), on.text('knowledge/errors.json')];
    await hold(on);
    assert.deepEqual([on.text('knowledge/patterns.md'), on.text('knowledge/errors.json')], before);
    assert.deepEqual(
      due(on).map((event) => event.due),
      [true, false],
    );
    assert.equal(on.scene.kinds().length, 3);
  });

  it('without a text of the agent: a plain one, of facts, and a warning', async () => {
    const on = await scene({ provider: agent(answer, false) });
    await hold(on);
    const text = on.text('tracks/login/retrospective.md');
    assert.match(text, /\*\*Completed:\*\* 2026-01-05\n\*\*Duration:\*\* 4 days\n\*\*Fix Cycles:\*\* 1/);
    assert.match(text, /- Retry with backoff \(API\)/);
    assert.match(text, /3 of 3 tasks done/);
    assert.equal(on.warnings().length, 1);
  });

  it('skipped where the rules say so, with the rule', async () => {
    const cases: [Parameters<typeof LeadsScene.make>[0], string, RegExp][] = [
      [
        { metadata: { ...complete, loop_state: { ...complete.loop_state, fix_cycle_count: 0 } } },
        plan,
        /No fix cycles/,
      ],
      [{}, '# Plan\n\n## Phase 1: W\n\n- [x] Task 1.1: A\n', /Fewer than 3 tasks/],
      [{ metadata: { ...complete, type: 'docs' } }, plan, /Only documents/],
    ];
    for (const [o, planText, why] of cases) {
      const on = await scene({ provider: agent(answer), ...o }, planText);
      await hold(on);
      assert.equal(due(on)[0]?.due, false);
      assert.match(due(on)[0]!.why, why);
      assert.ok(!existsSync(join(on.scene.place.runFolder, 'answers')));
    }
  });

  it('an agent that is missing, answers nothing or nonsense: a warning, nothing written', async () => {
    for (const provider of [
      agent(null, false),
      agent('{"patterns": [', false),
      agent({ patterns: [{ name: '' }] }, false),
      { name: 'none', executable: '/nowhere/agent', args: ['{prompt}'] },
    ]) {
      const on = await scene({ provider });
      await hold(on);
      assert.equal(on.warnings().length, 1, JSON.stringify(on.warnings()));
      assert.throws(() => on.text('knowledge/patterns.md'));
      assert.throws(() => on.text('tracks/login/retrospective.md'));
      assert.ok(on.scene.kinds().includes('ended'));
    }
  });

  it('where every dispatch is confirmed, nobody’s yes is no', async () => {
    const on = await scene({ provider: agent(answer), settings: { mode: 'confirm-all' } });
    const ports = { ...on.context.ports, confirm: () => Promise.resolve('later' as const) };
    await holdRetrospective({ ...on.context, ports }, await on.track());
    assert.deepEqual(on.scene.kinds(), []);
    assert.match(on.warnings()[0]!, /nobody confirmed/);
    await hold(on);
    assert.deepEqual(on.scene.kinds(), ['intent', 'spawned', 'ended']);
  });

  it('knowledge files that cannot be changed: a warning each, the track stays complete', async () => {
    const on = await scene({ provider: agent(answer) });
    on.write('knowledge/patterns.md', '\u0000');
    on.write('knowledge/errors.json', '{"errors": [');
    await hold(on);
    assert.equal(on.warnings().length, 2);
    assert.equal(on.text('knowledge/errors.json'), '{"errors": [');
  });

  it('broken off: what the agent left is used, errors are counted once; without an answer it is held again', async () => {
    const first = await scene({ provider: agent(answer) });
    const id = 'retrospective-COMPLETE-20260101000000-abcd';
    const facts = {
      workerId: id,
      agent: 'retrospective',
      role: 'retrospective',
      step: 'COMPLETE',
      locks: [],
    };
    await first.scene.log.append({ kind: 'intent', attempt: 1, ...facts });
    await first.scene.log.append({ kind: 'spawned', workerId: id, pid: 4_000_000 });
    first.write(`tracks/login/.message-bus/run/answers/${id}.json`, answer);
    first.write('tracks/login/retrospective.md', '# By the agent\n');
    first.write('knowledge/errors.json', {
      version: 1,
      errors: [{ id: 'err-001', pattern: 'ECONNRESET', occurrences: 2, seen_in: ['login'] }],
    });
    await closeScenes();
    const second = await LeadsScene.make({ in: first, provider: agent(answer) });
    await hold(second);
    assert.deepEqual(second.scene.kinds(), ['intent', 'spawned', 'ended']);
    assert.equal(parsePatterns(second.text('knowledge/patterns.md')).length, 2);
    const { errors } = JSON.parse(second.text('knowledge/errors.json')) as {
      errors: { occurrences: number }[];
    };
    assert.deepEqual(
      errors.map(({ occurrences }) => occurrences),
      [2],
    );

    const lost = await scene({ provider: agent(answer) });
    await lost.scene.log.append({ kind: 'intent', attempt: 1, ...facts });
    await lost.scene.log.append({ kind: 'spawned', workerId: id, pid: 4_000_000 });
    await hold(lost);
    assert.deepEqual(lost.scene.kinds(), ['intent', 'spawned', 'ended', 'intent', 'spawned', 'ended']);
    assert.ok(lost.text('knowledge/errors.json').includes('ECONNRESET'));
  });
});
