import { join } from 'node:path';
import { parseAuthorityMatrix } from '../../files/authorityMatrix';
import { parseQuestions, type QuestionsReading } from '../../files/questionsFile';
import type { AuthorityMatrix } from '../../model/authorityMatrix';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Question, QuestionAnswer } from '../../model/question';
import type { Track } from '../../model/track';
import { classifyQuestion, type Classification } from '../../rules/authority';
import { optionsFor } from '../../rules/escalationOptions';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { readText } from '../../store/readText';
import { escalate } from '../escalation/escalate';
import type { RunContext } from '../run/runContext';
import { consultLeads } from './consultLeads';
import { blockersOfQuestion, questionRequest } from './questionBlockers';
import {
  consultationsOf,
  isLogged,
  recordAnswer,
  recordConsultations,
  writeAnswer,
  type AnsweredQuestion,
} from './recordAnswer';

/** How often questions.json is looked at, in ms. */
const lookMs = 1000;
/** Leads that are asked at the same time; further questions wait their turn. */
const mostConsultations = 3;
/** Looks after which a file that cannot be read is not half written any more, but broken. */
const patience = 3;

export interface Attended {
  /** Questions that only the user may answer, or that a lead passed on, and that nobody has answered. */
  readonly userOnly: readonly EscalationRequest<EscalationTrigger>[];
}

/**
 * Attends to the questions of agents while they work (spec 003, "Consultation Flow"): reads the track's questions.json
 * every second until `until` settles or the run is stopped, and once more then. A new question is classified with the
 * project's authority-matrix.md, else the defaults of the spec, by its own words and its options:
 *
 * - USER_ONLY: a blocker `question:<key>`, while the step goes on and the agent waits; with `onUserQuestion: 'stop'`
 *   all agents are stopped instead, since nobody is there to answer.
 * - LEAD_CONSULT: the lead's agent decides, or it goes to the user (`lead-escalated`).
 * - ORCHESTRATOR: decided on the spot, as the agent that asks proposes: its recommendation, else the first of its
 *   options, else that it may decide by itself. The orchestrator adds no opinion of its own.
 *
 * The answer is written to questions.json first and to the audit trail second; an answer that stands there without its
 * audit entry (a broken-off run, a person with an editor) gets it. A blocker that was resolved elsewhere answers its
 * question with the words it was resolved with. Leads that are at work when `until` settles are waited for: what they
 * decide serves whoever goes on. Throws RunJournalError, and TrackGoneError of the track's source.
 */
export async function attendQuestions(context: RunContext, until: Promise<unknown>): Promise<Attended> {
  const attendance = new Attendance(context);
  const over = new AbortController();
  const end = (): void => over.abort();
  until.then(end, end);
  const signal = AbortSignal.any([over.signal, context.signal]);
  while (!signal.aborted && !attendance.stopped) {
    await attendance.look();
    if (!attendance.stopped) await context.ports.sleep(lookMs, signal);
  }
  return attendance.close();
}

/** What became of a question in this run. */
type Fate =
  | { readonly at: 'lead' }
  | { readonly at: 'user'; readonly request: EscalationRequest<EscalationTrigger> }
  /** Decided, but not yet written: the file could not be changed. */
  | { readonly at: 'delivery'; readonly decided: Decided }
  | { readonly at: 'recorded' };

interface Decided extends AnsweredQuestion {
  readonly classification: Classification;
  settle?(): Promise<void>;
}

class Attendance {
  /** It ended all agents, because a question waits for a user who is not there. */
  stopped = false;
  private readonly fates = new Map<string, Fate>();
  private readonly consultations = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;
  private readonly warned = new Set<string>();
  private readonly told = new Set<string>();
  private troubledLooks = 0;
  private last: { readonly text: string; readonly reading: QuestionsReading } | undefined;

  constructor(private readonly context: RunContext) {}

  async look(): Promise<void> {
    if (this.failure) throw this.failure.error;
    const questions = await this.read();
    if (
      questions.length === 0 ||
      questions.every(({ key, answer }) => answer && this.fates.get(key)?.at === 'recorded')
    )
      return;
    const track = await this.context.ports.tracks.read();
    let matrix: AuthorityMatrix | undefined;
    for (const question of questions) {
      const fate = this.fates.get(question.key);
      if (question.answer) {
        if (fate?.at !== 'recorded' && fate?.at !== 'lead')
          await this.complete(track, question, question.answer);
      } else if (fate?.at === 'delivery') {
        await this.deliver(track, question, fate.decided);
      } else if (fate?.at === 'user') {
        await this.fetchAnswer(track, question);
      } else if (fate === undefined) {
        matrix ??= await this.matrix();
        await this.take(track, question, matrix);
      }
      if (this.stopped) return;
    }
  }

  /** The last look, and the end of all consultations; then what is left for the user. */
  async close(): Promise<Attended> {
    do {
      await Promise.all(this.consultations);
      if (!this.stopped) await this.look();
    } while (this.consultations.size > 0);
    if (this.failure) throw this.failure.error;
    await this.dismissLeads();
    const open = new Map((await this.read()).map((question) => [question.key, question]));
    for (const [key, fate] of this.fates) {
      if (fate.at === 'delivery')
        this.warn(
          `The answer to “${key}” could not be written to questions.json; it is asked again next time.`,
        );
    }
    return {
      userOnly: [...this.fates].flatMap(([key, fate]) => {
        const question = open.get(key);
        return fate.at === 'user' && question && !question.answer ? [fate.request] : [];
      }),
    };
  }

  /** Leads that a broken-off run left behind, whose question nobody asks any more. */
  private async dismissLeads(): Promise<void> {
    const { desk, log } = this.context;
    // What a lead decided and nobody could write down yet is found with its agent, next time.
    if ([...this.fates.values()].some(({ at }) => at === 'delivery')) return;
    for (const open of log.state().open) {
      if (open.intent.role !== 'lead') continue;
      const agent = await desk.adopt(open);
      const why = 'Its question waits no more.';
      await agent?.stop('stopped', why);
      await agent?.settle('stopped', why);
    }
  }

  // --- the file ---

  private async read(): Promise<readonly Question[]> {
    const { root, trackFolder } = this.context.place;
    const read = await readText(root, join(trackFolder, 'questions.json'));
    if ('missing' in read) return [];
    if ('problem' in read) {
      this.warn(`Questions of agents cannot be answered: ${read.problem}`);
      return [];
    }
    if (this.last?.text !== read.text) this.last = { text: read.text, reading: parseQuestions(read.text) };
    const { questions, problem } = this.last.reading;
    this.troubledLooks = problem === undefined ? 0 : this.troubledLooks + 1;
    if (problem !== undefined && this.troubledLooks >= patience) this.warn(`questions.json: ${problem}`);
    return questions;
  }

  private async matrix(): Promise<AuthorityMatrix | undefined> {
    const { root } = this.context.place;
    const read = await readText(root, join(root, 'authority-matrix.md'));
    if ('missing' in read) return undefined;
    if ('problem' in read) {
      this.warn(`The defaults of spec 003 say who decides: ${read.problem}`);
      return undefined;
    }
    const matrix = parseAuthorityMatrix(read.text);
    for (const { line, message } of matrix.problems) this.warn(`authority-matrix.md:${line}: ${message}`);
    return matrix;
  }

  // --- one question ---

  private async take(track: Track, question: Question, matrix: AuthorityMatrix | undefined): Promise<void> {
    const asked = blockersOfQuestion(track.metadata?.blockers ?? [], question.key).at(-1);
    const classification = classifyQuestion(textOf(question), matrix);
    const { authority, because } = classification;
    const why = because[0]?.text ?? '';
    if (asked) {
      // An earlier run has asked the user already.
      const trigger = asked.trigger === 'lead-escalated' ? asked.trigger : 'user-only-decision';
      this.fates.set(question.key, { at: 'user', request: questionRequest(question, trigger, []) });
      this.emitQuestion(question, 'USER_ONLY', 'It was asked before.');
      await this.fetchAnswer(track, question);
      return;
    }
    if (authority === 'LEAD_CONSULT') {
      // A run that is being stopped starts no agents.
      if (this.context.signal.aborted || this.consultations.size >= mostConsultations) return;
      this.emitQuestion(question, authority, why);
      this.consult(track, question, classification);
    } else if (authority === 'ORCHESTRATOR') {
      const [answer, reasoning] = ownDecision(question);
      await this.deliver(track, question, {
        question,
        classification,
        business: classification.business,
        answer: this.signed({ answer, reasoning, answeredBy: 'orchestrator', authority }),
      });
    } else {
      this.emitQuestion(question, authority, why);
      const reasons = [`Nobody but you decides this: ${why}.`];
      await this.askUser(track, question, questionRequest(question, 'user-only-decision', reasons));
    }
  }

  private async askUser(
    track: Track,
    question: Question,
    request: EscalationRequest<EscalationTrigger>,
  ): Promise<void> {
    const { ports, place, settings, desk } = this.context;
    const result = await escalate(ports, track, [request], {
      keepStep: true,
      ...(place.registryFile === undefined ? {} : { registryFile: place.registryFile }),
    });
    // Asked all the same: the run escalates it when the step has ended.
    this.fates.set(question.key, { at: 'user', request });
    if ('refused' in result)
      this.warn(`“${question.question}” could not be written to metadata.json: ${result.refused.message}`);
    else if (result.blockers.length > 0) {
      this.context.emit({
        event: 'escalated',
        trigger: request.trigger,
        step: track.loop?.step ?? 'NOT_STARTED',
        description: request.description,
        options: optionsFor(request.trigger, request.subject).map(({ label }) => label),
      });
    }
    if (settings.onUserQuestion === 'stop') {
      this.stopped = true;
      await desk.stopAll(`A question waits for you: ${request.description}`);
    }
  }

  private consult(track: Track, question: Question, classification: Classification): void {
    this.fates.set(question.key, { at: 'lead' });
    const consultation = this.leadsDecide(track, question, classification)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.consultations.delete(consultation));
    this.consultations.add(consultation);
  }

  private async leadsDecide(track: Track, question: Question, classification: Classification): Promise<void> {
    const { ports } = this.context;
    const verdict = await consultLeads(this.context, track, question, classification);
    const stopping = this.stopped || this.context.signal.aborted;
    if ('stopped' in verdict && stopping) {
      this.fates.delete(question.key);
      return;
    }
    const now = await ports.tracks.read();
    if ('stopped' in verdict) {
      await this.askUser(
        now,
        question,
        questionRequest(question, 'lead-escalated', ['The lead was stopped.']),
      );
      return;
    }
    if ('decision' in verdict) {
      await this.deliver(now, question, {
        question,
        classification,
        business: classification.business,
        consultations: verdict.consultations,
        answer: this.signed({
          answer: verdict.decision,
          reasoning: verdict.reasoning,
          answeredBy: verdict.by,
          authority: 'LEAD_CONSULT',
        }),
        settle: () => verdict.settle(),
      });
      return;
    }
    await this.askUser(now, question, questionRequest(question, 'lead-escalated', verdict.passedOn));
    const logged = await recordConsultations(ports, now, question, verdict.consultations);
    if ('refused' in logged) this.warn(`lead_consultations of metadata.json: ${logged.refused.message}`);
    await verdict.settle();
  }

  // --- answers ---

  /** Writes what was decided, for the agent first. What cannot be written now is tried again at the next look. */
  private async deliver(track: Track, question: Question, decided: Decided): Promise<void> {
    const written = await writeAnswer(this.context.ports, track, question.key, decided.answer);
    if ('refused' in written) {
      const { code, message } = written.refused;
      if (code === 'question-answered' || code === 'question-not-found') {
        // Somebody was faster, or took the question away: the next look sees what stands there.
        this.fates.delete(question.key);
        await decided.settle?.();
      } else {
        this.fates.set(question.key, { at: 'delivery', decided });
        this.warn(`The answer to “${question.question}” is not written yet: ${message}`);
      }
      return;
    }
    const { classification, answer } = decided;
    this.emitQuestion(
      question,
      classification.authority,
      classification.because[0]?.text ?? '',
      answer.answer,
    );
    await this.record(track, decided);
    await decided.settle?.();
  }

  /** An answer stands in the file, and this run did not write it. */
  private async complete(track: Track, question: Question, answer: QuestionAnswer): Promise<void> {
    const consultations = consultationsOf(answer);
    const open = blockersOfQuestion(track.metadata?.blockers ?? [], question.key).some(
      ({ active }) => active,
    );
    const classification = classifyQuestion(textOf(question));
    const authority = consultations.some(({ lead }) => lead === 'user')
      ? 'USER_ONLY'
      : classification.authority;
    const tell = (): void =>
      this.emitQuestion(question, authority, `${answer.answeredBy ?? 'Somebody'} answered.`, answer.answer);
    if (!open && isLogged(track.metadata, question.key, consultations)) {
      if (this.fates.get(question.key)?.at === 'user') tell();
      this.fates.set(question.key, { at: 'recorded' });
      return;
    }
    tell();
    await this.record(track, { question, answer, consultations, business: classification.business });
  }

  /** A person resolved the blocker without writing to questions.json: the words that resolved it are the answer. */
  private async fetchAnswer(track: Track, question: Question): Promise<void> {
    const fate = this.fates.get(question.key);
    const blocker = blockersOfQuestion(track.metadata?.blockers ?? [], question.key).at(-1);
    if (fate?.at !== 'user' || !blocker || blocker.active) return;
    const answer = blocker.resolution?.trim();
    if (answer === undefined || answer === '') {
      await this.askUser(track, question, fate.request);
      return;
    }
    const classification = classifyQuestion(textOf(question));
    await this.deliver(track, question, {
      question,
      classification: { ...classification, authority: 'USER_ONLY' },
      business: classification.business,
      answer: this.signed({ answer, answeredBy: blocker.answeredBy ?? 'user', authority: 'USER_ONLY' }),
    });
  }

  private async record(track: Track, answered: AnsweredQuestion): Promise<void> {
    const { ports } = this.context;
    this.fates.set(answered.question.key, { at: 'recorded' });
    const recorded = await recordAnswer(ports, track, answered);
    if ('refused' in recorded) {
      // The next look finds an answer without its entry, and tries again.
      this.fates.delete(answered.question.key);
      this.warn(
        `The answer to “${answered.question.question}” is not in the audit trail: ${recorded.refused.message}`,
      );
    } else recorded.warnings.forEach((warning) => this.warn(warning));
  }

  private signed(answer: Omit<QuestionAnswer, 'answeredAt'>): QuestionAnswer {
    return { ...answer, answeredAt: this.context.ports.clock().toISOString() };
  }

  // --- telling ---

  private emitQuestion(
    question: Question,
    authority: Classification['authority'],
    why: string,
    answer?: string,
  ): void {
    const telling = JSON.stringify([question.key, answer]);
    if (this.told.has(telling)) return;
    this.told.add(telling);
    this.context.emit({
      event: 'question',
      id: question.key,
      question: question.question,
      authority,
      ...(answer === undefined ? {} : { answer }),
      why,
    });
  }

  /** Each message once in a run of this. */
  private warn(message: string): void {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.context.emit({ event: 'warning', message });
  }
}

/** What decides who decides: the question and what may become of it. Its context may speak of anything. */
function textOf({ question, options, recommendation }: Question): string {
  return [question, ...options, ...(recommendation === undefined ? [] : [recommendation])].join('\n');
}

function ownDecision({ options, recommendation }: Question): readonly [string, string] {
  if (recommendation !== undefined) return [recommendation, 'As the agent that asked recommends.'];
  const [first] = options;
  if (first !== undefined) return [first, 'The first option of the agent that asked.'];
  return ['Decide yourself: it is within your authority.', 'Nothing was proposed.'];
}
