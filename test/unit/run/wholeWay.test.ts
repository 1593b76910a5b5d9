import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import {
  boardAssessmentsSchema,
  boardSessionSchema,
  boardVotesSchema,
} from '../../../src/model/schemas/board';
import { locksSchema, queueMessageSchema, workerStatusSchema } from '../../../src/model/schemas/messageBus';
import { metadataSchema } from '../../../src/model/schemas/metadata';
import { knownErrorsSchema } from '../../../src/model/schemas/projectState';
import type { RunEvent } from '../../../src/engine/run/runEvent';
import { livingAgents, runLoopToEnd, type LoopEnd } from './loopProcess';
import { ScriptedProject } from './scriptedProject';
import { wholeWay } from './wholeWay';

describe('a run of the loop, the whole way from PLAN to COMPLETE', function () {
  this.timeout(180_000);
  let project: ScriptedProject;
  let end: LoopEnd;

  before(async () => {
    project = await ScriptedProject.create({ git: true, scenario: wholeWay });
    end = await runLoopToEnd(project);
  });

  it('ends with 0, having told everything as one JSON object a line', () => {
    assert.equal(end.code, 0, `${end.stderr}\n${JSON.stringify(end.events.at(-1))}`);
    assert.deepEqual([end.torn, end.stderr], [[], '']);
    assert.equal(end.events[0]?.event, 'run-started');
    const last = end.events.at(-1);
    assert.ok(last?.event === 'run-ended' && last.outcome === 'complete');
    for (const event of end.events) {
      assert.equal(event.track, project.trackId);
      assert.ok(!Number.isNaN(Date.parse(event.at)));
    }
  });

  it('goes through a rejected plan, a board, three groups, a failed evaluation, a fix, and the sync', () => {
    assert.deepEqual(
      eventsOf(end, 'recorded').map(({ from, step }) => `${from} → ${step}`),
      [
        'PLAN → EVALUATE_PLAN',
        'EVALUATE_PLAN → PLAN',
        'PLAN → EVALUATE_PLAN',
        'EVALUATE_PLAN → EVALUATE_PLAN',
        'EVALUATE_PLAN → EXECUTE',
        'EXECUTE → EVALUATE_EXECUTION',
        'EVALUATE_EXECUTION → FIX',
        'FIX → EVALUATE_EXECUTION',
        'EVALUATE_EXECUTION → EVALUATE_EXECUTION',
        'EVALUATE_EXECUTION → BUSINESS_SYNC',
        'BUSINESS_SYNC → BUSINESS_SYNC',
        'BUSINESS_SYNC → COMPLETE',
      ],
    );
    assert.deepEqual(
      eventsOf(end, 'board').flatMap(({ checkpoint, phase, verdict }) =>
        phase === 'resolve' ? [`${checkpoint}: ${verdict}`] : [],
      ),
      ['EVALUATE_PLAN: APPROVED', 'EVALUATE_EXECUTION: APPROVED'],
    );
    assert.deepEqual(
      eventsOf(end, 'group-finished').map(({ group, outcome }) => [group, outcome]),
      [
        ['pg-1', 'complete'],
        ['pg-2', 'complete'],
        ['pg-3', 'complete'],
      ],
    );
    assert.deepEqual(
      eventsOf(end, 'execution').map(({ parallel }) => parallel),
      [true],
    );
  });

  it('starts each agent once, the failed task twice, and leaves none running', () => {
    const started = project.log().filter(({ event }) => event === 'start');
    const count = (role: string): number => started.filter((line) => line.role === role).length;
    assert.deepEqual(
      ['planner', 'plan-evaluator', 'execution-evaluator', 'fixer', 'business-doc-sync', 'retrospective'].map(
        (role) => [role, count(role)],
      ),
      [
        ['planner', 2],
        ['plan-evaluator', 2],
        ['execution-evaluator', 2],
        ['fixer', 1],
        ['business-doc-sync', 1],
        ['retrospective', 1],
      ],
    );
    assert.deepEqual(
      started.flatMap(({ role, task, attempt }) => (role === 'worker' ? [`${task}/${attempt}`] : [])).sort(),
      ['1.1/1', '1.2/1', '1.3/1', '2.1/1', '2.2/1', '2.2/2', '2.3/1', '3.1/1', '3.2/1'],
    );
    assert.deepEqual(livingAgents(project), []);
  });

  it('starts a task only when those that it depends on are done', () => {
    const lines = project.log().filter(({ role }) => role === 'worker');
    const endOf = (task: string): number =>
      lines.findLastIndex((line) => line.task === task && line.event === 'end');
    const startOf = (task: string): number =>
      lines.findIndex((line) => line.task === task && line.event === 'start');
    for (const [task, needs] of [
      ['2.1', ['1.1', '1.2']],
      ['2.2', ['1.1', '1.3']],
      ['2.3', ['1.2']],
      ['3.1', ['2.1', '2.2', '2.3']],
      ['3.2', ['2.2']],
    ] as const) {
      for (const need of needs) assert.ok(startOf(task) > endOf(need), `${task} after ${need}`);
    }
  });

  it('leaves a completed track: plan, state, registry, index and knowledge', () => {
    const plan = project.read('plan.md');
    assert.equal([...plan.matchAll(/^- \[x\] Task \d\.\d: .* <!-- commit: [0-9a-f]{7,} -->$/gm)].length, 8);
    assert.match(plan, /^- \[x\] Fix 1\.1: An entry without a name is saved$/m);
    const metadata = project.metadata();
    const loop = metadata.loop_state;
    assert.deepEqual(
      [metadata.status, loop.current_step, loop.step_status, loop.fix_cycle_count],
      ['complete', 'COMPLETE', 'PASSED', 1],
    );
    assert.deepEqual(metadata.board_conditions, ['Entries are escaped (CSO)']);
    assert.equal((metadata.board_sessions as unknown[]).length, 2);
    const read = (file: string): string => readFileSync(join(project.folder, 'conductor', file), 'utf8');
    const [, completed = ''] = read('tracks.md').split('## Completed Tracks');
    assert.match(completed, new RegExp(project.trackId));
    assert.match(read('index.md'), /## Recent Completions\n\n- .*Guest book/);
    assert.match(read('product.md'), /guest book/);
    assert.match(read('knowledge/patterns.md'), /### Check an entry before it is stored/);
    assert.match(read('knowledge/errors.json'), /entry without a name/);
    assert.ok(existsSync(join(project.track, 'retrospective.md')));
  });

  it('leaves no lock, no worker at work and no temporary file', () => {
    const json = (file: string): unknown => JSON.parse(readFileSync(join(project.bus, file), 'utf8'));
    assert.deepEqual(json('locks.json'), {});
    const workers = Object.values(json('worker-status.json') as Record<string, { status: string }>);
    assert.deepEqual(workers.map(({ status }) => status).sort(), [
      ...Array<string>(8).fill('COMPLETE'),
      'FAILED',
    ]);
    const names = readdirSync(join(project.folder, 'conductor'), { recursive: true }) as string[];
    assert.deepEqual(
      names.filter((name) => /\.(tmp|lock)$/.test(name)),
      [],
    );
  });

  it('leaves files that are valid by their schemas and by conductor validate', async () => {
    const fits = (schema: z.ZodType, file: string, text: string): void => {
      const result = schema.safeParse(JSON.parse(text));
      assert.ok(result.success, `${file}: ${result.error?.message}`);
    };
    fits(metadataSchema, 'metadata.json', project.read('metadata.json'));
    const onBus = (file: string): string => readFileSync(join(project.bus, file), 'utf8');
    fits(locksSchema, 'locks.json', onBus('locks.json'));
    fits(workerStatusSchema, 'worker-status.json', onBus('worker-status.json'));
    fits(boardAssessmentsSchema, 'assessments.json', onBus('board/assessments.json'));
    fits(boardVotesSchema, 'votes.json', onBus('board/votes.json'));
    const sessions = readdirSync(join(project.bus, 'board')).filter((name) => name.startsWith('session-'));
    assert.ok(sessions.length > 0);
    for (const name of sessions) fits(boardSessionSchema, name, onBus(`board/${name}`));
    const queue = onBus('queue.jsonl');
    assert.ok(queue.endsWith('\n'));
    for (const line of queue.trimEnd().split('\n')) fits(queueMessageSchema, line, line);
    const errors = readFileSync(join(project.folder, 'conductor/knowledge/errors.json'), 'utf8');
    fits(knownErrorsSchema, 'errors.json', errors);

    const strict = await project.conductor(['validate', '--strict']);
    assert.equal(strict.code, 0, strict.stdout);
    assert.deepEqual(await project.problems(), []);
  });
});

function eventsOf<E extends RunEvent['event']>(end: LoopEnd, name: E): Extract<RunEvent, { event: E }>[] {
  return end.events.filter((event): event is Extract<RunEvent, { event: E }> => event.event === name);
}
