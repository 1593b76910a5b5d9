import { blockersOfQuestion } from '../engine/leads/questionBlockers';
import { readQuestions } from '../engine/leads/readQuestions';
import type { Blocker } from '../model/loopState';
import type { Question } from '../model/question';
import type { Track } from '../model/track';

/** What a track asks a person. */
export interface Asked {
  readonly blockers: readonly Blocker[];
  /** Those that no blocker asks. */
  readonly questions: readonly Question[];
  /** Why questions.json could not be read, in a sentence. */
  readonly unreadable?: string;
}

export async function askedOf(track: Track): Promise<Asked> {
  const blockers = (track.metadata?.blockers ?? []).filter(({ active }) => active);
  if (track.folder === undefined) return { blockers, questions: [] };
  const { questions, unreadable } = await readQuestions(track);
  return {
    blockers,
    questions: questions.filter(
      (question) => question.answer === undefined && blockersOfQuestion(blockers, question).length === 0,
    ),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}
