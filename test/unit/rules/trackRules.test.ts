import assert from 'node:assert/strict';
import type { LoopState } from '../../../src/model/loopState';
import { dialectOf } from '../../../src/rules/dialect';
import { inferLoopState } from '../../../src/rules/loopInference';
import { loopFactsOf, nextActionOf } from '../../../src/rules/nextAction';
import { phaseCompletion } from '../../../src/rules/phaseCompletion';
import { allTasksDone, openTasks, progressOf, runnableTasks } from '../../../src/rules/progress';
import { groupOf, statusCategory } from '../../../src/rules/trackGroup';
import {
  blockerOf,
  checkpointOf,
  entryOf,
  loopOf,
  metadataOf,
  phaseOf,
  planOf,
  reportOf,
  taskOf,
  trackOf,
} from './builders';

describe('progress', () => {
  it('counts tasks, not sub-tasks; unclear ones count as open', () => {
    const plan = planOf(
      'xx~!- ?',
      phaseOf('9', [taskOf('9.1', 'todo', { tasks: [taskOf('9.1/a', 'done')] })]),
    );
    const progress = progressOf(plan);
    assert.deepEqual(progress, { total: 8, done: 2, doing: 1, blocked: 1, skipped: 1 });
    assert.deepEqual([openTasks(progress), runnableTasks(progress)], [5, 4]);
  });

  it('no tasks are never all tasks, nor are skipped ones alone', () => {
    assert.equal(allTasksDone(progressOf(undefined)), false);
    assert.equal(allTasksDone(progressOf(planOf(''))), false);
    assert.equal(allTasksDone(progressOf(planOf('--'))), false);
    assert.equal(allTasksDone(progressOf(planOf('x-'))), true);
  });
});

describe('statusCategory', () => {
  for (const [category, words] of Object.entries({
    notStarted: [
      'new',
      'planned',
      'pending',
      'TODO',
      'not_started',
      'ready',
      '[ ]',
      '🔵 Ready',
      '`planned`',
      'ready (depends on Tracks 8, 9)',
      'proposed',
      '0%',
    ],
    running: [
      'in_progress',
      'in-progress',
      'in progress',
      'In Progress — Phases 1, 3, 4 Complete',
      'active',
      'executing',
      '~80% complete',
      'IN USER TESTING',
      'implemented-pending-game-verification',
      'landed-pending-cutover',
      '[~]',
      '[/]',
      'active_contract_baseline',
      '🔄',
    ],
    done: [
      'complete',
      'completed',
      'COMPLETE',
      'done',
      'Complete (2026-04-11)',
      'completed-with-warnings',
      'implemented, E2E verified',
      'Implemented (Backend & Frontend)',
      'complete_local_readiness',
      '[x]',
      '✅ Complete',
      '✅',
      'FIRST_RUN_COMPLETE',
      'PASSED',
      '100 %',
    ],
    blocked: ['blocked', '⏳ Blocked', '[!]', 'BOARD_REVIEW'],
    paused: ['paused', 'on-hold', 'deferred'],
    cancelled: ['cancelled', 'superseded', '[-]'],
    archived: ['archived', 'archived_external_gated'],
    failed: ['FAILED', 'ESCALATE'],
    unclear: ['', '—', 'wave 3', 'newish idea', 'donealmost'],
  })) {
    for (const word of words)
      it(`${JSON.stringify(word)} → ${category}`, () => assert.equal(statusCategory(word), category));
  }
});

describe('trackGroup', () => {
  const group = (o: Partial<Parameters<typeof groupOf>[0]>) =>
    groupOf({ archived: false, progress: progressOf(undefined), planPresent: true, ...o });
  const progress = (marks: string) => progressOf(planOf(marks));
  const status = (word: string) => ({ metadata: metadataOf({ status: word }) });

  it('archived, paused, done and cancelled are what the track says', () => {
    assert.equal(group({ archived: true, ...status('new') }), 'archived');
    assert.equal(group({ ...status('paused'), progress: progress('x ') }), 'paused');
    assert.equal(group({ ...status('complete'), progress: progress('x ') }), 'done');
    assert.equal(group(status('superseded')), 'done');
    assert.equal(group(status('blocked')), 'active');
  });

  it('a stale `new` does not hide what plan.md shows', () => {
    assert.equal(group({ ...status('new'), progress: progress('xx') }), 'done');
    assert.equal(group({ ...status('new'), progress: progress('x ') }), 'active');
    assert.equal(group({ ...status('new'), progress: progress('  ') }), 'ready');
    assert.equal(group({ ...status('new') }), 'ready');
  });

  it('ticked boxes alone do not finish a track with a loop', () => {
    const loop = loopOf({ step: 'EVALUATE_EXECUTION' });
    assert.equal(group({ ...status('in_progress'), loop, progress: progress('xx') }), 'active');
    assert.equal(
      group({
        ...status('new'),
        loop: loopOf({ step: 'COMPLETE', stepStatus: 'PASSED' }),
        progress: progress('x '),
      }),
      'done',
    );
    assert.equal(group({ ...status('new'), loop: loopOf({ step: 'PLAN' }) }), 'ready');
    assert.equal(
      group({ ...status('new'), loop: loopOf({ step: 'PLAN', stepStatus: 'IN_PROGRESS' }) }),
      'active',
    );
  });

  it('without metadata the registry speaks', () => {
    assert.equal(group({ entry: entryOf({ marker: 'done' }) }), 'done');
    assert.equal(group({ entry: entryOf({ marker: 'doing' }) }), 'active');
    assert.equal(group({ entry: entryOf({ marker: 'todo' }) }), 'ready');
    assert.equal(group({ entry: entryOf({ status: 'Paused' }) }), 'paused');
    assert.equal(group({}), 'ready');
  });
});

describe('dialect', () => {
  const dialect = (o: Partial<Parameters<typeof dialectOf>[0]>) =>
    dialectOf({ fileNames: [], rootFiles: [], ...o });
  const raw = (value: Record<string, unknown>) => ({ metadata: metadataOf({ raw: value }) });

  it('is decided track by track', () => {
    const rootFiles = ['tracks.md', 'authority-matrix.md', 'product.md'];
    assert.equal(dialect({ ...raw({ loop_state: {} }), rootFiles }), 'evaluate-loop');
    assert.equal(
      dialect({
        ...raw({ track_id: 'x', status: 'new' }),
        fileNames: ['plan.md', 'metadata.json'],
        rootFiles,
      }),
      'google',
    );
  });

  it('by what the files hold', () => {
    assert.equal(dialect(raw({ version: 2, track_id: 'x' })), 'evaluate-loop');
    assert.equal(
      dialect(raw({ id: 'x', title: 't', phases: { total: 1 }, tasks: { total: 2 } })),
      'wshobson',
    );
    assert.equal(dialect(raw({ track_id: 'x', beads_epic: 'e' })), 'beads');
    assert.equal(dialect({ ...raw({ track_id: 'x' }), fileNames: ['implement_state.json'] }), 'beads');
    assert.equal(
      dialect({ fileNames: ['index.md', 'plan.md', 'test.md'], rootFiles: ['workflow.json'] }),
      'lane',
    );
    assert.equal(dialect({ fileNames: ['plan.md', 'evaluation-report.md'] }), 'evaluate-loop');
    assert.equal(dialect({ fileNames: ['plan.md'], rootFiles: ['decision-log.md'] }), 'evaluate-loop');
    assert.equal(dialect({ fileNames: ['plan.md'], rootFiles: ['tracks.md'] }), 'google');
    assert.equal(dialect({ entry: entryOf(), rootFiles: ['tracks.md'] }), 'google');
    assert.equal(dialect({}), 'unknown');
  });
});

describe('loopInference (FORMATS §4.4, step detection)', () => {
  const plan = reportOf({ kind: 'plan', title: 'Plan Evaluation Report' });
  const planFail = { ...plan, verdict: 'FAIL' as const, failureReasons: ['Scope'] };
  const execution = reportOf();
  const infer = (marks: string | undefined, ...reports: (typeof plan)[]) => {
    const loop = inferLoopState(marks === undefined ? undefined : planOf(marks), reports);
    assert.equal(loop.source, 'inferred');
    return `${loop.step}/${loop.stepStatus}`;
  };

  for (const [name, result, marks, ...reports] of [
    ['no plan', 'PLAN/NOT_STARTED', undefined],
    ['no tasks', 'PLAN/NOT_STARTED', ''],
    ['no plan report', 'EVALUATE_PLAN/NOT_STARTED', '  '],
    ['plan report FAIL', 'PLAN/NOT_STARTED', '  ', planFail],
    ['the last plan report counts', 'EXECUTE/NOT_STARTED', '  ', planFail, plan],
    [
      'a report that contradicts itself has no verdict',
      'EVALUATE_PLAN/NOT_STARTED',
      '  ',
      { ...plan, contradictory: true },
    ],
    [
      'PASS WITH CONDITIONS passes',
      'EXECUTE/NOT_STARTED',
      '  ',
      { ...plan, verdict: 'PASS WITH CONDITIONS' as const },
    ],
    ['open tasks', 'EXECUTE/IN_PROGRESS', 'x ', plan],
    ['all done, no execution report', 'EVALUATE_EXECUTION/NOT_STARTED', 'x-', plan],
    ['execution report FAIL', 'FIX/NOT_STARTED', 'xx', plan, { ...execution, verdict: 'FAIL' as const }],
    ['execution report PASS', 'EVALUATE_EXECUTION/PASSED', 'xx', plan, execution],
  ] as const) {
    it(`${name} → ${result}`, () => assert.equal(infer(marks, ...reports), result));
  }

  it('resumes from the last task that was touched', () => {
    assert.equal(inferLoopState(planOf('xx '), [plan]).checkpoints.EXECUTE?.lastTask, 'Task 1.2');
    assert.equal(inferLoopState(planOf('x~ '), [plan]).checkpoints.EXECUTE?.lastTask, 'Task 1.2');
  });

  it('counts fix phases as fix cycles', () => {
    const fixed = planOf('x', phaseOf('f', [taskOf('f.1', 'done')], { heading: 'Fix Phase (Cycle 1)' }));
    assert.equal(inferLoopState(fixed, [plan]).fixCycleCount, 1);
  });
});

describe('nextAction of tracks', () => {
  const google = (marks: string, o: object = {}) =>
    trackOf({ dialect: 'google', metadata: metadataOf({ status: 'new' }), plan: planOf(marks), ...o });

  it('tracks without a loop: the task at work, else the first open one', () => {
    assert.equal(nextActionOf(google('x  ')).task?.id, '1.2');
    assert.equal(nextActionOf(google('x ~')).task?.id, '1.3');
    assert.equal(nextActionOf(google('x ~')).kind, 'implement');
  });

  it('tracks without a loop: plan, complete, unblock, done, none', () => {
    assert.equal(nextActionOf(google('')).kind, 'plan');
    assert.equal(nextActionOf(google('x-')).kind, 'complete');
    assert.equal(nextActionOf(google('x!')).kind, 'unblock');
    assert.equal(nextActionOf(google('--')).kind, 'none');
    assert.equal(nextActionOf(google('x ', { metadata: metadataOf({ status: 'completed' }) })).kind, 'done');
    assert.match(
      nextActionOf(google('x ', { metadata: metadataOf({ status: 'completed' }), status: 'completed' })).why,
      /1 open/,
    );
  });

  it('paused, archived and folderless tracks wait', () => {
    for (const track of [
      google(' ', { archived: true }),
      google(' ', { metadata: metadataOf({ status: 'paused' }) }),
      google(' ', { folder: undefined }),
    ]) {
      const next = nextActionOf(track);
      assert.equal(next.kind, 'none');
      assert.match(next.why, /\.$/);
    }
  });

  it('a loop that ended without its track being marked is completed', () => {
    const loop = loopOf({ step: 'COMPLETE', stepStatus: 'PASSED' });
    assert.equal(
      nextActionOf(trackOf({ metadata: metadataOf({ loop, status: 'in_progress' }) })).kind,
      'complete',
    );
    assert.equal(nextActionOf(trackOf({ metadata: metadataOf({ loop, status: 'complete' }) })).kind, 'done');
  });

  it('facts: active blockers only, sync as the files say, unmet conditions, open questions of leads', () => {
    const loop: LoopState = loopOf({
      step: 'EVALUATE_EXECUTION',
      checkpoints: {
        EVALUATE_EXECUTION: checkpointOf({
          businessSyncRequired: true,
          raw: { unmet_board_conditions: ['A', 7] },
        }),
      },
    });
    const facts = loopFactsOf(
      trackOf({
        metadata: metadataOf({
          loop,
          superpowerEnhanced: true,
          blockers: [
            blockerOf(),
            blockerOf({ id: 'blocker-2', active: false }),
            blockerOf({ id: 'lead-1-T1', active: false }),
          ],
          leadConsultations: [
            { lead: 'product', question: 'Drop it?', escalatedTo: 'user', timestamp: 'T1' },
            { lead: 'tech', question: 'Which?', escalatedTo: 'user', timestamp: 'T2' },
            { lead: 'qa', question: 'Mock?', decision: 'yes', escalatedTo: 'user' },
            { lead: 'qa', question: 'Mock?', decisionMade: true },
          ],
        }),
      }),
    );
    assert.deepEqual(
      facts.activeBlockers.map(({ id }) => id),
      ['blocker-1'],
    );
    assert.equal(facts.businessSyncRequired, true);
    assert.equal(facts.superpowers, true);
    assert.deepEqual(facts.unmetBoardConditions, ['A']);
    assert.deepEqual(facts.leadEscalations, [{ id: 'lead-2-T2', description: 'tech lead asks: Which?' }]);
  });

  it('who is at BUSINESS_SYNC needs it, unless the data says no', () => {
    const sync = (checkpoints: LoopState['checkpoints']) =>
      loopFactsOf(trackOf({ metadata: metadataOf({ loop: loopOf({ step: 'BUSINESS_SYNC', checkpoints }) }) }))
        .businessSyncRequired;
    assert.equal(sync({}), true);
    assert.equal(sync({ BUSINESS_SYNC: checkpointOf({ status: 'NOT_STARTED', required: false }) }), false);
  });
});

describe('phaseCompletion', () => {
  const plan = planOf('xx', 'x ', '');
  const check = (key: string, facts = {}, name = 'Tasks') =>
    phaseCompletion(plan, key, facts).checks.find((c) => c.name === name);

  it('needs every task, sub-tasks included', () => {
    assert.equal(phaseCompletion(plan, '1').allowed, true);
    assert.equal(phaseCompletion(plan, '2').allowed, false);
    assert.match(check('2')!.why, /Task text 2\.2.*line 21/);
    const sub = planOf(phaseOf('1', [taskOf('1.1', 'done', { tasks: [taskOf('1.1/a', 'todo')] })]));
    assert.equal(phaseCompletion(sub, '1').allowed, false);
  });

  it('a skipped task takes its sub-tasks with it; a phase without tasks proves nothing', () => {
    const skipped = planOf(
      phaseOf('1', [taskOf('1.1', 'skipped', { tasks: [taskOf('1.1/a', 'todo')] }), taskOf('1.2', 'done')]),
    );
    assert.equal(phaseCompletion(skipped, '1').allowed, true);
    assert.equal(phaseCompletion(plan, '3').allowed, false);
  });

  it('an unknown phase is not allowed', () => assert.equal(phaseCompletion(plan, 'nope').allowed, false));

  it('what the files cannot say is for a person, who may also deny', () => {
    const { checks } = phaseCompletion(plan, '1');
    assert.deepEqual(
      checks.map(({ passed }) => passed),
      [true, undefined, undefined, undefined, undefined, undefined],
    );
    assert.equal(phaseCompletion(plan, '1', { confirmed: { Documentation: false } }).allowed, false);
    assert.equal(check('1', { confirmed: { Deliverables: true } }, 'Deliverables')?.passed, true);
  });

  it('a report answers for gates and tests, and a person cannot overrule it', () => {
    const reports = [
      reportOf({
        verdict: 'FAIL',
        checks: [{ name: 'Tests Pass', status: 'fail', statusText: 'FAIL', line: 4 }],
      }),
    ];
    assert.equal(
      check('1', { reports, confirmed: { 'Quality Gates': true } }, 'Quality Gates')?.passed,
      false,
    );
    assert.equal(check('1', { reports, confirmed: { Testing: true } }, 'Testing')?.passed, false);
    assert.equal(phaseCompletion(plan, '1', { reports: [reportOf()] }).allowed, true);
    assert.equal(
      check('1', { reports: [reportOf({ contradictory: true })] }, 'Quality Gates')?.passed,
      undefined,
    );
  });
});
