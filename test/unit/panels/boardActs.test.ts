import assert from 'node:assert/strict';
import { BoardActs, type BoardAct, type BoardWorld } from '../../../src/editor/panels/boardActs';
import { boardRequest } from '../../../src/editor/panels/boardRequests';
import type { Track } from '../../../src/model/track';
import { at, id, metadataFile, now, type Project } from '../engine/project';
import {
  boardFolder,
  boardProject,
  directorOf,
  kept,
  modelOf,
  runningFiles,
  sessionId,
  sessionOf,
} from './boardProject';

describe('what a person does on the Board panel', () => {
  let project: Project;
  let read: Track | undefined;
  let acts: BoardActs;
  let tokens = 0;
  let person: string | undefined;
  beforeEach(() => {
    acts = new BoardActs();
    read = undefined;
    person = undefined;
  });
  afterEach(() => project.dispose());

  const world = (): BoardWorld => ({
    ports: project.ports,
    track: () => read,
    refresh: async () => {
      read = await project.track(id);
    },
    by: () => Promise.resolve(person),
  });
  const vote = (o: Partial<Extract<BoardAct, { kind: 'castVote' }>> = {}): BoardAct => ({
    kind: 'castVote',
    token: `t${tokens++}`,
    sessionId,
    director: 'COO',
    verdict: 'APPROVE',
    note: 'heard again',
    seen: 'REJECT',
    ...o,
  });
  const shown = () => modelOf(read!);

  it('a corrected vote is on disk, and what is shown then was read from there', async () => {
    project = await boardProject();
    const reply = await acts.do(world(), vote({ confidence: 0.5 }));
    assert.deepEqual(reply, {
      ok: true,
      message: 'COO votes APPROVE (was REJECT), entered by person. Written to metadata.json.',
    });
    assert.equal(at(await project.json(metadataFile), 'board_sessions', 0, 'vote_summary', 'COO'), 'APPROVE');
    assert.equal(sessionOf(shown()).verdict.word, 'Approved 5 to 0');
    assert.deepEqual(sessionOf(shown()).resolution.corrections, [
      { director: 'COO', from: 'Reject', to: 'Approve', by: 'person', at: now, note: 'heard again' },
    ]);
  });

  it('whoever acts is named, as at a gate', async () => {
    person = 'Ann Author';
    project = await boardProject([], runningFiles());
    const { seen: _seen, ...cast } = vote({ director: 'CSO' }) as Extract<BoardAct, { kind: 'castVote' }>;
    assert.match((await acts.do(world(), cast)).message ?? '', /entered by Ann Author/);
    const condition: BoardAct = { kind: 'addCondition', token: 'c', text: 'Watch it' };
    assert.ok((await acts.do(world(), condition)).ok);
    const mark: BoardAct = { kind: 'markCondition', token: 'm', condition: 'Watch it', met: true, note: 'x' };
    assert.ok((await acts.do(world(), mark)).ok);
    const json = await project.json(metadataFile);
    const marks = json['board_condition_evidence'] as readonly { by: string }[];
    assert.deepEqual(
      [at(await project.json(`${boardFolder}/votes.json`), 'CSO', 'by'), ...marks.map(({ by }) => by)],
      ['Ann Author', 'Ann Author', 'Ann Author'],
    );
  });

  it('the same form sent twice is written once, and both get the same answer', async () => {
    project = await boardProject([], runningFiles());
    const act = vote({ director: 'CSO', seen: undefined });
    const { seen: _seen, ...cast } = act as Extract<BoardAct, { kind: 'castVote' }>;
    const [first, second] = await Promise.all([acts.do(world(), cast), acts.do(world(), cast)]);
    assert.ok(first.ok);
    assert.deepEqual(second, first);
    assert.deepEqual(await acts.do(world(), cast), first);
    const session = await project.json(`${boardFolder}/session-${sessionId}.json`);
    assert.equal((session['vote_corrections'] as unknown[]).length, 1);
    assert.equal(directorOf(shown(), 'CSO').vote?.word, 'Approve');
  });

  it('two forms at once are written one after the other: the second is told what the first has done', async () => {
    project = await boardProject();
    const [first, second] = await Promise.all([
      acts.do(world(), vote()),
      acts.do(world(), vote({ verdict: 'ABSTAIN' })),
    ]);
    assert.ok(first.ok);
    assert.ok(!second.ok);
    assert.match(second.message ?? '', /COO has voted APPROVE since this form was opened.*Close the form/);
    const json = await project.json(metadataFile);
    assert.equal((at(json, 'board_sessions', 0, 'vote_corrections') as unknown[]).length, 1);
  });

  it('a vote that an agent cast meanwhile is not overwritten', async () => {
    project = await boardProject([], runningFiles());
    await world().refresh();
    await project.write(`${boardFolder}/votes.json`, JSON.stringify({ CPO: { final_verdict: 'REJECT' } }));
    const { seen: _seen, ...cast } = vote({ director: 'CPO' }) as Extract<BoardAct, { kind: 'castVote' }>;
    const reply = await acts.do(world(), cast);
    assert.ok(!reply.ok);
    assert.match(reply.message ?? '', /CPO has voted REJECT since/);
    assert.deepEqual(await project.json(`${boardFolder}/votes.json`), { CPO: { final_verdict: 'REJECT' } });
  });

  it('a refusal is told with what to do, and the same form may be sent again', async () => {
    project = await boardProject();
    const { note: _note, ...wordless } = vote() as Extract<BoardAct, { kind: 'castVote' }>;
    const refused = await acts.do(world(), wordless);
    assert.deepEqual(refused, { ok: false, message: 'COO has voted REJECT: say why the vote is corrected.' });
    assert.ok((await acts.do(world(), { ...wordless, note: 'heard' })).ok);
  });

  it('a condition is added, then marked met with its evidence', async () => {
    project = await boardProject();
    const added = await acts.do(world(), {
      kind: 'addCondition',
      token: 'a',
      sessionId,
      text: 'Watch the numbers',
      director: 'COO',
      due: 'PRE_LAUNCH',
    });
    assert.ok(added.ok, added.message);
    const open = shown().conditions.find(({ text }) => text === 'Watch the numbers');
    assert.deepEqual([open?.verdict.word, open?.due, open?.own], ['Open', 'due at PRE_LAUNCH', true]);
    const marked = await acts.do(world(), {
      kind: 'markCondition',
      token: 'b',
      condition: open!.written,
      met: true,
      file: 'src/numbers.ts',
      line: 4,
    });
    assert.ok(marked.ok, marked.message);
    const met = shown().conditions.find(({ text }) => text === 'Watch the numbers');
    assert.deepEqual([met?.verdict.word, met?.evidence?.text], ['Met', 'numbers.ts:4']);
    const again = await acts.do(world(), { kind: 'addCondition', token: 'c', text: 'watch the numbers!' });
    assert.match(again.message ?? '', /has this condition already/);
  });

  it('a tie is resolved with a reason; what the votes decide by themselves is not', async () => {
    project = await boardProject([{ ...kept, verdict: 'ESCALATE', vote_summary: { CA: 'APPROVE' } }]);
    const tie: BoardAct = {
      kind: 'resolveTie',
      token: 't',
      sessionId,
      verdict: 'REJECTED',
      note: 'too early',
    };
    assert.ok((await acts.do(world(), tie)).ok);
    assert.equal(sessionOf(shown()).verdict.word, 'Rejected by person');
    await project.dispose();
    project = await boardProject();
    const refused = await acts.do(world(), { ...tie, token: 'u' });
    assert.match(refused.message ?? '', /The votes decide by themselves/);
  });

  it('metadata.json that is not JSON is left as it is', async () => {
    project = await boardProject();
    const whole = await project.text(metadataFile);
    const torn = `${whole.slice(0, -20)}`;
    await project.write(metadataFile, torn);
    const reply = await acts.do(world(), vote());
    assert.ok(!reply.ok);
    assert.equal(await project.text(metadataFile), torn);
  });

  it('a track that has gone is told; a failing act does not hold up the next', async () => {
    project = await boardProject();
    const gone: BoardWorld = { ...world(), track: () => undefined };
    assert.match((await acts.do(gone, vote())).message ?? '', /no longer there/);
    const broken: BoardWorld = { ...world(), refresh: () => Promise.reject(new Error('disk')) };
    await assert.rejects(acts.do(broken, vote()), /disk/);
    assert.ok((await acts.do(world(), vote())).ok);
  });

  it('an archived track is never written, wherever its meeting is', async () => {
    project = await boardProject([], runningFiles());
    const archived: BoardWorld = { ...world(), track: () => read && { ...read, archived: true } };
    const { seen: _seen, ...cast } = vote({ director: 'CSO' }) as Extract<BoardAct, { kind: 'castVote' }>;
    const reply = await acts.do(archived, cast);
    assert.match(reply.message ?? '', /archived/);
    assert.equal('CSO' in (await project.json(`${boardFolder}/votes.json`)), false);
  });

  it('what stands only in an unsaved document is told', async () => {
    project = await boardProject();
    const { editor } = project.ports;
    const buffered: BoardWorld = {
      ...world(),
      ports: {
        clock: () => project.ports.clock(),
        editor: {
          edit: async (o) => {
            const outcome = await editor.edit(o);
            return 'refused' in outcome ? outcome : { ...outcome, where: 'buffer' };
          },
          create: (o) => editor.create(o),
        },
      },
    };
    const reply = await acts.do(buffered, vote());
    assert.match(reply.message ?? '', /metadata\.json has unsaved changes: save it/);
  });
});

describe('requests of the Board panel', () => {
  const good = { kind: 'castVote', token: 't', sessionId: 's', director: 'CA', verdict: 'APPROVE' };

  it('that are whole are understood', () => {
    for (const request of [
      good,
      { ...good, confidence: 0, note: 'x', seen: 'REJECT' },
      { kind: 'turnTo', item: '#3' },
      { kind: 'addCondition', token: 't', text: 'x' },
      { kind: 'markCondition', token: 't', condition: 'x', met: true, file: 'a', line: 1 },
      { kind: 'resolveTie', token: 't', sessionId: 's', verdict: 'APPROVED', note: 'x' },
    ]) {
      assert.ok(boardRequest.safeParse(request).success, JSON.stringify(request));
    }
  });

  it('that are not are refused', () => {
    for (const request of [
      {},
      { ...good, director: 'CFO' },
      { ...good, verdict: 'MAYBE' },
      { ...good, confidence: 2 },
      { ...good, confidence: Number.NaN },
      { ...good, by: 'somebody else' },
      { ...good, token: '' },
      { ...good, note: 'x'.repeat(4001) },
      { kind: 'turnTo', item: '' },
      { kind: 'addCondition', token: 't', text: '' },
      { kind: 'markCondition', token: 't', condition: 'x', met: 'yes' },
      { kind: 'markCondition', token: 't', condition: 'x', met: true, line: 0 },
      { kind: 'resolveTie', token: 't', sessionId: 's', verdict: 'ESCALATE', note: 'x' },
      { kind: 'resolveTie', token: 't', sessionId: 's', verdict: 'APPROVED', note: '' },
    ]) {
      assert.ok(!boardRequest.safeParse(request).success, JSON.stringify(request));
    }
  });
});
