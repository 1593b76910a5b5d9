import type { JsonChange } from '../../files/jsonEdit';
import { field, recordOf, textField } from '../../files/looseValues';
import { oneLine } from '../../files/oneLine';
import { answerQuestionEdits, sameWords } from '../../files/questionsFile';
import { leads } from '../../model/authorityMatrix';
import type { EditRefusal } from '../../model/edit';
import type { Metadata } from '../../model/metadata';
import type { Question, QuestionAnswer } from '../../model/question';
import type { Track } from '../../model/track';
import type { EditOutcome } from '../../store/fileEditor';
import { releaseStep } from '../escalation/releaseStep';
import { editLoop } from '../loopEdit';
import { editMetadata, touched } from '../metadataEdit';
import { localDate } from '../newTrack';
import type { Ports } from '../ports';
import { logDecision } from './logDecision';
import { blockersOfQuestion } from './questionBlockers';
import { questionsFileOf } from './readQuestions';

/** Characters of a text that are copied into the audit trail. */
const longestText = 4000;

/** An entry of `lead_consultations[]` (FORMATS §4.12), with the key of its question as our own addition. */
export interface Consultation {
  readonly lead: string;
  readonly decisionMade: boolean;
  readonly decision?: string;
  readonly reasoning?: string;
  readonly authorityUsed?: string;
  readonly escalatedTo?: string;
  readonly escalationReason?: string;
  /** What only this lead answers: `precedent`, `dependency_size`, … */
  readonly extras?: Readonly<Record<string, unknown>>;
}

export interface AnsweredQuestion {
  readonly question: Question;
  readonly answer: QuestionAnswer;
  /** Who decided it, for the audit trail; absent: what the answer itself says. */
  readonly consultations?: readonly Consultation[];
  /** It touches cost, pricing or scope. */
  readonly business: boolean;
}

export type RecordResult =
  { readonly changed: boolean; readonly warnings: readonly string[] } | { readonly refused: EditRefusal };

/** First of all writes: the agent that waits goes on when it stands there. */
export function writeAnswer(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  asked: Pick<Question, 'key' | 'question'>,
  answer: QuestionAnswer,
): Promise<EditOutcome> {
  return ports.editor.edit({
    root: track.root,
    file: questionsFileOf(track),
    change: (text) => answerQuestionEdits(text, asked, answer),
  });
}

/**
 * What follows once the answer stands in questions.json: decision-log.md where it belongs there, then in one write of
 * metadata.json the entry of `lead_consultations[]`, the question's blockers RESOLVED, and a step that nothing else
 * stops released. Each of them is made once, whatever broke it off before. Refuses what the edit of metadata.json
 * refuses; a decision log that cannot be written is a warning.
 */
export async function recordAnswer(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  answered: AnsweredQuestion,
): Promise<RecordResult> {
  const { question, answer } = answered;
  const consultations = answered.consultations ?? consultationsOf(answer);
  const warnings: string[] = [];
  const ofUser = consultations.some(({ lead }) => lead === 'user');
  // The entry in metadata.json comes last, so it says that the log has the decision, or that somebody took it out.
  if ((ofUser || answered.business) && !isLogged(track.metadata, question, consultations)) {
    const at = answer.answeredAt === undefined ? NaN : Date.parse(answer.answeredAt);
    const alternatives = question.options.filter((option) => option !== answer.answer);
    const logged = await logDecision(ports, track.root, {
      title: short(question.question),
      date: localDate(Number.isNaN(at) ? ports.clock() : new Date(at)),
      track: track.id,
      decision: answer.answer.slice(0, longestText),
      ...(answer.reasoning === undefined ? {} : { rationale: answer.reasoning.slice(0, longestText) }),
      ...(alternatives.length > 0 ? { alternatives } : {}),
      category: ofUser ? 'User decision' : 'Lead decision',
      by: answer.answeredBy ?? 'user',
    });
    if ('refused' in logged)
      warnings.push(`The decision was not written to decision-log.md: ${logged.refused.message}`);
  }
  const at = ports.clock().toISOString();
  const changesOn = (metadata: Metadata): JsonChange[] => [
    ...consultationChanges(metadata, question, consultations, at),
    ...resolvedBlockers(metadata, question, answer, at),
  ];
  const outcome = track.loop
    ? await editLoop(
        ports,
        track,
        ({ metadata, loop, facts }) => {
          const extra = changesOn(metadata);
          const mine = new Set(blockersOfQuestion(metadata.blockers, question).map(({ id }) => id));
          const rest = facts.activeBlockers.filter(({ id }) => !mine.has(id));
          const same = {
            loop,
            row: `${loop.step}/${loop.stepStatus} + question answered`,
            why: `“${short(question.question)}” is answered.`,
            completed: false,
            extra,
          };
          const stopped = loop.stepStatus === 'BLOCKED' && mine.size > 0 && rest.length === 0;
          if (!stopped) return same;
          const released = releaseStep(loop, { ...facts, activeBlockers: rest }, metadata, at);
          return 'refused' in released ? same : { ...released, extra };
        },
        { at, anyState: true },
      )
    : await editMetadata(ports, track, (metadata) => {
        const changes = changesOn(metadata);
        return changes.length > 0 ? [...changes, ...touched(metadata, at)] : [];
      });
  return 'refused' in outcome ? outcome : { changed: outcome.changed, warnings };
}

/** Notes that a lead passed a question on to the user. Once for each question and lead. */
export function recordConsultations(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  question: Question,
  consultations: readonly Consultation[],
): Promise<EditOutcome> {
  const at = ports.clock().toISOString();
  return editMetadata(ports, track, (metadata) => {
    const changes = consultationChanges(metadata, question, consultations, at);
    return changes.length > 0 ? [...changes, ...touched(metadata, at)] : [];
  });
}

/** Whether the audit trail has the decision of each on this question; one on another with the same key is not it. */
export function isLogged(
  metadata: Metadata | undefined,
  question: Pick<Question, 'key' | 'question'>,
  consultations: readonly Consultation[],
): boolean {
  const entries = metadata?.raw['lead_consultations'];
  const list: readonly unknown[] = Array.isArray(entries) ? entries : [];
  return consultations.every(({ lead, decisionMade }) =>
    list.some((entry) => {
      const record = recordOf(entry);
      return (
        textField(record, 'question_id') === question.key &&
        sameWords(textField(record, 'question') ?? '', question.question) &&
        textField(record, 'lead') === lead &&
        field(record, 'decision_made') === decisionMade
      );
    }),
  );
}

/** Who an answer says that it is from: leads by the name of their agents, the orchestrator, anybody else is the user. */
export function consultationsOf(answer: QuestionAnswer): Consultation[] {
  const names = (answer.answeredBy ?? 'user').split(', ');
  const deciders = names.map((name) => leads.find((lead) => name === leadAgent(lead)) ?? name);
  const known =
    answer.authority !== 'USER_ONLY' &&
    deciders.every((name) => name === 'orchestrator' || leads.some((lead) => lead === name));
  return (known ? deciders : ['user']).map((lead) => ({
    lead,
    decisionMade: true,
    decision: answer.answer,
    reasoning:
      answer.reasoning ?? (known ? '' : `Answered by ${answer.answeredBy ?? 'somebody who gave no name'}.`),
    authorityUsed: answer.authority ?? (known ? 'LEAD_CONSULT' : 'USER_ONLY'),
  }));
}

/** Name of a lead's agent: "tech-lead". */
export function leadAgent(lead: string): string {
  return `${lead}-lead`;
}

function consultationChanges(
  metadata: Metadata,
  question: Question,
  consultations: readonly Consultation[],
  at: string,
): JsonChange[] {
  const entries = consultations
    .filter((consultation) => !isLogged(metadata, question, [consultation]))
    .map((consultation) => ({
      timestamp: at,
      lead: consultation.lead,
      question: question.question,
      decision_made: consultation.decisionMade,
      decision: consultation.decision?.slice(0, longestText) ?? null,
      reasoning: consultation.reasoning?.slice(0, longestText) ?? '',
      authority_used: consultation.authorityUsed ?? null,
      escalated_to: consultation.escalatedTo ?? null,
      ...(consultation.escalationReason === undefined
        ? {}
        : { escalation_reason: consultation.escalationReason.slice(0, longestText) }),
      ...consultation.extras,
      question_id: question.key,
    }));
  if (entries.length === 0) return [];
  return (metadata.raw['lead_consultations'] ?? null) === null
    ? [{ path: ['lead_consultations'], value: entries }]
    : entries.map((value) => ({ path: ['lead_consultations', -1], value }));
}

function resolvedBlockers(
  metadata: Metadata,
  question: Question,
  answer: QuestionAnswer,
  at: string,
): JsonChange[] {
  const raw = metadata.raw['blockers'];
  const entries: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const active = new Set(
    blockersOfQuestion(metadata.blockers, question)
      .filter((blocker) => blocker.active)
      .map(({ id }) => id),
  );
  return entries.flatMap((entry, i): JsonChange[] => {
    const id = textField(recordOf(entry), 'id');
    if (id === undefined || !active.has(id)) return [];
    const fields = {
      status: 'RESOLVED',
      resolved_at: at,
      resolution: answer.answer.slice(0, longestText),
      answer: 'answer',
      answered_by: answer.answeredBy ?? 'user',
    };
    return Object.entries(fields).map(([name, value]) => ({ path: ['blockers', i, name], value }));
  });
}

function short(text: string): string {
  const line = oneLine(text);
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
