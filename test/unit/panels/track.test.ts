import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { markdownHtml } from '../../../src/editor/panels/markdownHtml';
import { specOf } from '../../../src/editor/panels/specDocument';
import { stepPlace } from '../../../src/editor/panels/stepPlace';
import { trackRequest } from '../../../src/editor/panels/trackRequests';
import { loopSteps, stepStatuses, type LoopState } from '../../../src/model/loopState';
import type { Track } from '../../../src/model/track';
import { trackModelOf } from '../../../src/panels/trackModel';
import { checkpointRows } from '../../../src/panels/track/checkpoints';
import { limitsOf, loopPicture } from '../../../src/panels/track/loop';
import { nextStep } from '../../../src/panels/track/next';
import { noticesOf } from '../../../src/panels/track/notices';
import { planPicture, progressPicture } from '../../../src/panels/track/plan';
import { runPicture } from '../../../src/panels/track/running';
import { moment, spanOf } from '../../../src/panels/track/times';
import { blockers } from '../../../src/panels/track/waiting';
import { short } from '../../../src/panels/track/words';
import { parseMetadata } from '../../../src/files/metadataFile';
import { parsePlan } from '../../../src/files/planFile';
import { progressOf } from '../../../src/rules/progress';
import { blockerOf, checkpointOf, loopOf, metadataOf, trackOf } from '../rules/builders';

const now = Date.parse('2026-01-10T12:00:00Z');
const words = { now, locale: 'en-GB', timeZone: 'UTC' };
const around = {
  readAt: now,
  words,
  needsYou: [],
  spec: {},
  timeline: { entries: [], more: 0, sources: [], remarks: [] },
};

function counts(loop: LoopState): Record<string, number> {
  return Object.fromEntries(loopPicture(loop).edges.map(({ way, count }) => [way, count]));
}

function withPlan(text: string, o: Partial<Track> = {}): Track {
  const plan = parsePlan(text);
  return trackOf({
    plan,
    progress: progressOf(plan),
    documents: { plan: '/p/conductor/tracks/t/plan.md' },
    ...o,
  });
}

describe('track panel: the loop', () => {
  it('a new track has taken no way, and PLAN is lit', () => {
    const picture = loopPicture(loopOf({ step: 'NOT_STARTED' }));
    assert.deepEqual(new Set(picture.edges.map(({ count }) => count)), new Set([0]));
    assert.deepEqual(
      picture.steps.filter((step) => step.now).map(({ step }) => step),
      ['PLAN'],
    );
  });

  it('FIX hands back to the evaluation: cycle 2 of work in FIX means two failures and one way back', () => {
    const loop = loopOf({
      step: 'FIX',
      stepStatus: 'IN_PROGRESS',
      fixCycleCount: 2,
      checkpoints: { PLAN: checkpointOf(), EVALUATE_EXECUTION: checkpointOf({ status: 'FAILED' }) },
    });
    const taken = counts(loop);
    assert.deepEqual(
      [taken['executed'], taken['failed'], taken['fixed'], taken['planned'], taken['noSync']],
      [1, 2, 1, 1, 0],
    );
    assert.equal(loopPicture(loop).edges.find(({ way }) => way === 'failed')?.label, 'FAIL ×2');
    assert.equal(loopPicture(loop).edges.find(({ way }) => way === 'fixed')?.label, 'back ×1');
  });

  it('after the evaluation of a fix every cycle has come back', () => {
    const taken = counts(loopOf({ step: 'EVALUATE_EXECUTION', fixCycleCount: 2 }));
    assert.deepEqual([taken['failed'], taken['fixed']], [2, 2]);
  });

  it('a plan that was revised went to its evaluation once more, unless it is being revised now', () => {
    assert.deepEqual(
      [
        counts(loopOf({ step: 'EXECUTE', planRevisionCount: 2 }))['planned'],
        counts(loopOf({ step: 'PLAN', planRevisionCount: 2 }))['planned'],
      ],
      [3, 2],
    );
    const uncounted = loopOf({ step: 'EXECUTE' });
    const plan = { ...uncounted.checkpoints.PLAN, status: 'PASSED', raw: { plan_version: 2 } };
    const checkpoints = { ...uncounted.checkpoints, PLAN: plan } as LoopState['checkpoints'];
    assert.equal(counts({ ...uncounted, checkpoints })['planFailed'], 1, 'as the version of the plan shows');
    const picture = loopPicture(loopOf({ step: 'PLAN', planRevisionCount: 1 }));
    assert.equal(picture.edges.find(({ way }) => way === 'planFailed')?.label, 'FAIL ×1, revise plan');
  });

  it('a complete track came through the sync, or past it', () => {
    const past = counts(loopOf({ step: 'COMPLETE', stepStatus: 'PASSED' }));
    assert.deepEqual([past['noSync'], past['toSync'], past['synced']], [1, 0, 0]);
    const through = counts(
      loopOf({ step: 'COMPLETE', stepStatus: 'PASSED', checkpoints: { BUSINESS_SYNC: checkpointOf() } }),
    );
    assert.deepEqual([through['noSync'], through['toSync'], through['synced']], [0, 1, 1]);
  });

  it('a step that nobody knows lights no box and is shown as written', () => {
    const { metadata } = parseMetadata(
      JSON.stringify({
        version: 3,
        loop_state: {
          current_step: 'GAME_VERIFICATION',
          step_status: 'half-done',
          checkpoints: { ENRICH: { status: 'whatever', agent: 'x' }, EXECUTE: { status: 'nearly' } },
        },
      }),
    );
    const track = trackOf({ metadata, loop: metadata?.loop });
    const picture = loopPicture(track.loop!);
    assert.equal(
      picture.steps.some((step) => step.now),
      false,
    );
    assert.match(picture.remarks[0] ?? '', /GAME_VERIFICATION/);
    const rows = checkpointRows(track, words);
    assert.deepEqual(
      rows
        .filter(({ status }) => status.sign === 'unclear')
        .map(({ name, status }) => `${name}: ${status.word}`),
      ['Execute: nearly', 'ENRICH: whatever'],
    );
  });

  it('any state can be drawn: counts are never negative, at most one step is lit, the model is plain JSON', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...loopSteps),
        fc.constantFrom(...stepStatuses),
        fc.boolean(),
        fc.nat(9),
        fc.nat(9),
        fc.dictionary(fc.constantFrom(...loopSteps), fc.constantFrom(...stepStatuses)),
        (step, stepStatus, understood, fixCycleCount, planRevisionCount, statuses) => {
          const loop = loopOf({
            step,
            stepStatus,
            understood,
            fixCycleCount,
            planRevisionCount,
            checkpoints: Object.fromEntries(
              Object.entries(statuses).map(([key, status]) => [key, checkpointOf({ status })]),
            ),
          });
          const model = trackModelOf(trackOf({ loop }), around);
          assert.ok(model.loop?.edges.every(({ count }) => count >= 0));
          assert.ok((model.loop?.steps.filter((s) => s.now).length ?? 0) <= 1);
          assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
        },
      ),
    );
  });
});

describe('track panel: limits', () => {
  it('come from data; a counter without a limit has no meter, iterations show when they are counted', () => {
    const raw = { loop_state: { iteration_count: 9, max_iterations: 12 } };
    const { metadata } = parseMetadata(JSON.stringify(raw));
    const track = trackOf({ loop: loopOf({ fixCycleCount: 1, maxFixCycles: 5 }), metadata });
    assert.deepEqual(
      limitsOf(track).map(({ name, value, most }) => [name, value, most]),
      [
        ['Fix cycles', 1, 5],
        ['Plan revisions', 0, undefined],
        ['Loop iterations', 9, 12],
      ],
    );
    assert.equal(limitsOf(trackOf({ loop: loopOf() })).length, 2);
  });
});

describe('track panel: checkpoints', () => {
  it('tell what the step left behind, contradictions and clocks that are wrong', () => {
    const track = trackOf({
      folder: '/p/conductor/tracks/t',
      loop: loopOf({
        step: 'EXECUTE',
        checkpoints: {
          PLAN: checkpointOf({
            status: 'PASSED',
            verdict: 'FAIL',
            agent: 'loop-planner',
            startedAt: '2026-01-09T10:00:00Z',
            completedAt: '2026-01-09T10:14:00Z',
            lastCommit: 'abc1234',
            outputFiles: ['plan.md', 'src/a.ts'],
          }),
          EVALUATE_PLAN: checkpointOf({
            startedAt: '2031-01-01T00:00:00Z',
            completedAt: '2030-01-01T00:00:00Z',
          }),
        },
      }),
      root: '/p/conductor',
    });
    const [plan, evaluation] = checkpointRows(track, words);
    assert.equal(plan?.took, '14 min');
    assert.equal(plan?.agent, 'loop-planner');
    assert.match(plan?.details[0]?.text ?? '', /contradicts itself: status PASSED, verdict FAIL/);
    assert.equal(plan?.details.find(({ commit }) => commit)?.commit, 'abc1234');
    assert.deepEqual(
      plan?.details.find(({ files }) => files)?.files?.map(({ place }) => place?.file),
      ['/p/conductor/tracks/t/plan.md', '/p/src/a.ts'],
    );
    assert.equal(evaluation?.took, undefined);
    const warnings = evaluation?.details.filter(({ tone }) => tone === 'warn').map(({ text }) => text);
    assert.equal(warnings?.length, 3);
    assert.match(warnings?.[0] ?? '', /later than now/);
    assert.match(warnings?.[2] ?? '', /Completed before it started/);
  });
});

describe('track panel: what is next', () => {
  it('offers what the side bar would run, the filled button first, with the rule that fired', () => {
    const step = nextStep(trackOf({ loop: loopOf({ step: 'EXECUTE', stepStatus: 'IN_PROGRESS' }) }));
    assert.match(step.what, /^resume the executor/);
    assert.deepEqual(step.acts[0]?.act, { kind: 'command', command: 'resumeTrack' });
    assert.equal(step.acts[1]?.label, 'Record Outcome…');
    assert.match(step.rule ?? '', /EXECUTE/);
  });

  it('answers what was escalated, and steps only where nothing is written down yet', () => {
    const loop = loopOf({ step: 'EXECUTE', stepStatus: 'BLOCKED' });
    const blocked = trackOf({
      loop,
      metadata: metadataOf({ loop, blockers: [blockerOf({ id: 'stuck', trigger: 'stuck' })] }),
    });
    assert.deepEqual(nextStep(blocked).acts[0], {
      label: 'Answer…',
      act: { kind: 'command', command: 'answer' },
    });
    const limit = nextStep(
      trackOf({ loop: loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED', fixCycleCount: 3 }) }),
    );
    assert.deepEqual(limit.acts[0]?.act, { kind: 'command', command: 'stepLoop' });
  });

  it('tells of a blocker what can be answered, and once it is resolved who answered what', () => {
    const words = { now: Date.parse('2026-02-01T00:00:00Z'), locale: 'en-GB', timeZone: 'UTC' };
    const [open, done] = blockers(
      trackOf({
        metadata: metadataOf({
          blockers: [
            blockerOf({ options: ['Try Again'] }),
            blockerOf({
              active: false,
              options: ['Try Again'],
              resolution: 'Try Again. Key came',
              answeredBy: 'Ada',
            }),
          ],
        }),
      }),
      words,
    );
    assert.match(open?.meta ?? '', /option: Try Again/);
    assert.match(done?.meta ?? '', /resolved: Try Again\. Key came, by Ada/);
    assert.doesNotMatch(done?.meta ?? '', /option/);
  });

  it('a track without a loop goes to its next task', () => {
    const track = withPlan('# Plan\n\n## Phase 1: A\n\n- [x] Task 1.1: One\n- [ ] Task 1.2: Two\n', {
      dialect: 'google',
      loop: undefined,
    });
    const step = nextStep(track);
    assert.equal(step.what, 'task 1.2, Two.');
    assert.deepEqual(step.acts[0]?.act, {
      kind: 'openFile',
      place: { file: '/p/conductor/tracks/t/plan.md', line: 6 },
    });
  });
});

describe('track panel: the plan', () => {
  const text = [
    '# Plan',
    '## Phase 1: A',
    '- [x] Task 1.1: One <!-- abc1234 -->',
    '- [~] Task 1.2: Two',
    '  - [x] a part',
    '- [!] Task 1.3: Three',
    '- [ ] Task 1.4: Four',
    '## Acceptance Criteria',
    '- [ ] it works',
  ].join('\n');

  it('has its tasks with marker, state, reason and commit, sub-tasks below', () => {
    const picture = planPicture(withPlan(text));
    const tasks = picture.phases.flatMap((phase) => phase.tasks);
    assert.deepEqual(
      tasks.map(({ number, marker, state, depth, commit }) => [number, marker, state, depth, commit]),
      [
        ['1.1', 'done', 'done', 0, 'abc1234'],
        ['1.2', 'doing', 'running', 0, undefined],
        [undefined, 'done', 'done', 1, undefined],
        ['1.3', 'blocked', 'blocked', 0, undefined],
        ['1.4', 'todo', 'waiting', 0, undefined],
      ],
    );
    assert.equal(tasks.find(({ now: isNow }) => isNow)?.number, '1.2');
    assert.equal(tasks.at(-1)?.word, 'Waits for 1.3');
  });

  it('names what a task waits for by its text where the plan has no numbers', () => {
    const picture = planPicture(withPlan('## Phase 1: A\n- [~] First thing\n- [ ] Second thing\n'));
    assert.equal(picture.phases[0]?.tasks[1]?.word, 'Waits for First thing');
  });

  it('counts as plan.md does and says what is not counted', () => {
    const picture = progressPicture(withPlan(text));
    assert.equal(picture.sentence, '1 of 4 tasks done');
    assert.match(picture.source, /1 other check box not counted/);
  });

  it('says why there is none', () => {
    assert.match(
      planPicture(trackOf({ plan: undefined, documents: {}, folder: undefined })).empty ?? '',
      /no folder/,
    );
    assert.match(
      planPicture(trackOf({ plan: undefined, documents: { plan: '/p/plan.md' } })).empty ?? '',
      /could not be read/,
    );
    assert.match(planPicture(trackOf({ plan: undefined, documents: {} })).empty ?? '', /no plan\.md/);
  });
});

describe('track panel: notices', () => {
  it('name both sides of a disagreement, worst first, with what repairs it', () => {
    const track = trackOf({
      root: '/p/conductor',
      documents: { plan: '/p/conductor/tracks/t/plan.md', metadata: '/p/conductor/tracks/t/metadata.json' },
      problems: [
        { file: '/x', severity: 'info', code: 'a', message: 'Later.' },
        {
          file: '/p/conductor/tracks/t/metadata.json',
          severity: 'warning',
          code: 'progress-disagrees',
          message: 'metadata.json counts 6 tasks done, plan.md:52 has 7.',
          repair: 'updateMetadataStatus',
        },
      ],
    });
    const { notices, more } = noticesOf(track, undefined);
    assert.equal(more, 0);
    assert.equal(notices[0]?.repair?.label, 'Repair metadata.json');
    assert.deepEqual(notices[0]?.sides, [{ file: '/p/conductor/tracks/t/plan.md', line: 52 }]);
  });

  it('a million are not sent', () => {
    const problems = Array.from({ length: 500 }, (_, i) => ({
      file: '/x',
      line: i + 1,
      severity: 'warning' as const,
      code: 'x',
      message: 'x',
    }));
    const { notices, more } = noticesOf(trackOf({ problems }), undefined);
    assert.deepEqual([notices.length, more], [50, 450]);
  });
});

describe('track panel: a track without a loop', () => {
  it('says so in a sentence and has neither picture nor checkpoints nor limits', () => {
    for (const dialect of ['google', 'wshobson', 'beads', 'lane'] as const) {
      const model = trackModelOf(withPlan('- [ ] one', { dialect, loop: undefined }), around);
      assert.equal(model.loop, undefined);
      assert.deepEqual([model.checkpoints.length, model.limits.length], [0, 0]);
      assert.match(model.noLoop ?? '', /no evaluate-loop state/);
    }
  });

  it('a broken metadata.json is the reason where it is', () => {
    const model = trackModelOf(
      trackOf({ loop: undefined, metadata: undefined, documents: { metadata: '/p/metadata.json' } }),
      around,
    );
    assert.match(model.noLoop ?? '', /metadata\.json could not be read/);
  });
});

describe('track panel: times', () => {
  it('are worded, and what is no time stays as written', () => {
    assert.equal(moment('2026-01-09T10:14:00Z', words), '9 Jan 10:14');
    assert.equal(moment('2025-01-09', words), '9 Jan 2025');
    assert.equal(moment('last week', words), 'last week');
    assert.deepEqual(
      [
        spanOf(0, 10_000),
        spanOf(0, 125 * 60_000),
        spanOf(0, 86_400_000 * 3),
        spanOf(5, 1),
        spanOf(undefined, 1),
      ],
      ['under 1 min', '2 h 5 min', '3 days', undefined, undefined],
    );
  });

  it('a cut never halves a character', () => {
    assert.equal(short('ab😀cd', 4), 'ab…');
  });
});

describe('track panel: what its page may ask', () => {
  const good = [
    { kind: 'command', command: 'stepLoop' },
    { kind: 'mark', task: '1.1', marker: 'done', asked: false },
    { kind: 'repair', repair: 'registerTrack', file: '/p/tracks.md' },
    { kind: 'resolve', item: 'x', action: 0 },
    { kind: 'openStep', step: 'FIX' },
  ];
  const bad = [
    { kind: 'command', command: 'workbench.action.terminal.sendSequence' },
    { kind: 'command', command: 'stepLoop', extra: 1 },
    { kind: 'mark', task: '1.1', marker: 'unclear', asked: false },
    { kind: 'mark', task: 'x'.repeat(2001), marker: 'done', asked: false },
    { kind: 'repair', repair: 'deleteEverything', file: '/' },
    { kind: 'resolve', item: 'x', action: -1 },
    { kind: 'openStep', step: 'NOT_STARTED' },
    'mark',
    null,
  ];
  for (const request of good)
    it(`${request.kind} is understood`, () => assert.ok(trackRequest.safeParse(request).success));
  for (const [i, request] of bad.entries()) {
    it(`bad request ${String(i + 1)} is not`, () =>
      assert.equal(trackRequest.safeParse(request).success, false));
  }
});

describe('markdown for panels', () => {
  it('HTML stays text, images are named and not loaded, scripts and styles never become elements', async () => {
    const html = await markdownHtml(
      [
        '# Title',
        '<script>alert(1)</script> <img src=x onerror=alert(1)>',
        '![a plan](https://example.com/a.png) [![badge](b.svg)](https://example.com)',
        '[bad](javascript:alert(1)) [good](./plan.md#L3)',
        '| a | b |\n|--:|---|\n| 1 | 2 |',
        '- [x] did it',
      ].join('\n\n'),
    );
    assert.doesNotMatch(html, /<(script|img|iframe|style)|\sstyle=|\son\w+=[^&]*>|href="javascript/i);
    assert.match(html, /<h3>Title<\/h3>/);
    assert.match(html, /Image: a plan/);
    assert.match(html, /href="\.\/plan\.md#L3"/);
    assert.match(html, /☑ did it/);
  });

  it('no text makes an element with a handler, a style or an address to load', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '[',
      ']',
      '(',
      ')',
      '!',
      '`',
      '\n',
      '#',
      '|',
      '-',
      ' ',
      'src=',
      'onload=x',
      'style=x',
      'javascript:',
      'data:',
      'http://e.com',
      'a',
      'script',
      'img',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const html = await markdownHtml(pieces.join(''));
        for (const [, tag] of html.matchAll(/<([a-z0-9]+)(?=[\s>])/g)) {
          assert.ok(!['script', 'img', 'style', 'iframe', 'object', 'link', 'svg'].includes(tag ?? ''), html);
        }
        for (const [tag] of html.matchAll(/<[a-z][^>]*>/g)) {
          const bare = tag.replace(/="[^"]*"/g, '');
          assert.doesNotMatch(bare, /\s(on\w+|style|src)\b/, html);
          assert.doesNotMatch(tag, /href="\s*(javascript|data|vbscript):/i, html);
        }
      }),
    );
  });
});

describe('spec.md for the track panel', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'spec-'));
    await fs.mkdir(path.join(folder, 't'));
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  const specTrack = (): Track =>
    trackOf({
      root: folder,
      folder: path.join(folder, 't'),
      documents: { spec: path.join(folder, 't', 'spec.md') },
    });

  it('is rendered, and again when it changes', async () => {
    await fs.writeFile(path.join(folder, 't', 'spec.md'), 'one');
    assert.match((await specOf(specTrack())).html ?? '', /one/);
    await fs.writeFile(path.join(folder, 't', 'spec.md'), 'another');
    assert.match((await specOf(specTrack())).html ?? '', /another/);
  });

  it('of 5 MB is shown up to a bound and says so', async () => {
    await fs.writeFile(path.join(folder, 't', 'spec.md'), 'a täxt of many wörds\n\n'.repeat(240_000));
    const spec = await specOf(specTrack());
    assert.match(spec.note ?? '', /the first 0\.1 MB are shown/);
    assert.ok((spec.html?.length ?? 0) < 1_000_000);
    assert.doesNotMatch(spec.html ?? '', /\uFFFD|Ã/);
  });

  it('says what it is instead: missing, empty, binary, a folder, a way out', async () => {
    assert.match((await specOf(specTrack())).note ?? '', /could not be read/);
    assert.match((await specOf(trackOf({ documents: {} }))).note ?? '', /no spec\.md/);
    const file = path.join(folder, 't', 'spec.md');
    await fs.writeFile(file, '');
    assert.match((await specOf(specTrack())).note ?? '', /empty/);
    await fs.writeFile(file, Buffer.from([0, 1, 2, 0, 255]));
    assert.match((await specOf(specTrack())).note ?? '', /not a text/);
    await fs.rm(file);
    await fs.mkdir(file);
    assert.match((await specOf(specTrack())).note ?? '', /not a file/);
    await fs.rmdir(file);
    await fs.symlink('/etc/hostname', file);
    assert.match((await specOf(specTrack())).note ?? '', /leads out/);
  });
});

describe('the place of a step', () => {
  it('is the line of its checkpoint, whatever the project calls it; plan.md for an inferred loop', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'step-'));
    try {
      const file = path.join(folder, 'metadata.json');
      const text =
        '{\n  "version": 3,\n  "loop_state": {\n    "current_step": "EXECUTE",\n    "checkpoints": {\n      "PLAN": { "status": "PASSED" },\n      "EXECUTION": { "status": "IN_PROGRESS", "agent": "x" }\n    }\n  }\n}\n';
      await fs.writeFile(file, text);
      const { metadata } = parseMetadata(text);
      const track = trackOf({
        root: folder,
        metadata,
        loop: metadata?.loop,
        documents: { metadata: file, plan: '/p/plan.md' },
      });
      assert.deepEqual(await stepPlace(track, 'PLAN'), { file, line: 6 });
      assert.deepEqual(await stepPlace(track, 'EXECUTE'), { file, line: 7 });
      assert.deepEqual(await stepPlace(track, 'FIX'), { file, line: 3 });
      const inferred = trackOf({ ...track, loop: loopOf({ source: 'inferred' }) });
      assert.deepEqual(await stepPlace(inferred, 'PLAN'), { file: '/p/plan.md' });
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});

describe('the run of a track', () => {
  const agent = {
    id: 'a',
    label: 'Worker 2.1',
    attempt: 1,
    startedAt: '2026-01-10T11:00:00Z',
    outputFile: '/r/a.log',
  };

  it('offers what its state allows: pause and stop while it runs, resume when it was broken off', () => {
    const acts = (state: Parameters<typeof runPicture>[0]['state']) =>
      runPicture({ state, agents: [] }).acts.map(({ command }) => command);
    assert.deepEqual(acts('running'), ['pauseAfterStep', 'stopLoop']);
    assert.deepEqual(acts('pausing'), ['stopLoop']);
    assert.deepEqual(acts('stopping'), []);
    assert.deepEqual(acts('elsewhere'), []);
    assert.deepEqual(acts('detached'), ['runLoop', 'stopLoop']);
    assert.deepEqual(acts('brokenOff'), ['runLoop']);
  });

  it('names each agent with its start, and says of detached ones that they write still', () => {
    const [shown] = runPicture({ state: 'detached', agents: [{ ...agent, attempt: 2 }] }).agents;
    assert.deepEqual(shown, {
      id: 'a',
      label: 'Worker 2.1',
      detail: 'attempt 2, detached, still writing',
      since: Date.parse('2026-01-10T11:00:00Z'),
      place: { file: '/r/a.log' },
    });
    const [odd] = runPicture({ state: 'running', agents: [{ ...agent, startedAt: 'soon' }] }).agents;
    assert.equal(odd?.since, undefined);
    assert.equal(
      runPicture({ state: 'running', agents: Array.from({ length: 500 }, () => agent) }).agents.length,
      40,
    );
  });

  it('is not there where nothing runs', () => {
    assert.equal('run' in trackModelOf(trackOf(), around), false);
    const run = { state: 'brokenOff' as const, agents: [] };
    assert.equal(trackModelOf(trackOf(), { ...around, run }).run?.status.word, 'Broken off');
  });
});
