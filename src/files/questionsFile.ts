import type { EditRefusal, EditResult } from '../model/edit';
import type { Question, QuestionAnswer } from '../model/question';
import { jsonEdits } from './jsonEdit';
import { readJson } from './jsonText';
import { field, jsonOf, recordOf, textField, textOf, textsOf, timeField } from './looseValues';
import { slugOf } from './slug';

/**
 * questions.json of a track: a list of `{id, question, context?, options?, recommendation?, asked_by, asked_at}` that
 * agents append to, alone or under the key `questions`. Its answer is written into the entry itself: `answer`,
 * `answered_by`, `answered_at`, `authority`, `reasoning`. Every other key is somebody else's and stays.
 */

/** More questions than this in one file are not looked at: no run asks so many. */
const mostQuestions = 500;
/** Characters of a text that are kept; what is longer is cut. */
const longestText = 4000;

export interface QuestionsReading {
  readonly questions: readonly Question[];
  /** Why not everything could be read, in a sentence. With it, and no question, the file may be half written. */
  readonly problem?: string;
}

/** Never throws. An empty file holds no questions. */
export function parseQuestions(text: string): QuestionsReading {
  if (text.trim() === '') return { questions: [] };
  const read = readJson(text);
  if (read.invalid) return { questions: [], problem: read.problem?.message ?? 'It is not valid JSON.' };
  const list = listOf(read.value)?.list;
  if (!list) return { questions: [], problem: 'It is neither a list of questions nor an object with one.' };
  const drafts = new Map<string, Question>();
  const taken = new Set<string>();
  let unread = 0;
  for (const [place, item] of list.slice(0, mostQuestions).entries()) {
    const record = recordOf(item);
    const question = textField(record, 'question', 'text')?.trim();
    if (!record || question === undefined) {
      unread += 1;
      continue;
    }
    const id = textField(record, 'id');
    const context = contextOf(field(record, 'context'));
    const identity = JSON.stringify([id ?? null, question, context ?? null]);
    const known = drafts.get(identity);
    const answer = answerOf(field(record, 'answer'));
    if (known) {
      drafts.set(identity, {
        ...known,
        ...(known.answer || answer === undefined ? {} : { answer: answered(record, answer) }),
        places: [...known.places, place],
      });
      continue;
    }
    const recommendation = textField(record, 'recommendation', 'recommended', 'default');
    const askedBy = textField(record, 'asked_by', 'from', 'worker_id');
    const askedAt = timeField(record, 'asked_at', 'timestamp');
    const task = textField(record, 'task_id', 'task');
    drafts.set(identity, {
      key: keyOf(id ?? question, taken),
      question: cut(question),
      ...(context === undefined ? {} : { context: cut(context) }),
      options: textsOf(field(record, 'options'), 'label', 'option', 'text', 'description', 'id')
        .slice(0, 20)
        .map(cut),
      ...(recommendation === undefined ? {} : { recommendation: cut(recommendation) }),
      ...(askedBy === undefined ? {} : { askedBy: cut(askedBy) }),
      ...(askedAt === undefined ? {} : { askedAt }),
      ...(task === undefined ? {} : { task: cut(task) }),
      ...(answer === undefined ? {} : { answer: answered(record, answer) }),
      places: [place],
    });
  }
  const problem =
    list.length > mostQuestions
      ? `It holds ${list.length} entries; only the first ${mostQuestions} are looked at. Remove old ones.`
      : unread > 0
        ? `${unread} of its entries ${unread === 1 ? 'has' : 'have'} no \`question\`.`
        : undefined;
  return { questions: [...drafts.values()], ...(problem === undefined ? {} : { problem }) };
}

/** Whether two texts ask the same; white space does not matter. */
export function sameWords(one: string, other: string): boolean {
  const plain = (text: string): string => text.trim().replace(/\s+/g, ' ');
  return plain(one) === plain(other);
}

/**
 * Writes the answer into the entry of the question (every one, when it was asked more than once in the same words). It
 * says so already: no edits. A question with this key and other words is not answered: it is another one. Refuses `question-not-found`, `question-answered` (with another answer) and `json-invalid`.
 */
export function answerQuestionEdits(
  text: string,
  asked: Pick<Question, 'key' | 'question'>,
  answer: QuestionAnswer,
): EditResult {
  const { key } = asked;
  const question = parseQuestions(text).questions.find(
    (candidate) => candidate.key === key && sameWords(candidate.question, asked.question),
  );
  const read = readJson(text);
  if (!question && !read.invalid)
    return refuse('question-not-found', `The question “${key}” is not in questions.json (any more).`);
  if (question?.answer && question.answer.answer.trim() !== answer.answer.trim()) {
    const by = question.answer.answeredBy;
    return refuse(
      'question-answered',
      `The question “${key}” was answered already${by ? ` by ${by}` : ''}: ${question.answer.answer}`,
    );
  }
  const { list, path } = listOf(read.value) ?? { list: [], path: [] };
  const written: Record<string, string | undefined> = {
    answer: answer.answer,
    answered_by: answer.answeredBy,
    answered_at: answer.answeredAt,
    authority: answer.authority,
    reasoning: answer.reasoning,
  };
  const places = (question?.places ?? []).filter(
    (place) => answerOf(field(recordOf(list[place]), 'answer')) === undefined,
  );
  return jsonEdits(
    text,
    places.flatMap((place) =>
      Object.entries(written).flatMap(([name, value]) =>
        value === undefined ? [] : [{ path: [...path, place, name], value }],
      ),
    ),
  );
}

function listOf(root: unknown): { list: readonly unknown[]; path: readonly string[] } | undefined {
  if (Array.isArray(root)) return { list: root as unknown[], path: [] };
  const inside = field(recordOf(root), 'questions');
  return Array.isArray(inside) ? { list: inside as unknown[], path: ['questions'] } : undefined;
}

function answered(record: Readonly<Record<string, unknown>>, answer: string): QuestionAnswer {
  const [answeredBy, answeredAt, authority, reasoning] = [
    textField(record, 'answered_by'),
    timeField(record, 'answered_at'),
    textField(record, 'authority'),
    textField(record, 'reasoning'),
  ];
  return {
    answer,
    ...(answeredBy === undefined ? {} : { answeredBy: cut(answeredBy) }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(authority === undefined ? {} : { authority: cut(authority) }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

function answerOf(value: unknown): string | undefined {
  const record = recordOf(value);
  return record ? jsonOf(record) : textOf(Array.isArray(value) ? textsOf(value).join(', ') : value);
}

function contextOf(value: unknown): string | undefined {
  const texts = Array.isArray(value) ? textsOf(value) : undefined;
  return texts ? texts.join('\n') || undefined : answerOf(value);
}

function keyOf(wanted: string, taken: Set<string>): string {
  const start = /^[A-Za-z0-9][\w.:-]{0,99}$/.test(wanted) ? wanted : slugOf(wanted);
  let key = start;
  for (let n = 2; taken.has(key); n += 1) key = `${start}-${n}`;
  taken.add(key);
  return key;
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function refuse(code: string, message: string): { refused: EditRefusal } {
  return { refused: { code, message } };
}
