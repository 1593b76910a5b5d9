import { join } from 'node:path';
import { fileNamePart } from '../../files/workerFiles';
import type { Lead } from '../../model/authorityMatrix';
import type { Question } from '../../model/question';
import type { Track } from '../../model/track';
import type { Classification } from '../../rules/authority';
import { promptTemplate } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import { leadValues } from '../prompts/roles';
import type { AgentEnd, RunningAgent } from '../run/agentJob';
import { agentIdFor } from '../run/agentId';
import { promptRefusal, readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';
import { readLeadAnswer, type LeadAnswer } from './leadAnswer';
import { questionSubject } from './questionIdentity';
import { leadAgent, type Consultation } from './recordAnswer';

/** A lead's answer that cannot be used is asked for once more. */
const mostAttempts = 2;

export type LeadsVerdict =
  | {
      readonly decision: string;
      readonly reasoning: string;
      /** "architecture-lead, qa-lead" */
      readonly by: string;
      readonly consultations: readonly Consultation[];
      /** To be called once the decision is written down: until then a broken-off run asks the leads' files again. */
      settle(): Promise<void>;
    }
  /** For the user: why, a line each. */
  | {
      readonly passedOn: readonly string[];
      readonly consultations: readonly Consultation[];
      settle(): Promise<void>;
    }
  /** The run is being stopped: nothing is decided, the next run asks again. */
  | { readonly stopped: true };

interface Asked {
  readonly lead: Lead;
  readonly answer: LeadAnswer | { readonly unusable: string };
  readonly agent?: RunningAgent;
}

/** One lead, what it is asked, and what the leads before it said. */
interface Consulting {
  readonly question: Question;
  readonly classification: Classification;
  readonly lead: Lead;
  readonly before: readonly Asked[];
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * Asks the leads that a question is for. One after the other when there are several: each but the first is told what
 * the ones before decided, and gives the very same decision when it agrees. They disagree, one passes it on, or one
 * gives no usable answer twice → the user.
 */
export async function consultLeads(
  context: RunContext,
  track: Track,
  question: Question,
  classification: Classification,
): Promise<LeadsVerdict> {
  const asked: Asked[] = [];
  let overrides: Readonly<Record<string, string>>;
  try {
    overrides = await readPromptOverrides(context.place.root);
  } catch (error) {
    const refused = promptRefusal(error);
    if (!refused) throw error;
    return {
      passedOn: [`No lead could be asked: ${refused.message}`],
      consultations: [],
      settle: () => Promise.resolve(),
    };
  }
  for (const lead of classification.leads) {
    const result = await consult(context, track, {
      question,
      classification,
      lead,
      before: asked,
      overrides,
    });
    if ('stopped' in result) return result;
    asked.push(result);
    if (!('decision' in result.answer)) break;
  }
  const decided = asked.flatMap(({ lead, answer }) =>
    'decision' in answer ? [{ lead, decision: choiceOf(answer.decision, question.options) }] : [],
  );
  const agreed =
    decided.length === classification.leads.length &&
    decided.every(({ decision }) => plain(decision) === plain(decided[0]!.decision));
  const consultations = asked.flatMap(({ lead, answer }) => consultationOf(lead, answer, agreed));
  const settle = async (): Promise<void> => {
    for (const { agent, answer } of asked) {
      if ('unusable' in answer) await agent?.settle('failed', answer.unusable);
      else
        await agent?.settle(
          'passed',
          'decision' in answer ? undefined : `It passed the question on: ${answer.passedOn}`,
        );
    }
  };
  if (agreed) {
    return {
      decision: decided[0]!.decision,
      reasoning: asked.flatMap(({ answer }) => ('reasoning' in answer ? [answer.reasoning] : [])).join(' '),
      by: decided.map(({ lead }) => leadAgent(lead)).join(', '),
      consultations,
      settle,
    };
  }
  return {
    passedOn: asked.map(({ lead, answer }) =>
      'unusable' in answer
        ? `The ${lead} lead gave no usable answer: ${answer.unusable}.`
        : 'decision' in answer
          ? `The ${lead} lead decided: ${answer.decision} (${answer.reasoning})`
          : `The ${lead} lead passed it on: ${answer.passedOn}`,
    ),
    consultations,
    settle,
  };
}

async function consult(
  context: RunContext,
  track: Track,
  o: Consulting,
): Promise<Asked | { readonly stopped: true }> {
  const { lead } = o;
  const subject = `${lead}-${questionSubject(o.question)}`;
  let trouble: string | undefined;
  let open = await leftBehind(context, subject);
  for (let attempt = open?.job.attempt ?? 1; ;) {
    let agent = open;
    if (!agent) {
      const id = agentIdFor('lead', subject, context.ports.clock(), context.ports.newId());
      const answerFile = answerFileOf(context, id);
      let prompt: string;
      try {
        prompt = promptFor(context, o, answerFile, trouble);
      } catch (error) {
        const refused = promptRefusal(error);
        if (refused) return { lead, answer: { unusable: refused.message } };
        throw error;
      }
      if (!(await confirmed(context, lead, o.question, attempt)))
        return { lead, answer: { unusable: 'it was not asked, because nobody confirmed it' } };
      const start = await context.desk.start({
        id,
        role: 'lead',
        agent: leadAgent(lead),
        prompt,
        step: track.loop?.step ?? 'NOT_STARTED',
        attempt,
        locks: [],
        answerFile,
      });
      if ('cancelled' in start) return { stopped: true };
      if ('notStarted' in start) return { lead, answer: { unusable: start.notStarted.message } };
      agent = start.running;
    }
    const end = await agent.finished;
    const answer = await readLeadAnswer(context.place.root, answerFileOf(context, agent.job.id), lead);
    if (!('unusable' in answer)) return { lead, answer, agent };
    if (end.how === 'stopped') {
      await agent.settle('stopped', end.why);
      return { stopped: true };
    }
    trouble = `${answer.unusable}${endWords(end)}`;
    // What was broken off with the loop that started it is nobody's fault.
    const lost = end.how === 'lost';
    if (attempt >= mostAttempts && !lost) return { lead, answer: { unusable: trouble }, agent };
    await agent.settle('failed', trouble);
    open = undefined;
    if (!lost) attempt += 1;
  }
}

/** In the mode in which every dispatch is confirmed, so is this one; its second attempt needs no second word. */
async function confirmed(
  { ports, settings }: RunContext,
  lead: Lead,
  { question }: Question,
  attempt: number,
): Promise<boolean> {
  if (settings.mode !== 'confirm-all' || attempt > 1) return true;
  const answer = await ports.confirm({
    kind: 'dispatch',
    what: `Ask the ${lead} lead: ${question}`,
    why: 'An agent raised the question, and it lies within the authority of this lead. Else it is yours to answer.',
  });
  return answer === 'yes';
}

/** An agent that was asked this by a run that was broken off: taken over, whether it still works or has ended. */
async function leftBehind(context: RunContext, subject: string): Promise<RunningAgent | undefined> {
  const stem = `lead-${fileNamePart(subject)}`;
  const same = (id: string): boolean => id.replace(/-\d{14}-[0-9a-f]{4}$/, '') === stem;
  const running = context.desk.running.find(({ job }) => same(job.id));
  if (running) return running;
  const open = context.log.state().open.find(({ intent }) => same(intent.workerId));
  return open && context.desk.adopt(open);
}

function answerFileOf(context: RunContext, id: string): string {
  return join(context.place.runFolder, 'answers', `${id}.json`);
}

function promptFor(
  context: RunContext,
  { question, classification, lead, before, overrides }: Consulting,
  answerFile: string,
  trouble: string | undefined,
): string {
  const { name, text } = promptTemplate('lead.md', overrides);
  const said = [
    ...(question.askedBy === undefined ? [] : [`Asked by ${question.askedBy}.`]),
    question.context ?? 'None was given.',
    ...question.options.map((option) => `- Option: ${option}`),
    ...(question.recommendation === undefined
      ? []
      : [`The agent itself would take: ${question.recommendation}`]),
    ...before.flatMap(({ lead: other, answer }) =>
      'decision' in answer
        ? [
            `The ${other} lead decided: ${answer.decision} (${answer.reasoning}) When you agree, give the very same \`decision\`; a different one goes to the user.`,
          ]
        : [],
    ),
    ...(trouble === undefined ? [] : [`Your last answer could not be used: ${trouble}.`]),
  ];
  return renderPrompt(
    text,
    {
      ...leadValues(lead, classification.guardrails),
      track_id: context.place.trackId,
      authority: classification.because[0]?.text ?? '',
      question: question.question,
      context: said.join('\n'),
      answer_path: answerFile,
    },
    name,
  );
}

function consultationOf(lead: Lead, answer: Asked['answer'], agreed: boolean): Consultation[] {
  if ('unusable' in answer) {
    return [
      {
        lead,
        decisionMade: false,
        reasoning: '',
        escalatedTo: 'user',
        escalationReason: `No usable answer: ${answer.unusable}.`,
      },
    ];
  }
  const said = {
    lead,
    reasoning: answer.reasoning,
    extras: answer.extras,
    ...(answer.authorityUsed === undefined ? {} : { authorityUsed: answer.authorityUsed }),
  };
  if ('passedOn' in answer)
    return [{ ...said, decisionMade: false, escalatedTo: 'user', escalationReason: answer.passedOn }];
  if (agreed) return [{ ...said, decisionMade: true, decision: answer.decision }];
  return [
    {
      ...said,
      decisionMade: false,
      escalatedTo: 'user',
      escalationReason: `The leads do not agree; this one would decide: ${answer.decision}`,
    },
  ];
}

/** The one option that a decision names, in the option's own words; else the decision as it stands. */
function choiceOf(decision: string, options: readonly string[]): string {
  return options.find((option) => plain(option) === plain(decision)) ?? decision;
}

function plain(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return words === '' ? text.trim() : words;
}

function endWords({ how, exitCode }: AgentEnd): string {
  if (how === 'timeLimit') return ' (its time was up)';
  if (how === 'outputLimit') return ' (it printed more than it may)';
  return exitCode === undefined || exitCode === 0 ? '' : ` (exit code ${exitCode})`;
}
