import { join } from 'node:path';
import { parseAuthorityMatrix } from '../../files/authorityMatrix';
import type { AuthorityMatrix } from '../../model/authorityMatrix';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Question } from '../../model/question';
import type { Track } from '../../model/track';
import { classifyQuestion, type Classification } from '../../rules/authority';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { readText } from '../../store/readText';
import { escalate } from '../escalation/escalate';
import type { RunContext } from '../run/runContext';
import { askingAgents } from './askingAgents';
import { consultLeads } from './consultLeads';
import { isDiskTrouble } from './diskTrouble';
import { QuestionAnswers, textOf } from './questionAnswers';
import { blockersOfQuestion, questionRequest, wordsGiven } from './questionBlockers';
import { QuestionFates } from './questionFates';
import { identityOf } from './questionIdentity';
import { QuestionTelling } from './questionTelling';
import { readQuestions, type QuestionsOnDisk } from './readQuestions';
import { recordConsultations } from './recordAnswer';

/** How often questions.json is looked at, in ms. */
const lookMs = 1000;
/** Leads that are asked at the same time; further questions wait their turn. */
const mostConsultations = 3;
/** Looks after which a file that cannot be read is not half written any more, but broken. */
const patience = 3;

export interface Attended {
  /** Questions that only the user may answer, or that a lead passed on, and that nobody has answered. */
  readonly userOnly: readonly EscalationRequest<EscalationTrigger>[];
  /** With `onUserQuestion: 'stop'`: a question waited for the user, so who had asked it was stopped. */
  readonly heldUp?: true;
}

/**
 * Attends to the questions of agents while they work (spec 003, "Consultation Flow"): reads the track's questions.json
 * every second until `until` settles or the run is stopped, and once more then. A new question is classified with the
 * project's authority-matrix.md, else the defaults of the spec, by its own words and its options:
 *
 * - USER_ONLY: a blocker `question:<key>`, while the step goes on and the agent waits; with `onUserQuestion: 'stop'`
 *   the agent that asked is stopped instead, since nobody is there to answer. Others end what they are at, and `hold`
 *   says that nothing more is to be started.
 * - LEAD_CONSULT: the lead's agent decides, or it goes to the user (`lead-escalated`).
 * - ORCHESTRATOR: decided on the spot, as the agent that asks proposes: its recommendation, else the first of its
 *   options, else that it may decide by itself. The orchestrator adds no opinion of its own.
 *
 * The answer is written to questions.json first and to the audit trail second; an answer that stands there without its
 * audit entry (a broken-off run, a person with an editor) gets it. A blocker that was resolved elsewhere answers its
 * question with the words it was resolved with. While a question waits for the user, the time of the agent that asked
 * does not count.
 *
 * Leads that are at work when `until` resolves are waited for: what they decide serves whoever goes on. When it rejects,
 * they are stopped. Whatever becomes of it, nothing is written any more when this has settled. What the disk or the
 * journal refuses is a warning; it throws for defects only.
 */
export async function attendQuestions(
  context: RunContext,
  until: Promise<unknown>,
  hold: () => void = () => undefined,
): Promise<Attended> {
  const attendance = new Attendance(context, hold);
  const over = new AbortController();
  const end = (): void => over.abort();
  until.then(end, () => {
    attendance.breakOff();
    end();
  });
  const signal = AbortSignal.any([over.signal, context.signal]);
  try {
    while (!signal.aborted) {
      await attendance.look();
      await context.ports.sleep(lookMs, signal);
    }
    return await attendance.close();
  } catch (error) {
    attendance.breakOff();
    await attendance.leadsEnd();
    throw error;
  }
}

class Attendance {
  /** A question waited for a user who is not there. */
  private heldUp = false;
  private brokenOff = false;
  private readonly fates = new QuestionFates();
  private readonly consultations = new Map<string, Promise<void>>();
  private readonly telling: QuestionTelling;
  private readonly answers: QuestionAnswers;
  private failure: { readonly error: unknown } | undefined;
  private troubledLooks = 0;
  private last: QuestionsOnDisk | undefined;

  constructor(
    private readonly context: RunContext,
    private readonly hold: () => void,
  ) {
    this.telling = new QuestionTelling(context);
    this.answers = new QuestionAnswers(context, this.fates, this.telling);
  }

  async look(): Promise<void> {
    if (this.failure) throw this.failure.error;
    try {
      const questions = await this.read();
      await this.attendTo(questions);
      // A file that nobody can read for a moment takes no question back.
      const legible = questions.length > 0 || (!this.last?.problem && !this.last?.unreadable);
      if (!legible) return;
      const waiting = this.waiting(questions);
      if (this.context.settings.onUserQuestion === 'stop') this.sendHome(questions, waiting);
      else await this.context.desk.letWait(waiting);
    } catch (error) {
      this.withstand(error);
    }
  }

  /** Who this was for has failed: no lead is started any more, and those at work are stopped. */
  breakOff(): void {
    this.brokenOff = true;
  }

  /** The last look, and the end of all consultations; then what is left for the user. */
  async close(): Promise<Attended> {
    if (!this.brokenOff) await this.look();
    await this.leadsEnd();
    if (this.failure) throw this.failure.error;
    if (!this.brokenOff) await this.dismissLeads().catch((error: unknown) => this.withstand(error));
    for (const { question } of this.fates.undelivered()) {
      this.telling.warning(
        `The answer to “${question.key}” could not be written to questions.json; it is asked again next time.`,
      );
    }
    return {
      ...(this.heldUp ? { heldUp: true } : {}),
      userOnly: (await this.read()).flatMap((question) => {
        const fate = this.fates.of(question);
        return fate?.at === 'user' && !question.answer ? [fate.request] : [];
      }),
    };
  }

  /** Resolves when no lead is at work; what they decide is written. */
  async leadsEnd(): Promise<void> {
    while (this.consultations.size > 0) {
      const ended = Promise.all(this.consultations.values());
      if (this.brokenOff) {
        const leads = this.context.desk.running.filter(({ job }) => job.role === 'lead');
        await Promise.all(leads.map((lead) => lead.stop('stopped', 'What it was asked for was broken off.')));
        // One may be just about to start.
        await Promise.race([ended, this.context.ports.sleep(lookMs)]);
      } else {
        await ended;
        if (!this.failure) await this.look();
      }
    }
  }

  private async attendTo(questions: readonly Question[]): Promise<void> {
    const isDone = (question: Question): boolean =>
      question.answer !== undefined && this.fates.of(question)?.at === 'recorded';
    if (questions.every(isDone)) return;
    const track = await this.context.ports.tracks.read();
    let matrix: AuthorityMatrix | undefined;
    for (const question of questions) {
      const fate = this.fates.of(question);
      if (question.answer) {
        const atLead = fate?.at === 'lead' && this.consultations.has(identityOf(question));
        if (fate?.at !== 'recorded' && !atLead) await this.answers.complete(track, question, question.answer);
      } else if (fate?.at === 'delivery') {
        await this.answers.deliver(track, question, fate.decided);
      } else if (fate?.at === 'user') {
        await this.fetchAnswer(track, question);
      } else if (fate === undefined) {
        matrix ??= await this.matrix();
        await this.take(track, question, matrix);
      }
    }
  }

  /** Ids of the agents whose questions the user has not answered. */
  private waiting(questions: readonly Question[]): ReadonlySet<string> {
    const open = questions.filter((question) => !question.answer && this.fates.of(question)?.at === 'user');
    return new Set(open.flatMap((question) => askingAgents(question, this.context)));
  }

  /** Nobody is there to answer: who waits for the user ends, and the answer is there when it is started again. */
  private sendHome(questions: readonly Question[], waiting: ReadonlySet<string>): void {
    const open = questions.find((question) => !question.answer && this.fates.of(question)?.at === 'user');
    if (!open) return;
    this.heldUp = true;
    this.hold();
    for (const agent of this.context.desk.running)
      if (waiting.has(agent.job.id)) void agent.stop('stopped', `A question waits for you: ${open.question}`);
  }

  private get stopping(): boolean {
    return this.brokenOff || this.context.signal.aborted;
  }

  /** What the disk does is no reason to leave the agents: whoever needs that file as well says so. Throws the rest. */
  private withstand(error: unknown): void {
    if (!isDiskTrouble(error)) throw error;
    this.telling.warning(`Questions of agents could not be attended to: ${error.message}`);
  }

  /** Leads that a broken-off run left behind, whose question nobody asks any more. */
  private async dismissLeads(): Promise<void> {
    const { desk, log } = this.context;
    // What a lead decided and nobody could write down yet is found with its agent, next time.
    if (this.fates.undelivered().length > 0) return;
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
    const { root, trackFolder: folder } = this.context.place;
    this.last = await readQuestions({ root, folder }, this.last);
    const { questions, problem, unreadable } = this.last;
    if (unreadable !== undefined)
      this.telling.warning(`Questions of agents cannot be answered: ${unreadable}`);
    this.troubledLooks = problem === undefined ? 0 : this.troubledLooks + 1;
    if (problem !== undefined && this.troubledLooks >= patience)
      this.telling.warning(`questions.json: ${problem}`);
    return questions;
  }

  private async matrix(): Promise<AuthorityMatrix | undefined> {
    const { root } = this.context.place;
    const read = await readText(root, join(root, 'authority-matrix.md'));
    if ('missing' in read) return undefined;
    if ('problem' in read) {
      this.telling.warning(`The defaults of spec 003 say who decides: ${read.problem}`);
      return undefined;
    }
    const matrix = parseAuthorityMatrix(read.text);
    for (const { line, message } of matrix.problems)
      this.telling.warning(`authority-matrix.md:${line}: ${message}`);
    return matrix;
  }

  // --- one question ---

  private async take(track: Track, question: Question, matrix: AuthorityMatrix | undefined): Promise<void> {
    const blockers = track.metadata?.blockers ?? [];
    const asked = blockersOfQuestion(blockers, question).at(-1);
    const classification = classifyQuestion(textOf(question), matrix);
    const { authority, because } = classification;
    const why = because[0]?.text ?? '';
    if (asked) {
      // An earlier run has asked the user already.
      const trigger = asked.trigger === 'lead-escalated' ? asked.trigger : 'user-only-decision';
      this.fates.set(question, { at: 'user', request: questionRequest(question, trigger, [], track) });
      this.telling.question(question, 'USER_ONLY', 'It was asked before.');
      await this.fetchAnswer(track, question);
      return;
    }
    if (authority === 'LEAD_CONSULT') {
      // A run that is being stopped starts no agents.
      if (this.stopping || this.consultations.size >= mostConsultations) return;
      this.telling.question(question, authority, why);
      this.consult(track, question, classification);
    } else if (authority === 'ORCHESTRATOR') {
      const [answer, reasoning] = ownDecision(question);
      await this.answers.deliver(track, question, {
        question,
        classification,
        business: classification.business,
        answer: this.answers.signed({ answer, reasoning, answeredBy: 'orchestrator', authority }),
      });
    } else {
      this.telling.question(question, authority, why);
      const reasons = [`Nobody but you decides this: ${why}.`];
      await this.askUser(track, question, questionRequest(question, 'user-only-decision', reasons, track));
    }
  }

  private async askUser(
    track: Track,
    question: Question,
    request: EscalationRequest<EscalationTrigger>,
  ): Promise<void> {
    const { ports, place } = this.context;
    const result = await escalate(ports, track, [request], {
      keepStep: true,
      ...(place.registryFile === undefined ? {} : { registryFile: place.registryFile }),
    });
    // Asked all the same: the run escalates it when the step has ended.
    this.fates.set(question, { at: 'user', request });
    if ('refused' in result)
      this.telling.warning(
        `“${question.question}” could not be written to metadata.json: ${result.refused.message}`,
      );
    else if (result.blockers.length > 0) {
      this.telling.escalated(request, track.loop?.step ?? 'NOT_STARTED');
    }
  }

  private consult(track: Track, question: Question, classification: Classification): void {
    this.fates.set(question, { at: 'lead' });
    const id = identityOf(question);
    const consultation = this.leadsDecide(track, question, classification)
      // Disk trouble: nobody is asked again in this run, so that no lead is started at every look.
      .catch((error: unknown) => this.withstand(error))
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.consultations.delete(id));
    this.consultations.set(id, consultation);
  }

  private async leadsDecide(track: Track, question: Question, classification: Classification): Promise<void> {
    const { ports } = this.context;
    const verdict = await consultLeads(this.context, track, question, classification);
    if ('stopped' in verdict && this.stopping) {
      this.fates.forget(question);
      return;
    }
    const now = await ports.tracks.read();
    if ('stopped' in verdict) {
      await this.askUser(
        now,
        question,
        questionRequest(question, 'lead-escalated', ['The lead was stopped.'], now),
      );
      return;
    }
    if ('decision' in verdict) {
      await this.answers.deliver(now, question, {
        question,
        classification,
        business: classification.business,
        consultations: verdict.consultations,
        answer: this.answers.signed({
          answer: verdict.decision,
          reasoning: verdict.reasoning,
          answeredBy: verdict.by,
          authority: 'LEAD_CONSULT',
        }),
        settle: () => verdict.settle(),
      });
      return;
    }
    const request = questionRequest(question, 'lead-escalated', verdict.passedOn, now);
    await this.askUser(now, question, request);
    const logged = await recordConsultations(ports, now, question, verdict.consultations);
    if ('refused' in logged)
      this.telling.warning(`lead_consultations of metadata.json: ${logged.refused.message}`);
    await verdict.settle();
  }

  // --- answers ---

  /** A person resolved the blocker without writing to questions.json: the words that resolved it are the answer. */
  private async fetchAnswer(track: Track, question: Question): Promise<void> {
    const fate = this.fates.of(question);
    const blocker = blockersOfQuestion(track.metadata?.blockers ?? [], question).at(-1);
    if (fate?.at !== 'user' || !blocker || blocker.active) return;
    const answer = wordsGiven(blocker, question);
    if (answer === undefined) {
      await this.askUser(track, question, fate.request);
      return;
    }
    const classification = classifyQuestion(textOf(question));
    await this.answers.deliver(track, question, {
      question,
      classification: { ...classification, authority: 'USER_ONLY' },
      business: classification.business,
      answer: this.answers.signed({
        answer,
        answeredBy: blocker.answeredBy ?? 'user',
        authority: 'USER_ONLY',
      }),
    });
  }
}

function ownDecision({ options, recommendation }: Question): readonly [string, string] {
  if (recommendation !== undefined) return [recommendation, 'As the agent that asked recommends.'];
  const [first] = options;
  if (first !== undefined) return [first, 'The first option of the agent that asked.'];
  return ['Decide yourself: it is within your authority.', 'Nothing was proposed.'];
}
