import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { conductorHere } from './conductorHere';
import { conductor, documentOf, folderWith } from './conductorProcess';
import { loopMetadata, shop } from './projects';
import { errorShape } from './shapes';

const track = 'conductor/tracks/checkout_20260110';

const askedShape = z.strictObject({
  version: z.literal(1),
  track: z.string(),
  asked: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['escalation', 'question']),
      trigger: z.string().nullable(),
      step: z.string().nullable(),
      description: z.string(),
      context: z.array(z.string()),
      answers: z.array(z.strictObject({ id: z.string(), label: z.string() })),
    }),
  ),
});

const failed = {
  id: 'task-failed:2.1',
  description: 'Task 2.1 failed three times',
  blocked_at: '2026-01-12T10:00:00Z',
  blocked_step: 'EXECUTE',
  status: 'ACTIVE',
  trigger: 'task-failed',
  subject: '2.1',
  context: ['The test stays red'],
};

const decision = {
  id: 'question:q-1',
  description: 'May the price change?',
  blocked_at: '2026-01-12T10:00:00Z',
  blocked_step: 'EXECUTE',
  status: 'ACTIVE',
  trigger: 'user-only-decision',
  subject: 'q-1',
};

const question = (id: string, text: string) => ({
  id,
  question: text,
  asked_by: 'worker-2.1',
  asked_at: '2026-01-12T10:00:00Z',
});

/** The shop, its track stopped by these blockers, with these questions. */
function shopThatAsks(blockers: readonly object[], questions: readonly object[] = []): string {
  return folderWith({
    ...shop,
    [`${track}/metadata.json`]: loopMetadata('checkout_20260110', {
      loop: { step_status: blockers.length > 0 ? 'BLOCKED' : 'IN_PROGRESS' },
      root: { blockers },
    }),
    ...(questions.length === 0
      ? {}
      : { [`${track}/questions.json`]: `${JSON.stringify(questions, null, 2)}\n` }),
  });
}

function answer(folder: string, ...words: string[]) {
  return conductorHere(['answer', 'checkout', ...words], { cwd: folder });
}

/** By the program itself. */
function answerOutside(folder: string, ...words: string[]) {
  return conductor(['answer', 'checkout', ...words], { cwd: folder });
}

interface Written {
  readonly loop_state: { readonly step_status: string };
  readonly blockers: readonly Record<string, unknown>[];
}

function metadataOf(folder: string): Written {
  return JSON.parse(readFileSync(join(folder, track, 'metadata.json'), 'utf8')) as Written;
}

describe('conductor answer', function () {
  this.timeout(60_000);

  it('lists what is asked, with the answers that it takes', async () => {
    const folder = shopThatAsks(
      [failed, decision],
      [question('q-1', 'May the price change?'), question('q-2', 'Tabs?')],
    );
    const finished = await answerOutside(folder, '--json');
    assert.equal(finished.code, 0);
    const { asked } = askedShape.parse(documentOf(finished));
    assert.deepEqual(
      asked.map(({ id, kind, trigger }) => [id, kind, trigger]),
      [
        ['task-failed:2.1', 'escalation', 'task-failed'],
        ['question:q-1', 'escalation', 'user-only-decision'],
        ['q-2', 'question', null],
      ],
    );
    assert.deepEqual(asked[0]?.answers.slice(0, 3), [
      { id: 'try-again', label: 'Try Again' },
      { id: 'task-done', label: 'Task Is Done' },
      { id: 'skip-task', label: 'Skip the Task' },
    ]);
    const { stdout } = await answer(folder);
    assert.match(
      stdout,
      /^task-failed:2\.1 {2}Task 2\.1 failed three times\n {2}The test stays red\n {2}- try-again/,
    );
    assert.match((await answer(shopThatAsks([]))).stdout, /asks nothing/);
  });

  it('records an answer with its author; the step can start again', async () => {
    const folder = shopThatAsks([failed]);
    const finished = await answerOutside(folder, 'task-failed:2.1', 'try-again', '--by', 'Ada', '--json');
    assert.equal(finished.code, 0, finished.stderr);
    const { loop_state: loop, blockers } = metadataOf(folder);
    assert.equal(loop.step_status, 'NOT_STARTED');
    const [blocker] = blockers;
    assert.deepEqual(
      [blocker?.status, blocker?.answer, blocker?.answered_by],
      ['RESOLVED', 'try-again', 'Ada'],
    );
    // The same again is no failure, another one is.
    assert.equal((await answer(folder, 'task-failed:2.1', 'try-again')).code, 0);
    const other = await answer(folder, 'task-failed:2.1', 'skip-task', '--json');
    assert.equal(other.code, 1);
    assert.equal(errorShape.parse(documentOf(other)).error.code, 'answered-already');
  });

  it('takes a task as done where that is the answer', async () => {
    const folder = shopThatAsks([failed]);
    assert.equal((await answer(folder, 'task-failed:2.1', 'task-done')).code, 0);
    assert.match(readFileSync(join(folder, track, 'plan.md'), 'utf8'), /- \[x\] Task 2\.1: Card form/);
  });

  it('brings a text to the agent that waits for it, and into the audit', async () => {
    const folder = shopThatAsks([decision], [question('q-1', 'May the price change?')]);
    const finished = await answerOutside(folder, 'question:q-1', 'Yes, but not before May', '--by', 'Ada');
    assert.equal(finished.code, 0, finished.stderr);
    const [written] = JSON.parse(readFileSync(join(folder, track, 'questions.json'), 'utf8')) as Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      [written?.answer, written?.answered_by, written?.authority],
      ['Yes, but not before May', 'Ada', 'USER_ONLY'],
    );
    const metadata = metadataOf(folder);
    assert.equal(metadata.blockers[0]?.status, 'RESOLVED');
    assert.match(JSON.stringify(metadata), /"lead_consultations":\[.*Yes, but not before May/);
  });

  it('a question is not just resolved; a note says why; who asks is named', async () => {
    const same = { ...question('q-3', 'Tabs?'), asked_by: 'worker-2.2', task: '2.2' };
    const folder = shopThatAsks(
      [decision],
      [question('q-1', 'May the price change?'), question('q-2', 'Tabs?'), same],
    );
    const listed = (await answer(folder)).stdout;
    assert.doesNotMatch(listed, /resolved/i);
    assert.match(
      listed,
      /q-2 {2}Tabs\?\n {2}Asked by worker-2\.1[^]*q-3 {2}Tabs\?\n {2}Asked by worker-2\.2, task 2\.2\./,
    );
    const file = join(folder, track, 'questions.json');
    const before = readFileSync(file, 'utf8');
    for (const id of ['q-1', 'q-2']) {
      const wordless = await answer(folder, id, 'resolved');
      assert.equal(wordless.code, 1);
      assert.match(wordless.stderr, /Say what you decide/);
    }
    assert.equal(readFileSync(file, 'utf8'), before);
    for (const [id, why] of [
      ['q-1', 'too dear'],
      ['q-2', 'no need'],
    ] as const) {
      assert.equal((await answer(folder, id, `no, ${id}`, '--note', why)).code, 0);
      assert.match(JSON.stringify(metadataOf(folder)), new RegExp(`"reasoning":"${why}"`));
      const log = readFileSync(join(folder, 'conductor', 'decision-log.md'), 'utf8');
      assert.match(log, new RegExp(`\\*\\*Rationale:\\*\\* ${why}`));
    }
  });

  it('answers a question that nobody escalated', async () => {
    const folder = shopThatAsks([], [question('q-2', 'Tabs?')]);
    assert.equal((await answer(folder, 'q-2', 'Blanks')).code, 0);
    assert.match(readFileSync(join(folder, track, 'questions.json'), 'utf8'), /"answer": "Blanks"/);
  });

  it('a question by its short id; one with another text is another one', async () => {
    const folder = shopThatAsks([decision], [question('q-1', 'May the price change?')]);
    const finished = await answer(folder, 'q-1', 'Yes', '--by', 'Ada');
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(metadataOf(folder).blockers[0]?.status, 'RESOLVED');
    assert.match(readFileSync(join(folder, track, 'questions.json'), 'utf8'), /"answer": "Yes"/);

    const other = shopThatAsks([decision], [question('q-1', 'Remove the login from the spec?')]);
    const { asked } = askedShape.parse(documentOf(await answer(other, '--json')));
    assert.deepEqual(
      asked.map(({ id, kind }) => [id, kind]),
      [
        ['question:q-1', 'escalation'],
        ['q-1', 'question'],
      ],
    );
    const stale = await answer(other, 'question:q-1', 'Yes');
    assert.match(stale.stdout, /not in questions\.json/);
    const file = join(other, track, 'questions.json');
    assert.doesNotMatch(readFileSync(file, 'utf8'), /"answer"/);
    assert.equal((await answer(other, 'q-1', 'No')).code, 0);
    assert.match(readFileSync(file, 'utf8'), /"answer": "No"/);
  });

  it('a questions.json that leads out of the project, is a pipe, or is huge is not read, and that is said', async () => {
    const outside = folderWith({ 'questions.json': JSON.stringify([question('q-9', 'Secret?')]) });
    const spoil = [
      (file: string) => symlinkSync(join(outside, 'questions.json'), file),
      (file: string) => execFileSync('mkfifo', [file]),
      (file: string) => writeFileSync(file, `["${'x'.repeat(6_000_000)}"]`),
    ];
    for (const put of process.platform === 'win32' ? spoil.slice(2) : spoil) {
      const folder = shopThatAsks([failed]);
      put(join(folder, track, 'questions.json'));
      const finished = await answer(folder);
      assert.equal(finished.code, 0, finished.stderr);
      assert.match(finished.stderr, /questions\.json/);
      assert.match(finished.stdout, /^task-failed:2\.1/);
      assert.doesNotMatch(finished.stdout, /Secret/);
    }
  });

  it('names the option that is missing, or the text itself', async () => {
    const tie = { ...failed, id: 'board-tie:s-1', trigger: 'board-tie', subject: 's-1' };
    const folder = shopThatAsks([decision, tie], [question('q-1', 'May the price change?')]);
    const vote = ['board-tie:s-1', 'resolve-vote'];
    const lacking = [
      [/answer checkout q-1 "the text itself", or --note/, ['q-1', 'answer']],
      [/--verdict \(APPROVED, /, vote],
      [/why with --note/, [...vote, '--verdict', 'APPROVED']],
    ] as const;
    for (const [said, words] of lacking) {
      const finished = await answer(folder, ...words);
      assert.equal(finished.code, 1, finished.stderr);
      assert.match(finished.stderr, said);
    }
    const { stdout } = await answer(folder);
    assert.match(stdout, /- set-step .*--step/);
    assert.match(stdout, /- answer .*text itself/);
    assert.match(stdout, /- resolve-vote .*--verdict/);
  });

  it('says what could be answered instead, and writes nothing', async () => {
    const folder = shopThatAsks([failed]);
    const before = readFileSync(join(folder, track, 'metadata.json'), 'utf8');
    const wrong = [
      [2, /It takes: try-again, task-done/, ['task-failed:2.1', 'perhaps']],
      [2, /Say what the answer is[^]*try-again/, ['task-failed:2.1']],
      [1, /does not ask "nothing"[^]*task-failed:2\.1/, ['nothing', 'yes']],
      [1, /Which step[^]*--step \(.*EXECUTE/, ['task-failed:2.1', 'set-step']],
      [2, /--step is/, ['task-failed:2.1', 'set-step', '--step', 'SOON']],
    ] as const;
    for (const [code, said, words] of wrong) {
      const finished = await answer(folder, ...words);
      assert.equal(finished.code, code, `${words.join(' ')}: ${finished.stderr}`);
      assert.match(finished.stderr, said);
    }
    assert.equal(readFileSync(join(folder, track, 'metadata.json'), 'utf8'), before);
    assert.equal(existsSync(join(folder, track, 'questions.json')), false);
  });
});
