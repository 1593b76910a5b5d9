import type { Question, QuestionAnswer } from '../../model/question';
import type { Track } from '../../model/track';
import { classifyQuestion } from '../../rules/authority';
import type { RunContext } from '../run/runContext';
import { blockersOfQuestion } from './questionBlockers';
import type { Decided, QuestionFates } from './questionFates';
import type { QuestionTelling } from './questionTelling';
import { consultationsOf, isLogged, recordAnswer, writeAnswer, type AnsweredQuestion } from './recordAnswer';

/** Brings answers to where they are read: questions.json first, then the audit trail. */
export class QuestionAnswers {
  constructor(
    private readonly context: Pick<RunContext, 'ports'>,
    private readonly fates: QuestionFates,
    private readonly telling: QuestionTelling,
  ) {}

  /** Writes what was decided, for the agent first. What cannot be written now is tried again at the next look. */
  async deliver(track: Track, question: Question, decided: Decided): Promise<void> {
    const written = await writeAnswer(this.context.ports, track, question, decided.answer);
    if ('refused' in written) {
      const { code, message } = written.refused;
      if (code === 'question-answered' || code === 'question-not-found') {
        // Somebody was faster, or took the question away: the next look sees what stands there.
        this.fates.forget(question);
        await decided.settle?.();
      } else {
        this.fates.set(question, { at: 'delivery', decided });
        this.telling.warning(`The answer to “${question.question}” is not written yet: ${message}`);
      }
      return;
    }
    const { classification, answer } = decided;
    this.telling.question(
      question,
      classification.authority,
      classification.because[0]?.text ?? '',
      answer.answer,
    );
    await this.record(track, decided);
    await decided.settle?.();
  }

  /** An answer stands in the file, and this run did not write it. */
  async complete(track: Track, question: Question, answer: QuestionAnswer): Promise<void> {
    const consultations = consultationsOf(answer);
    const open = blockersOfQuestion(track.metadata?.blockers ?? [], question).some(({ active }) => active);
    const classification = classifyQuestion(textOf(question));
    const authority = consultations.some(({ lead }) => lead === 'user')
      ? 'USER_ONLY'
      : classification.authority;
    const tell = (): void =>
      this.telling.question(
        question,
        authority,
        `${answer.answeredBy ?? 'Somebody'} answered.`,
        answer.answer,
      );
    if (!open && isLogged(track.metadata, question, consultations)) {
      if (this.fates.of(question)?.at === 'user') tell();
      this.fates.set(question, { at: 'recorded' });
      return;
    }
    tell();
    await this.record(track, { question, answer, consultations, business: classification.business });
  }

  private async record(track: Track, answered: AnsweredQuestion): Promise<void> {
    const { ports } = this.context;
    const recorded = await recordAnswer(ports, track, answered);
    if ('refused' in recorded) {
      // The next look finds an answer without its entry, and tries again.
      this.fates.forget(answered.question);
      this.telling.warning(
        `The answer to “${answered.question.question}” is not in the audit trail: ${recorded.refused.message}`,
      );
      return;
    }
    this.fates.set(answered.question, { at: 'recorded' });
    for (const warning of recorded.warnings) this.telling.warning(warning);
  }

  signed(answer: Omit<QuestionAnswer, 'answeredAt'>): QuestionAnswer {
    return { ...answer, answeredAt: this.context.ports.clock().toISOString() };
  }
}

/** What decides who decides: the question and what may become of it. Its context may speak of anything. */
export function textOf({ question, options, recommendation }: Question): string {
  return [question, ...options, ...(recommendation === undefined ? [] : [recommendation])].join('\n');
}
