import assert from 'node:assert/strict';
import type { BoardSession } from '../../../src/model/board';
import type { Track } from '../../../src/model/track';
import { needsYou } from '../../../src/rules/needsYou';
import {
  blockerOf,
  busOf,
  loopOf,
  metadataOf,
  phaseOf,
  planOf,
  reportOf,
  rootOf,
  taskOf,
  trackOf,
} from './builders';

const now = new Date('2026-02-01T12:00:00Z');
const items = (...tracks: Track[]) => needsYou(rootOf(tracks), now);
const kinds = (...tracks: Track[]) => items(...tracks).map(({ kind }) => kind);
const running = (o: Parameters<typeof metadataOf>[0] = {}, track: Partial<Track> = {}) =>
  trackOf({
    metadata: metadataOf({
      status: 'in_progress',
      loop: loopOf({ step: 'EXECUTE', stepStatus: 'IN_PROGRESS' }),
      ...o,
    }),
    ...track,
  });
const session = (o: Partial<BoardSession>): BoardSession => ({
  sessionId: 's1',
  votes: {},
  assessments: {},
  discussion: [],
  conditions: [],
  dissent: [],
  source: 'metadata',
  ...o,
});
const drift = (code: string, severity: 'info' | 'warning' = 'warning') => ({
  file: '/f',
  severity,
  code,
  message: code,
});

describe('needsYou', () => {
  it('is empty while everything goes well', () => {
    assert.deepEqual(
      items(
        running(),
        trackOf({ group: 'ready' }),
        trackOf({ group: 'archived', archived: true, problems: [drift('loop-disagrees')] }),
      ),
      [],
    );
  });

  it('gathers the drift of all done tracks in one quiet item at the end, with an item for each', () => {
    const done = (id: string, problem: ReturnType<typeof drift>) =>
      trackOf({ id, key: `tracks/${id}`, name: id, group: 'done', problems: [problem] });
    const found = items(
      done('a', drift('complete-with-open-tasks')),
      done('b', drift('registry-disagrees', 'info')),
      done('c', drift('progress-disagrees', 'info')),
      running({}, { problems: [drift('loop-disagrees')] }),
    );
    assert.deepEqual(
      found.map(({ what, quiet }) => [what, quiet]),
      [
        ['Files disagree', undefined],
        ['2 done tracks disagree with their files', true],
      ],
    );
    assert.deepEqual(
      found[1]!.parts!.map(({ trackName, trackKey, why }) => [trackName, trackKey, why]),
      [
        ['a', 'tracks/a', 'complete-with-open-tasks'],
        ['b', 'tracks/b', 'registry-disagrees'],
      ],
    );
    assert.equal(new Set(found[1]!.parts!.map(({ id }) => id)).size, 2);
  });

  it('an escalation says what, why, its options and what resolves it', () => {
    const blocker = blockerOf({
      trigger: 'fix-cycle-limit',
      options: ['Allow one more fix cycle'],
      blockedAt: '2026-01-31',
      blockedStep: 'FIX',
    });
    const [item] = items(
      running({
        loop: loopOf({ step: 'FIX', stepStatus: 'BLOCKED', fixCycleCount: 3 }),
        blockers: [blocker],
      }),
    );
    assert.equal(item?.kind, 'escalation');
    assert.match(item.what, /Fix cycle limit reached/);
    assert.match(item.why, /• Allow one more fix cycle/);
    assert.equal(item.since, '2026-01-31');
    assert.deepEqual(
      item.actions.map(({ kind }) => kind),
      ['answer', 'answer', 'open'],
    );
    assert.deepEqual(item.actions[0], {
      kind: 'answer',
      label: 'Allow One More Fix Cycle',
      argument: 'blocker-1',
      answer: 'allow-fix-cycle',
    });
  });

  it('an escalation of a run: context as reason, its own answers as actions, and nothing of it told twice', () => {
    const blocker = blockerOf({
      id: 'task-failed:1.1',
      trigger: 'task-failed',
      subject: '1.1',
      context: ['w1: no key'],
      options: ['Try Again', 'Skip the Task'],
      answers: [
        { id: 'try-again', label: 'Try Again' },
        { id: 'skip-task', label: 'Skip the Task' },
        { id: 'of-a-later-version', label: 'Do Magic' },
      ],
    });
    const found = items(
      running(
        { loop: loopOf({ step: 'EXECUTE', stepStatus: 'BLOCKED' }), blockers: [blocker] },
        { plan: planOf('!') },
      ),
    );
    assert.equal(found.length, 1);
    assert.equal(found[0]!.what, `A task failed again and again: ${found[0]!.question}`);
    assert.equal(found[0]!.question, blocker.description);
    assert.match(found[0]!.why, /w1: no key/);
    assert.doesNotMatch(found[0]!.why, /•/);
    assert.deepEqual(
      found[0]!.actions.map(({ label, answer }) => [label, answer]),
      [
        ['Try Again', 'try-again'],
        ['Skip the Task', 'skip-task'],
        ['Open', undefined],
      ],
    );
  });

  it('an escalation of a track without a loop offers nothing about a step', () => {
    const [item] = items(
      trackOf({
        dialect: 'google',
        metadata: metadataOf({ blockers: [blockerOf({ trigger: 'stuck' })] }),
      }),
    );
    assert.deepEqual(
      item?.actions.map(({ answer }) => answer),
      ['try-again', undefined],
    );
  });

  it('a limit that is reached but not yet written down', () => {
    const [item] = items(
      running({ loop: loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED', fixCycleCount: 3 }) }),
    );
    assert.equal(item?.kind, 'escalation');
    assert.ok(item.actions.some(({ kind }) => kind === 'allowFixCycle'));
  });

  it('blockers, resolved ones not; a block that nothing holds any more', () => {
    assert.deepEqual(kinds(running({ blockers: [blockerOf(), blockerOf({ id: 'b2', active: false })] })), [
      'blocker',
    ]);
    assert.deepEqual(kinds(running({ loop: loopOf({ step: 'EXECUTE', stepStatus: 'BLOCKED' }) })), [
      'blocker',
    ]);
  });

  it('finished tracks give only an escalation that is still recorded', () => {
    const blocked = loopOf({ step: 'FIX', stepStatus: 'BLOCKED' });
    assert.deepEqual(kinds(running({ blockers: [blockerOf()] }, { group: 'done' })), []);
    assert.deepEqual(kinds(running({ loop: blocked, blockers: [blockerOf()] }, { group: 'done' })), []);
    assert.deepEqual(
      kinds(
        running({ loop: blocked, blockers: [blockerOf({ trigger: 'fix-cycle-limit' })] }, { group: 'done' }),
      ),
      ['escalation'],
    );
  });

  it('paused tracks are quiet but for blockers', () => {
    const noisy = { group: 'paused', problems: [drift('loop-disagrees')], plan: planOf('!') } as const;
    assert.deepEqual(kinds(running({ status: 'paused' }, noisy)), []);
    assert.deepEqual(kinds(running({ status: 'paused', blockers: [blockerOf()] }, noisy)), ['blocker']);
  });

  it('manual verification waits once everything before it is finished', () => {
    const phase = (first: 'done' | 'todo') =>
      planOf(phaseOf('1', [taskOf('1.1', first), taskOf('1.2', 'todo', { needsPerson: true, line: 33 })]));
    const [item] = items(trackOf({ dialect: 'google', plan: phase('done') }));
    assert.deepEqual([item?.kind, item?.line], ['gate', 33]);
    assert.deepEqual(items(trackOf({ dialect: 'google', plan: phase('todo') })), []);
  });

  it('a report that contradicts itself', () => {
    const reports = [{ file: '/r.md', report: reportOf({ contradictory: true }) }];
    assert.deepEqual(kinds(running({}, { reports })), ['gate']);
  });

  it('rejections and ties of the board, while the loop stands there', () => {
    const at = (step: 'EVALUATE_PLAN' | 'EXECUTE', verdict: string) =>
      kinds(
        running(
          { loop: loopOf({ step, stepStatus: 'IN_PROGRESS' }) },
          { boardSessions: [session({ checkpoint: 'EVALUATE_PLAN', verdict })] },
        ),
      );
    assert.deepEqual(at('EVALUATE_PLAN', 'REJECTED'), ['board']);
    assert.deepEqual(at('EVALUATE_PLAN', 'ESCALATE'), ['board']);
    assert.deepEqual(at('EVALUATE_PLAN', 'APPROVED'), []);
    assert.deepEqual(at('EXECUTE', 'REJECTED'), []);
    const [item] = items(running({}, { boardSessions: [session({ verdict: 'ESCALATE' })] }));
    assert.equal(item?.session, 's1');
  });

  it('blocked and failed tasks; a task that was finished or dispatched again is none', () => {
    const failed = (task: string) => ({
      type: 'TASK_FAILED',
      payload: { task_id: task, error: 'boom' },
      line: 1,
    });
    const bus = busOf({
      messages: [
        failed('1.1'),
        failed('1.2'),
        failed('1.3'),
        { type: 'TASK_COMPLETE', payload: { task_id: '1.3' }, line: 2 },
      ],
    });
    const found = items(running({}, { plan: planOf('x  !'), bus }));
    assert.deepEqual(
      found.map(({ kind, what }) => [kind, what]),
      [
        ['failedTask', 'Task 1.2 failed'],
        ['blockedTask', 'Blocked: Task text 1.4'],
      ],
    );
    assert.equal(found[0]!.why, 'boom');
  });

  it('stale workers, expired locks, deadlocks, locks that were left behind', () => {
    const bus = busOf({
      workers: [{ workerId: 'w1', status: 'RUNNING', lastHeartbeat: '2026-02-01T10:00:00Z' }],
      locks: [{ path: 'a.ts', workerId: 'w1', expiresAt: '2026-02-01T11:00:00Z' }],
      waiting: [
        { source: 'w1', waitingFor: 'w2', line: 1 },
        { source: 'w2', waitingFor: 'w1', line: 2 },
      ],
    });
    const problems = [{ ...drift('stale-lock'), repair: 'removeStaleLock' as const }];
    assert.deepEqual(kinds(running({}, { bus, problems })), [
      'deadlock',
      'staleWorker',
      'staleLock',
      'staleLock',
    ]);
  });

  it('drift is one item a track, with each repair once; notes are none', () => {
    const problems = [
      { ...drift('loop-disagrees'), repair: 'updateMetadataStatus' as const },
      { ...drift('status-disagrees'), repair: 'updateMetadataStatus' as const },
      drift('complete-with-open-tasks'),
      drift('registry-disagrees', 'info'),
    ];
    const [item, ...more] = items(running({}, { problems }));
    assert.deepEqual([item?.kind, item?.what, more.length], ['drift', 'Files disagree in 3 places', 0]);
    assert.deepEqual(
      item!.actions.map(({ argument }) => argument),
      ['updateMetadataStatus', undefined],
    );
  });

  it('a registry that nobody keeps is one item', () => {
    const unregistered = (key: string) =>
      running({}, { key, id: key, problems: [drift('track-not-registered')] });
    assert.deepEqual(
      items(unregistered('a')).map(({ what, trackKey }) => [what, trackKey]),
      [['Not in tracks.md', 'a']],
    );
    const [item, ...more] = items(unregistered('a'), unregistered('b'));
    assert.deepEqual(
      [item?.what, item?.trackKey, more.length],
      ['2 tracks are not in tracks.md', undefined, 0],
    );
  });

  it('what cannot be read, of tracks and of the root', () => {
    const broken = {
      file: '/m.json',
      line: 3,
      severity: 'error' as const,
      code: 'json-invalid',
      message: 'not JSON',
    };
    const found = needsYou(
      rootOf([running({}, { problems: [broken] })], { problems: [{ ...broken, file: '/tracks.md' }] }),
      now,
    );
    assert.deepEqual(
      found.map(({ kind, file, trackKey }) => [kind, file, trackKey !== undefined]),
      [
        ['problem', '/m.json', true],
        ['problem', '/tracks.md', false],
      ],
    );
  });

  it('most urgent first, then longest waiting; ids are unique and stay', () => {
    const tracks = [
      running({}, { key: 'd', problems: [drift('loop-disagrees')] }),
      running({ blockers: [blockerOf({ blockedAt: '2026-01-20' })] }, { key: 'b1' }),
      running({ blockers: [blockerOf({ blockedAt: '2026-01-10' })] }, { key: 'b2' }),
      running({ loop: loopOf({ step: 'PLAN', stepStatus: 'ESCALATE' }) }, { key: 'e' }),
    ];
    const first = items(...tracks);
    assert.deepEqual(
      first.map(({ trackKey }) => trackKey),
      ['e', 'b2', 'b1', 'd'],
    );
    assert.deepEqual(
      first.map(({ id }) => id),
      items(...[...tracks].reverse()).map(({ id }) => id),
    );
    assert.equal(new Set(first.map(({ id }) => id)).size, first.length);
  });
});
