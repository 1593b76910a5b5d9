import type { BoardSession, Director } from '../../model/board';
import type { Criterion, Gate } from '../../model/gate';
import type { Track } from '../../model/track';
import { boardConditionsOf } from '../boardConditions';
import { conditionCriteria, sessionAt, sessionCriterion, sessionEvidence } from './boardCriterion';
import { reviewsOf, withPersonsEntries } from './personsEntries';
import { recordedVerdict, type Contradictions } from './reportChecks';

const id = 'PRE_LAUNCH';

/** Whether the gate before a production deploy concerns a track: something is due there, was held there, or decided. */
export function hasPreLaunch(track: Track): boolean {
  return (
    sessionAt(track, [id]) !== undefined ||
    boardConditionsOf(track).some(({ due }) => due === id) ||
    (track.metadata?.gateReviews.some(({ gate }) => gate === id) ?? false)
  );
}

/**
 * PRE_LAUNCH (spec 003, "When Board is Invoked"): before a production deploy the board looks deep into security and
 * operations. Asks for a passed evaluation, the board's verdict, the word of CSO and COO, and every condition met.
 */
export function preLaunchGate(track: Track): Gate {
  const reviews = reviewsOf(id, track.metadata?.gateReviews ?? []);
  const contradictions: Contradictions = [];
  const session = sessionAt(track, [id]);
  const criteria: Criterion[] = [
    evaluationCriterion(track),
    sessionCriterion(
      track,
      session,
      {
        name: 'Board Meeting',
        question: 'Production deploy: the board looks deep into security and operations',
        required: true,
        missing: 'No board session at PRE_LAUNCH is recorded.',
      },
      contradictions,
    ),
    directorCriterion(
      track,
      session,
      'CSO',
      'Security Deep Dive',
      'Vulnerabilities, compliance, data protection',
    ),
    directorCriterion(
      track,
      session,
      'COO',
      'Operations Deep Dive',
      'Feasibility, timeline, resources, deployment',
    ),
    ...conditionCriteria(track, undefined, id),
  ];
  return {
    id,
    kind: 'PRE_LAUNCH',
    title: 'Pre-launch',
    round: 1,
    evaluated: session !== undefined,
    ...(session?.timestamp === undefined ? {} : { evaluatedAt: session.timestamp }),
    ...(session?.verdict === undefined ? {} : { statedVerdict: session.verdict }),
    criteria: withPersonsEntries(criteria, reviews, 1),
    failureReasons: [],
    earlier: [],
    reviews,
    contradictions,
  };
}

function evaluationCriterion(track: Track): Criterion {
  const checkpoint = track.loop?.checkpoints.EVALUATE_EXECUTION;
  const verdict = recordedVerdict(checkpoint);
  const file = track.documents.metadata;
  return {
    id: 'evaluation',
    name: 'Execution Evaluated',
    group: 'checks',
    question: 'EVALUATE_EXECUTION has passed',
    required: true,
    state: verdict === undefined ? 'open' : verdict === 'PASS' ? 'passed' : 'failed',
    note:
      verdict === undefined
        ? 'No outcome of EVALUATE_EXECUTION is recorded.'
        : `EVALUATE_EXECUTION is ${checkpoint?.status}${checkpoint?.completedAt === undefined ? '' : ` since ${checkpoint.completedAt}`}.`,
    evidence: verdict === undefined || file === undefined ? [] : [{ file, how: 'read' }],
  };
}

function directorCriterion(
  track: Track,
  session: BoardSession | undefined,
  director: Director,
  name: string,
  question: string,
): Criterion {
  const vote = session && Object.entries(session.votes).find(([key]) => sameDirector(key, director))?.[1];
  const assessment =
    session && Object.entries(session.assessments).find(([key]) => sameDirector(key, director))?.[1];
  const word = (vote?.verdict ?? assessment?.verdict)?.trim().toUpperCase();
  const concerns = assessment?.concerns ?? [];
  return {
    id: `director:${director}`,
    name: `${name} (${director})`,
    group: 'board',
    question,
    required: true,
    state:
      word === undefined
        ? 'open'
        : /^REJECT/.test(word)
          ? 'failed'
          : /^APPROVE/.test(word)
            ? 'passed'
            : 'open',
    note: word === undefined ? `${director} has neither assessed nor voted.` : [word, ...concerns].join('; '),
    evidence: session && word !== undefined ? [sessionEvidence(track, session)] : [],
  };
}

function sameDirector(key: string, director: Director): boolean {
  return key.trim().toUpperCase() === director;
}
