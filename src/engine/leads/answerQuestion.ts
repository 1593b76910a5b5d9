import { parseQuestions, sameWords } from '../../files/questionsFile';
import type { EditRefusal } from '../../model/edit';
import type { Track } from '../../model/track';
import { classifyQuestion } from '../../rules/authority';
import { isWordless } from '../../rules/escalationOptions';
import type { TrackChangeResult } from '../blockTrack';
import { metadataFileOf, trackRefusal } from '../metadataEdit';
import type { Ports } from '../ports';
import { questionsFileOf, readQuestions } from './readQuestions';
import { recordAnswer, writeAnswer } from './recordAnswer';

export interface PersonsAnswer {
  /** Key of the question: `subject` of the blocker that asks it. */
  readonly questionId: string;
  /** The question, as it was shown to who answers: the file may hold another one with this key by now. */
  readonly question: string;
  readonly answer: string;
  /** Why: for the agent, the audit trail and the decision log. */
  readonly reasoning?: string;
  /** Who answers. */
  readonly by: string;
}

/**
 * A person answers a question of an agent in place: first questions.json, which the agent that asked reads, then the
 * decision log, then metadata.json with the audit entry (`lead: "user"`) and the blocker resolved. The same answer again
 * completes what was broken off and is written once.
 *
 * Refuses `answer-empty` (also for a bare “resolved”, unless that is one of the question's options), `question-not-found`, `question-answered` (with another answer) and what the editor refuses.
 */
export async function answerQuestion(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: PersonsAnswer,
): Promise<TrackChangeResult> {
  const refused = trackRefusal(track);
  if (refused) return { refused };
  const text = o.answer.trim();
  const by = o.by.trim() || 'user';
  if (text === '') return refusal('answer-empty', 'Say what the answer is: the agent that asked reads it.');
  if (isWordless(text) && !(await isOption(track, o, text))) {
    return refusal(
      'answer-empty',
      `“${text}” tells the agent that asked nothing. Say what you decide, in words that it can go by.`,
    );
  }
  const reasoning = o.reasoning?.trim() || undefined;
  const answer = {
    ...(reasoning === undefined ? {} : { reasoning }),
    answer: text,
    answeredBy: by,
    answeredAt: ports.clock().toISOString(),
    authority: 'USER_ONLY',
  };
  const file = questionsFileOf(track);
  const written = await writeAnswer(ports, track, { key: o.questionId, question: o.question }, answer);
  if ('refused' in written) {
    return written.refused.code === 'file-missing'
      ? refusal('question-not-found', `${file} is not there (any more), so the answer has no place to go to.`)
      : written;
  }
  const question = parseQuestions(written.after ?? '').questions.find(
    (known) => known.key === o.questionId && sameWords(known.question, o.question),
  );
  if (!question)
    return refusal('question-not-found', `The question “${o.questionId}” is not in ${file} (any more).`);
  const recorded = await recordAnswer(ports, track, {
    question,
    // When it was answered before, what stands there counts.
    answer: question.answer ?? answer,
    business: classifyQuestion(question.question).business,
  });
  if ('refused' in recorded) {
    return refusal(
      recorded.refused.code,
      `The answer stands in ${file}, where the agent reads it, but was not recorded in metadata.json: ${recorded.refused.message} Answer again to complete it.`,
    );
  }
  return {
    why: `“${question.question}” is answered: ${text}`,
    files: [...(written.changed ? [file] : []), ...(recorded.changed ? [metadataFileOf(track)] : [])],
    warnings: [
      ...recorded.warnings,
      ...(reasoning === undefined || question.answer?.reasoning === reasoning
        ? []
        : [`The question was answered so before, and your note was not added: ${reasoning}`]),
    ],
  };
}

async function isOption(
  track: Track,
  { questionId, question }: PersonsAnswer,
  text: string,
): Promise<boolean> {
  const { questions } = await readQuestions(track);
  return questions.some(
    (known) =>
      known.key === questionId &&
      sameWords(known.question, question) &&
      known.options.some((option) => sameWords(option.toLowerCase(), text.toLowerCase())),
  );
}

function refusal(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
