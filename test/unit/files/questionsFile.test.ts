import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerQuestionEdits, parseQuestions } from '../../../src/files/questionsFile';
import { applyEdits } from '../../../src/files/textEdit';

const answer = {
  answer: 'Postgres',
  answeredBy: 'tech-lead',
  answeredAt: '2026-02-01T12:00:00.000Z',
  authority: 'LEAD_CONSULT',
};
const after = (text: string, key: string, more = {}): string => {
  const question = parseQuestions(text).questions.find((one) => one.key === key)!;
  const result = answerQuestionEdits(text, question, { ...answer, ...more });
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
};

describe('questions.json: reading', () => {
  it('a list, or a list under `questions`; options as texts or objects; context as text or list', () => {
    const entry = {
      id: 'q1',
      question: ' Which store? ',
      options: ['A', { label: 'B' }],
      context: ['one', 'two'],
      recommendation: 'A',
      asked_by: 'worker-1',
      asked_at: '2026-02-01T00:00:00Z',
    };
    const read = {
      key: 'q1',
      question: 'Which store?',
      context: 'one\ntwo',
      options: ['A', 'B'],
      recommendation: 'A',
      askedBy: 'worker-1',
      askedAt: '2026-02-01T00:00:00Z',
      places: [0],
    };
    assert.deepEqual(parseQuestions(JSON.stringify([entry])), { questions: [read] });
    assert.deepEqual(parseQuestions(JSON.stringify({ v: 1, questions: [entry] })), { questions: [read] });
  });

  it('keys are unique and fit for an id; the same question asked twice is one', () => {
    const { questions } = parseQuestions(
      JSON.stringify([
        { id: 'q1', question: 'A?' },
        { id: 'q1', question: 'B?' },
        { question: 'May I $(rm -rf /)\n?' },
        { id: 'q1', question: 'A?' },
        { id: '../../x', question: 'C?' },
        { id: 7, question: 'D?' },
      ]),
    );
    assert.deepEqual(
      questions.map(({ key, places }) => [key, ...places]),
      [
        ['q1', 0, 3],
        ['q1-2', 1],
        ['may-i-rm-rf', 2],
        ['x', 4],
        ['7', 5],
      ],
    );
  });

  it('an empty answer is none; numbers, truth values and lists are answers', () => {
    const of = (value: unknown) =>
      parseQuestions(JSON.stringify([{ question: 'A?', answer: value }])).questions[0]!.answer?.answer;
    assert.deepEqual(
      [of(null), of(''), of(' '), of([]), of(0), of(false), of(['a', 'b']), of('yes')],
      [undefined, undefined, undefined, undefined, '0', 'false', 'a, b', 'yes'],
    );
  });

  it('half a file, no list, entries that are no questions and far too many: said, never thrown', () => {
    assert.deepEqual(parseQuestions(''), { questions: [] });
    assert.match(parseQuestions('[{"question": "A?"').problem!, /not valid JSON/);
    assert.match(parseQuestions('{"a": 1}').problem!, /neither/);
    const some = parseQuestions('[null, 7, "x", {"id": "q"}, {"question": "A?"}]');
    assert.equal(some.questions.length, 1);
    assert.match(some.problem!, /4 of its entries have no/);
    const many = JSON.stringify(Array.from({ length: 501 }, (_, i) => ({ question: `Q${i}?` })));
    assert.equal(parseQuestions(many).questions.length, 500);
    assert.match(parseQuestions(many).problem!, /501 entries/);
    assert.equal(
      parseQuestions(JSON.stringify([{ question: 'x'.repeat(1e6) }])).questions[0]!.question.length,
      4001,
    );
  });

  it('never throws, and every key is there once (property)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const keys = parseQuestions(text).questions.map(({ key }) => key);
        assert.equal(new Set(keys).size, keys.length);
      }),
    );
  });
});

describe('questions.json: answering', () => {
  const text =
    '[\r\n  {"id": "q1", "question": "Which?", "own": [1, 2]},\r\n  {"id": "q2", "question": "B?"}\r\n]\r\n';

  it('adds its keys to the entry and touches nothing else: line ends, layout and unknown keys stay', () => {
    const done = after(text, 'q1');
    assert.equal(
      done,
      text.replace(
        '"own": [1, 2]',
        '"own": [1, 2], "answer": "Postgres", "answered_by": "tech-lead", "answered_at": "2026-02-01T12:00:00.000Z", "authority": "LEAD_CONSULT"',
      ),
    );
    assert.deepEqual(parseQuestions(done).questions[0]!.answer, answer);
  });

  it('twice is once; another answer is refused with what stands there; an unknown key is refused', () => {
    const done = after(text, 'q1');
    const asked = parseQuestions(text).questions[0]!;
    assert.equal(after(done, 'q1', { answeredAt: 'later' }), done);
    const other = answerQuestionEdits(done, asked, { ...answer, answer: 'MySQL' });
    assert.ok('refused' in other);
    assert.equal(other.refused.code, 'question-answered');
    assert.match(other.refused.message, /Postgres/);
    const none = answerQuestionEdits(text, { ...asked, key: 'q9' }, answer);
    assert.ok('refused' in none && none.refused.code === 'question-not-found');
    // Another agent counts from q1 again.
    const another = answerQuestionEdits(text, { key: 'q1', question: 'Remove the login?' }, answer);
    assert.ok('refused' in another && another.refused.code === 'question-not-found');
  });

  it('invalid JSON is never written; a question asked twice is answered in both places', () => {
    const invalid = answerQuestionEdits(
      '[{"id": "q1", "question": "A?"},]',
      { key: 'q1', question: 'A?' },
      answer,
    );
    assert.ok('refused' in invalid && invalid.refused.code === 'json-invalid');
    const twice = JSON.parse(
      after('{"questions": [{"id": "q", "question": "A?"}, {"id": "q", "question": "A?"}]}', 'q'),
    ) as { questions: { answer: string }[] };
    assert.deepEqual(
      twice.questions.map((entry) => entry.answer),
      ['Postgres', 'Postgres'],
    );
  });
});
