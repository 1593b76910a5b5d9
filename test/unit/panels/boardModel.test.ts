import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boardStateOf } from '../../../src/panels/boardModel';
import { directors, type BoardRemark } from '../../../src/model/board';
import { discussionModel } from '../../../src/panels/board/discussion';
import { shownSessions } from '../../../src/panels/board/sessions';
import type { Project } from '../engine/project';
import { id } from '../engine/project';
import {
  assessments,
  boardFolder,
  boardProject,
  busFile,
  directorOf,
  kept,
  modelOf,
  runningFiles,
  sessionId,
  sessionOf,
} from './boardProject';

describe('the Board panel’s model', () => {
  let project: Project;
  afterEach(() => project.dispose());

  describe('of a meeting that is over', () => {
    it('says how it ended, of what kind it was, how long it took and why it met', async () => {
      project = await boardProject([kept], runningFiles({ session: { status: 'COMPLETE' } }), {
        priority: 'P0',
        type: 'integration',
      });
      const session = sessionOf(modelOf(await project.track(id)));
      assert.deepEqual(session.verdict, { standing: 'passed', word: 'Approved 4 to 1' });
      assert.deepEqual(
        [session.title, session.id, session.checkpoint, session.kind, session.duration, session.whyMet],
        [
          'Board on the plan',
          sessionId,
          'EVALUATE_PLAN',
          'Full meeting',
          '41 min',
          'Why it met: P0 integration track',
        ],
      );
      assert.equal(session.proposal, 'Ship it – before the sale');
      assert.deepEqual(
        session.phases.map(({ name, standing, detail }) => [name, standing, detail]),
        [
          ['Assess', 'passed', '5 of 5'],
          ['Discuss', 'passed', '2 of 3 rounds'],
          ['Vote', 'passed', '5 of 5'],
          ['Resolve', 'passed', 'by rule'],
        ],
      );
    });

    it('says that a vote goes to the bus alone while metadata.json only names the meeting', async () => {
      const bus = [`.message-bus/board/votes.json`, `.message-bus/board/session-${sessionId}.json`];
      project = await boardProject([{ session_id: sessionId }], runningFiles());
      const named = sessionOf(modelOf(await project.track(id)));
      assert.deepEqual([named.voteWrites, named.writes.length], [bus, 3]);
      await project.dispose();
      project = await boardProject([kept], runningFiles());
      assert.equal(sessionOf(modelOf(await project.track(id))).voteWrites.length, 3);
    });

    it('takes verdict and votes from metadata.json, assessments and confidence from the bus', async () => {
      project = await boardProject([kept], runningFiles({ session: { status: 'COMPLETE' } }));
      const model = modelOf(await project.track(id));
      const ca = directorOf(model, 'CA');
      assert.equal(ca.title, 'Chief Architect');
      assert.deepEqual([ca.vote?.word, ca.confidence?.text, ca.score?.text], ['Approve', '0.90', '8.2']);
      assert.equal(directorOf(model, 'CPO').vote?.word, 'Approve');
      assert.equal(directorOf(model, 'CPO').confidence, undefined);
      assert.deepEqual(model.notices, []);
      assert.deepEqual(
        model.sources.map(({ text }) => text),
        ['metadata.json board_sessions[0]', '.message-bus/board'],
      );
    });

    it('keeps only what metadata.json keeps when the bus holds another meeting', async () => {
      project = await boardProject([kept]);
      const session = sessionOf(modelOf(await project.track(id)));
      assert.deepEqual(
        session.phases.map(({ detail }) => detail),
        ['not kept', 'not kept', '5 of 5', 'by rule'],
      );
      assert.match(session.discussion.none ?? '', /keeps no discussion/);
      assert.equal(session.duration, undefined);
    });
  });

  describe('of a director', () => {
    it('weighs the parts and tells when they do not give the score', async () => {
      project = await boardProject([], runningFiles());
      const ca = directorOf(modelOf(await project.track(id)), 'CA');
      assert.deepEqual(
        ca.parts.map(({ name, weight, text, fill }) => [name, weight, text, fill]),
        [
          ['System design', 25, '8.5', 85],
          ['Code quality', 20, '8.0', 80],
          ['Tech debt', 20, '8.0', 80],
          ['Performance', 20, '7.5', 75],
          ['Integration', 15, '9.0', 90],
        ],
      );
      assert.equal(ca.weighted, 'Its parts weigh to 8.2.');
      assert.equal(ca.weightedOdd, undefined);
      await project.write(
        `${boardFolder}/assessments.json`,
        JSON.stringify({ CA: { ...assessments.CA, score: 3 } }),
      );
      const odd = directorOf(modelOf(await project.track(id)), 'CA');
      assert.equal(odd.weightedOdd, true);
      assert.equal(odd.weighted, 'Its parts weigh to 8.2, not 3.');
    });

    it('shows the extras of each office', async () => {
      project = await boardProject([], runningFiles());
      const model = modelOf(await project.track(id));
      const points = (key: string, title: string) =>
        directorOf(model, key).points.find((list) => list.title === title)?.items;
      assert.deepEqual(points('CA', 'Key points'), ['One writer of the status']);
      assert.deepEqual(points('CA', 'Conditions'), ['Add caching']);
      assert.deepEqual(points('CSO', 'Vulnerabilities'), ['medium: replay in webhook.ts. Fix: store keys']);
      assert.deepEqual(points('CSO', 'Audit'), ['An audit is required.']);
      assert.deepEqual(points('COO', 'Timeline'), [
        '6 days proposed, 9 days realistic, confidence 0.60',
        'Critical path: 2.1, 2.2',
      ]);
      assert.deepEqual(points('COO', 'Cost'), ['2000 EUR once, 10 EUR a month']);
      assert.deepEqual(points('COO', 'Risks'), ['Freeze (high probability, high impact). Mitigation: flag']);
      assert.deepEqual(points('CXO', 'Accessibility'), [
        '7.5 of 10, 1 issue',
        'minor: Not announced (WCAG 4.1.3). Fix: live region',
      ]);
      assert.deepEqual(points('CPO', 'Usability check'), ['Passed. 5 of 5 paid']);
    });

    it('who has not spoken is shown as missing; who is unknown is shown and not counted', async () => {
      project = await boardProject([
        {
          ...kept,
          verdict: undefined,
          vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'APPROVE', CFO: 'APPROVE', coo: 'REJECT' },
        },
      ]);
      const model = modelOf(await project.track(id));
      const session = sessionOf(model);
      assert.deepEqual(
        session.directors.map(({ key, title }) => [key, title !== undefined]),
        [...directors.map((director) => [director, true]), ['CFO', false]],
      );
      assert.equal(directorOf(model, 'CXO').vote, undefined);
      assert.equal(directorOf(model, 'CXO').missing, 'Did not vote.');
      assert.equal(directorOf(model, 'COO').vote?.word, 'Reject');
      assert.deepEqual(directorOf(model, 'CFO').remarks, ['Not one of the five directors: not counted.']);
      assert.match(session.resolution.counted, /4 votes counted, CXO missing/);
      assert.match(session.resolution.counted, /Not counted: CFO/);
      assert.equal(session.verdict.word, 'Approved with review 3 to 1');
    });

    it('scores and confidences out of range, and what is no number, are shown as odd', async () => {
      project = await boardProject(
        [],
        runningFiles({ votes: { CA: { final_verdict: 'APPROVE', confidence: 85 }, CPO: 'NaN' } }),
      );
      await project.write(
        `${boardFolder}/assessments.json`,
        JSON.stringify({
          CA: { score: 14, breakdown: { system_design: -3 } },
          CPO: { score: 'NaN' },
          CSO: { score: { deep: [] } },
          COO: { score: 1e300 },
        }),
      );
      const model = modelOf(await project.track(id));
      const ca = directorOf(model, 'CA');
      assert.deepEqual(ca.score, { text: '14.0', fill: 100, odd: 'Scores go from 1 to 10.' });
      assert.deepEqual(ca.confidence, { text: '85.0', fill: 100, odd: 'Confidence goes from 0 to 1.' });
      assert.equal(ca.parts[0]?.fill, 0);
      assert.equal(ca.parts[1]?.odd, 'This part is missing.');
      assert.equal(ca.weighted, undefined);
      assert.match(directorOf(model, 'CPO').score?.odd ?? '', /no number: “"NaN"”/);
      assert.match(directorOf(model, 'CSO').score?.odd ?? '', /no number/);
      assert.equal(directorOf(model, 'COO').score?.text, '1.0e+300');
      assert.deepEqual(directorOf(model, 'CPO').remarks, ['“NaN” counts as neither yes nor no.']);
    });

    it('votes twice: the last counts, and both are told', async () => {
      project = await boardProject([
        {
          ...kept,
          vote_summary: undefined,
          verdict: undefined,
          votes: [
            { director: 'CA', verdict: 'APPROVE' },
            { director: 'ca', verdict: 'REJECT' },
          ],
        },
      ]);
      const ca = directorOf(modelOf(await project.track(id)), 'CA');
      assert.equal(ca.vote?.word, 'Reject');
      assert.deepEqual(ca.remarks, ['Voted 2 times: Approve before. The last vote counts.']);
    });
  });

  describe('of the resolution', () => {
    it('shows every line of the rule, and marks the one that fired', async () => {
      project = await boardProject();
      const { resolution } = sessionOf(modelOf(await project.track(id)));
      assert.deepEqual(
        resolution.lines.map(({ state }) => state),
        ['fired', 'notReached', 'notReached', 'notReached'],
      );
      assert.match(resolution.why, /^4 approve, 1 reject/);
      assert.equal(
        resolution.counted,
        '5 votes counted, none missing. Scores and confidence are shown but do not decide.',
      );
      assert.equal(resolution.difference, undefined);
    });

    it('a quick review counts concerns as yes', async () => {
      project = await boardProject([
        {
          ...kept,
          checkpoint: 'EVALUATE_EXECUTION',
          vote_summary: { CA: 'APPROVE', CPO: 'CONCERNS', CSO: 'CONCERNS', COO: 'REJECT', CXO: 'REJECT' },
        },
      ]);
      const session = sessionOf(modelOf(await project.track(id)));
      assert.equal(session.kind, 'Quick review');
      assert.equal(session.verdict.word, 'Approved 3 to 2');
      assert.match(session.resolution.counted, /concerns count as yes/);
      assert.equal(session.phases[1]?.detail, 'not in a quick review');
    });

    it('a tie escalates: a person can resolve it, and then that is what holds', async () => {
      const tie = {
        ...kept,
        verdict: 'ESCALATE',
        vote_summary: { CA: 'APPROVE', CPO: 'REJECT', CSO: 'ABSTAIN' },
      };
      project = await boardProject([tie]);
      const session = sessionOf(modelOf(await project.track(id)));
      assert.equal(session.resolution.escalated, true);
      assert.deepEqual(session.verdict, { standing: 'blocked', word: 'Escalated 1 to 1' });
      assert.equal(session.phases[3]?.detail, 'waits for you');
      assert.equal(session.resolution.lines.at(-1)?.state, 'fired');
      await project.dispose();
      project = await boardProject([
        {
          ...tie,
          verdict: 'APPROVED',
          resolved_by: { by: 'Ada', at: '2026-02-01T11:00:00Z', note: 'we ship' },
        },
      ]);
      const resolved = sessionOf(modelOf(await project.track(id)));
      assert.equal(resolved.verdict.word, 'Approved by Ada');
      assert.equal(resolved.resolution.escalated, false);
      assert.equal(resolved.resolution.difference, undefined);
      assert.deepEqual(resolved.resolution.resolvedBy, {
        by: 'Ada',
        at: '2026-02-01T11:00:00Z',
        note: 'we ship',
        verdict: 'Approved',
      });
    });

    it('a recorded verdict that the votes do not give is shown beside theirs, with the difference', async () => {
      project = await boardProject([
        {
          ...kept,
          vote_summary: { CA: 'REJECT', CPO: 'REJECT', CSO: 'REJECT', COO: 'APPROVE', CXO: 'APPROVE' },
        },
      ]);
      const { resolution, verdict } = sessionOf(modelOf(await project.track(id)));
      assert.equal(verdict.word, 'Rejected 3 to 2, disputed');
      assert.equal(resolution.recorded?.word, 'Approved');
      assert.equal(resolution.computed?.word, 'Rejected 3 to 2');
      assert.match(resolution.difference ?? '', /says APPROVED, but its votes give REJECTED/);
      await project.dispose();
      project = await boardProject([{ ...kept, vote_summary: { ...kept.vote_summary, CA: 'REJECT' } }]);
      const close = sessionOf(modelOf(await project.track(id)));
      assert.match(
        close.resolution.difference ?? '',
        /APPROVED is recorded; the votes give APPROVED WITH REVIEW/,
      );
      await project.dispose();
      project = await boardProject([{ ...kept, verdict: 'REJECTED' }]);
      const worse = sessionOf(modelOf(await project.track(id)));
      // A rejection by four approvals would be nonsense.
      assert.equal(worse.verdict.word, 'Rejected, disputed');
      assert.equal(worse.phases[3]?.detail, 'disputed');
    });

    it('corrected votes stay visible with who, when and why', async () => {
      project = await boardProject([
        {
          ...kept,
          vote_corrections: [
            {
              director: 'COO',
              from: 'APPROVE',
              to: 'REJECT',
              by: 'Ada',
              at: '2026-02-01T11:00:00Z',
              note: 'heard',
            },
          ],
        },
      ]);
      assert.deepEqual(sessionOf(modelOf(await project.track(id))).resolution.corrections, [
        {
          director: 'COO',
          from: 'Approve',
          to: 'Reject',
          by: 'Ada',
          at: '2026-02-01T11:00:00Z',
          note: 'heard',
        },
      ]);
    });

    it('who voted against the outcome without a word is named as dissent', async () => {
      project = await boardProject();
      assert.deepEqual(sessionOf(modelOf(await project.track(id))).dissent, [
        { text: 'COO voted Reject.', standing: 'failed', about: 'no opinion is written down' },
      ]);
      await project.dispose();
      project = await boardProject([{ ...kept, dissent: ['**COO:** too early'] }]);
      assert.deepEqual(sessionOf(modelOf(await project.track(id))).dissent, [
        { text: 'COO: too early', standing: 'failed' },
      ]);
    });
  });

  describe('of a meeting that runs', () => {
    it('decides nothing while votes are missing', async () => {
      project = await boardProject([], runningFiles());
      const session = sessionOf(modelOf(await project.track(id)));
      assert.deepEqual(session.verdict, { standing: 'inProgress', word: 'Voting' });
      assert.equal(session.resolution.escalated, false);
      assert.ok(session.resolution.lines.every(({ state }) => state === 'notReached'));
      assert.match(session.resolution.why, /2 votes so far, 1 for and 1 against/);
      assert.deepEqual(
        session.phases.map(({ standing, detail }) => [standing, detail]),
        [
          ['passed', '5 of 5'],
          ['passed', '2 of 3 rounds'],
          ['inProgress', '2 of 5'],
          ['notStarted', 'not yet'],
        ],
      );
      assert.equal(directorOf(modelOf(await project.track(id)), 'CSO').missing, 'Has not voted yet.');
      assert.deepEqual(session.writes, [
        '.message-bus/board/votes.json',
        `.message-bus/board/session-${sessionId}.json`,
      ]);
    });

    it('half-written files are named, and the rest is shown', async () => {
      project = await boardProject([], {
        ...runningFiles(),
        [`${boardFolder}/votes.json`]:
          '{"CA": {"final_verdict": "APPROVE", "confidence": 0.9}, "CPO": {"final_ver',
      });
      const model = modelOf(await project.track(id));
      assert.equal(model.notices.length, 1);
      assert.match(model.notices[0]?.text ?? '', /votes\.json.*in the middle of being written/);
      assert.equal(model.notices[0]?.place?.file, busFile(project, 'votes.json'));
      assert.equal(directorOf(model, 'CA').vote?.word, 'Approve');
      assert.equal(directorOf(model, 'CSO').score?.text, '7.0');
    });

    it('a session file that is being written does not make a meeting escalate', async () => {
      project = await boardProject([], {
        [`${boardFolder}/session-${sessionId}.json`]: '{"session_id": "',
        [`${boardFolder}/votes.json`]: { CA: 'APPROVE', CPO: 'REJECT' },
      });
      const session = sessionOf(modelOf(await project.track(id)));
      assert.equal(session.verdict.standing, 'inProgress');
      assert.equal(session.resolution.escalated, false);
    });

    it('metadata.json and votes.json that disagree are told, with the one that counts', async () => {
      project = await boardProject([kept], runningFiles({ votes: { CA: { final_verdict: 'REJECT' } } }));
      const model = modelOf(await project.track(id));
      assert.equal(directorOf(model, 'CA').vote?.word, 'Approve');
      assert.match(
        directorOf(model, 'CA').remarks.join(),
        /metadata\.json says Approve, votes\.json says Reject/,
      );
      assert.match(model.notices[0]?.text ?? '', /disagree on the vote of CA/);
    });
  });

  describe('of conditions', () => {
    it('says which are met, by what evidence, said by whom, and where the open ones are due', async () => {
      project = await boardProject(
        [kept],
        {},
        {
          board_conditions: ['Add caching (CA)', 'Load test the webhook (COO)', 'Old one (CSO)'],
          board_condition_evidence: [
            {
              condition: 'Add caching (CA)',
              met: true,
              evidence: 'src/cache.ts:8',
              by: 'Ada',
              at: '2026-02-02T10:00:00Z',
            },
            {
              condition: 'Load test the webhook (COO)',
              added: true,
              met: false,
              due: 'PRE_LAUNCH',
              by: 'Bo',
            },
          ],
        },
      );
      const { conditions } = modelOf(await project.track(id));
      assert.deepEqual(
        conditions.map(({ text, director, verdict, own, due, by, origin }) => [
          text,
          director,
          verdict.word,
          own,
          due,
          by,
          origin,
        ]),
        [
          ['Add caching', 'CA', 'Met', true, undefined, 'Ada', undefined],
          ['Load test the webhook', 'COO', 'Open', true, 'due at PRE_LAUNCH', 'added by Bo', undefined],
          ['Old one', 'CSO', 'Open', false, 'due at EVALUATE_EXECUTION', undefined, 'in board_conditions'],
        ],
      );
      assert.deepEqual(conditions[0]?.evidence, {
        text: 'cache.ts:8',
        place: { file: `${project.folder}/src/cache.ts`, line: 8 },
      });
    });

    it('those of a meeting that rejected bind nobody, and say so', async () => {
      project = await boardProject([{ ...kept, verdict: 'REJECTED' }]);
      const { conditions } = modelOf(await project.track(id));
      assert.ok(conditions.every(({ own, frozen }) => own && frozen !== undefined));
    });
  });

  describe('of several meetings', () => {
    it('shows the newest, or the one asked for', async () => {
      const all = Array.from({ length: 40 }, (_, i) => ({
        ...kept,
        session_id: `s${i + 1}`,
        verdict: i % 2 ? 'APPROVED' : 'REJECTED',
      }));
      project = await boardProject(all);
      const track = await project.track(id);
      assert.equal(sessionOf(modelOf(track)).id, 's40');
      const model = modelOf(track, { item: 's3' });
      assert.equal(sessionOf(model).id, 's3');
      assert.equal(model.sessions.length, 40);
      assert.deepEqual(
        model.sessions.filter(({ current }) => current).map(({ item }) => item),
        ['s3'],
      );
      assert.equal(sessionOf(modelOf(track, { item: 'gone' })).id, 's40');
    });

    it('without an id can be looked at and not written', async () => {
      const endless = { ...kept, session_id: 'x'.repeat(501) };
      project = await boardProject([{ ...kept, session_id: undefined }, endless, kept]);
      const track = await project.track(id);
      assert.deepEqual(
        shownSessions(track).map(({ item }) => item),
        ['#1', '#2', sessionId],
      );
      for (const item of ['#1', '#2']) {
        assert.match(sessionOf(modelOf(track, { item })).frozen ?? '', /no session_id/);
      }
    });

    it('none at all is an empty panel that says what to do; conditions without a meeting are shown', async () => {
      project = await boardProject([]);
      const state = boardStateOf(await project.track(id), { readAt: 0 });
      assert.equal(state.status, 'empty');
      await project.dispose();
      project = await boardProject([], {}, { board_conditions: ['Keep it small (CPO)'] });
      const ready = boardStateOf(await project.track(id), { readAt: 0 });
      assert.ok(ready.status === 'ready' && ready.model.session === undefined);
      assert.equal(ready.model.conditions.length, 1);
    });
  });

  it('is bounded: texts and lists of any size stay small', async () => {
    const long = 'x'.repeat(20_000);
    project = await boardProject([], {
      ...runningFiles({
        discussion:
          Array.from({ length: 3000 }, (_, i) => JSON.stringify({ from: 'CA', message: `m${i}` })).join(
            '\n',
          ) + '\n',
      }),
      [`${boardFolder}/assessments.json`]: {
        CA: { verdict: long, key_points: Array.from({ length: 100 }, () => long), breakdown: { [long]: 5 } },
        ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`X${i}`, { verdict: 'APPROVE' }])),
      },
    });
    const model = modelOf(await project.track(id));
    assert.ok(JSON.stringify(model).length < 1_000_000);
    const session = sessionOf(model);
    assert.equal(session.directors.length, 25);
    assert.equal(directorOf(model, 'CA').points[0]?.items.at(-1), '50 more in the file.');
    assert.equal(session.discussion.total, 3000);
    assert.equal(session.discussion.rounds[0]?.remarks.length, 2000);
    assert.equal(session.discussion.rounds[0]?.remarks.at(-1)?.text, 'm2999');
  });
});

describe('a discussion', () => {
  const session = (discussion: readonly BoardRemark[]) => ({
    sessionId: 's',
    votes: {},
    assessments: {},
    discussion,
    conditions: [],
    dissent: [],
    source: 'bus' as const,
  });
  const about = { quick: false, running: true, kept: false, onBus: true };
  const threads = (discussion: readonly BoardRemark[]) =>
    discussionModel(session(discussion), about).rounds.flatMap(({ title, remarks }) =>
      remarks.map(({ from, depth, key, about: what }) => [title, key, from, depth, what]),
    );

  it('puts replies below what they answer', () => {
    assert.deepEqual(
      threads([
        { from: 'COO', to: 'CPO', type: 'QUESTION', message: 'a' },
        { from: 'CSO', to: 'ALL', type: 'CHALLENGE', message: 'b' },
        { from: 'CPO', to: 'COO', type: 'CLARIFY', message: 'c' },
        { from: 'CA', to: 'CPO', type: 'AGREE', message: 'd', changesMyVerdict: true },
      ]),
      [
        [undefined, '0', 'COO', 0, 'to CPO, asks'],
        [undefined, '2', 'CPO', 1, 'to COO, clarifies'],
        [undefined, '3', 'CA', 2, 'to CPO, agrees, changes the own verdict'],
        [undefined, '1', 'CSO', 0, 'challenges'],
      ],
    );
  });

  it('is told by rounds only where the remarks say theirs', () => {
    assert.deepEqual(
      threads([
        { from: 'COO', message: 'a', round: 1 },
        { from: 'CA', to: 'COO', message: 'b', round: 2 },
      ]).map(([title, , , depth]) => [title, depth]),
      [
        ['Round 1', 0],
        ['Round 2', 0],
      ],
    );
  });

  it('two who answer each other five hundred times keep their order and their depth is bounded', () => {
    const long = Array.from({ length: 500 }, (_, i) => ({
      from: i % 2 ? 'CA' : 'COO',
      to: i % 2 ? 'COO' : 'CA',
      message: String(i),
    }));
    const all = threads(long);
    assert.deepEqual(
      all.map(([, key]) => Number(key)),
      long.map((_, i) => i),
    );
    assert.ok(all.every(([, , , depth]) => Number(depth) <= 2));
  });

  it('shows every remark exactly once, whoever says what to whom', () => {
    const name = fc.constantFrom('CA', 'CPO', 'ca', 'ALL', '', 'X');
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            from: fc.option(name, { nil: undefined }),
            to: fc.option(name, { nil: undefined }),
            message: fc.string(),
            round: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
          }),
          { maxLength: 40 },
        ),
        (remarks) => {
          const keys = threads(remarks as BoardRemark[]).map(([, key]) => Number(key));
          assert.deepEqual(
            keys.toSorted((a, b) => a - b),
            remarks.map((_, i) => i),
          );
        },
      ),
    );
  });
});
