import {
  directors,
  type BoardAssessment,
  type BoardSession,
  type BoardVote,
  type Director,
} from '../../model/board';
import type { DirectorModel, Measured, PartModel } from '../../shared/boardModel';
import { assessmentPoints } from './assessmentPoints';
import { nameOf, type ShownSession } from './sessions';
import { clip, directorTitles, fromKey, listed, voteWord } from './words';

/** Weights of the parts of each director's score, per cent (spec 003, "The Board"; FORMATS §4.10). */
const weights: Readonly<Record<Director, Readonly<Record<string, number>>>> = {
  CA: { system_design: 25, code_quality: 20, tech_debt: 20, performance: 20, integration: 15 },
  CPO: { user_value: 30, market_fit: 20, scope_discipline: 20, user_journey: 15, prioritization: 15 },
  CSO: { auth: 25, data_protection: 25, input_validation: 20, api_security: 15, compliance: 15 },
  COO: { feasibility: 25, timeline: 25, resources: 20, deployment: 15, risk: 15 },
  CXO: { usability: 25, visual_design: 20, accessibility: 25, user_journey: 15, emotional: 15 },
};

/** Score and weighted parts may differ by what rounding to whole points gives, and no more. */
const roundingGap = 0.5;
const mostParts = 20;
const mostStrangers = 20;

/** The five directors, spoken or not, then everybody else who is in the files. */
export function directorModels(
  shown: ShownSession,
  o: { running: boolean; quick: boolean },
): DirectorModel[] {
  const { session } = shown;
  const keys = [...new Set([...Object.keys(session.votes), ...Object.keys(session.assessments)])];
  const known = directors.map((director): DirectorModel => {
    const vote = lastOf(session.votes, director);
    return directorModel(director, director, vote, lastOf(session.assessments, director), shown, o);
  });
  const strangers = keys.filter((key) => !directors.some((director) => director === nameOf(key)));
  return [
    ...known,
    ...strangers
      .slice(0, mostStrangers)
      .map((key) => directorModel(key, undefined, session.votes[key], session.assessments[key], shown, o)),
  ];
}

/** Of several spellings of a name the last counts, as in the rule. */
function lastOf<T>(record: Readonly<Record<string, T>>, director: Director): T | undefined {
  return Object.entries(record).findLast(([key]) => nameOf(key) === director)?.[1];
}

function directorModel(
  key: string,
  director: Director | undefined,
  vote: BoardVote | undefined,
  assessment: BoardAssessment | undefined,
  shown: ShownSession,
  o: { running: boolean; quick: boolean },
): DirectorModel {
  const title = director && directorTitles[director];
  const assessed = assessment?.verdict === undefined ? undefined : voteWord(assessment.verdict);
  const said = vote && voteWord(vote.verdict);
  const score = scoreOf(assessment);
  const weighed = director && assessment ? weightedSum(director, assessment) : undefined;
  const odd =
    weighed !== undefined &&
    assessment?.score !== undefined &&
    Math.abs(weighed - assessment.score) > roundingGap + 1e-9;
  const confidence = vote?.confidence === undefined ? undefined : confidenceOf(vote.confidence);
  const missing = vote ? undefined : missingSentence(director, assessment !== undefined, o);
  return {
    key: clip(key, 60),
    ...(title === undefined ? {} : { title }),
    ...(vote && said
      ? {
          vote: {
            ...said,
            written: vote.verdict,
            ...(vote.timestamp === undefined ? {} : { at: vote.timestamp }),
          },
        }
      : {}),
    ...(missing === undefined ? {} : { missing }),
    ...(assessed && assessed.word !== said?.word ? { assessed } : {}),
    ...(score ? { score } : {}),
    ...(weighed === undefined
      ? {}
      : {
          weighted: odd
            ? `Its parts weigh to ${weighed.toFixed(1)}, not ${String(assessment?.score)}.`
            : `Its parts weigh to ${weighed.toFixed(1)}.`,
        }),
    ...(odd ? { weightedOdd: true } : {}),
    parts: assessment ? partsOf(director, assessment) : [],
    points: assessmentPoints(assessment, vote),
    ...(confidence ? { confidence } : {}),
    remarks: remarksOn(key, director, vote, shown, o.quick),
  };
}

function missingSentence(
  director: Director | undefined,
  assessed: boolean,
  o: { running: boolean },
): string | undefined {
  if (director === undefined) return undefined;
  if (o.running) return assessed ? 'Has not voted yet.' : 'Has not spoken yet.';
  return assessed ? 'Assessed, but did not vote.' : 'Did not vote.';
}

function remarksOn(
  key: string,
  director: Director | undefined,
  vote: BoardVote | undefined,
  { session, disagreements }: ShownSession,
  quick: boolean,
): string[] {
  const name = nameOf(key);
  const repeated = (session.repeated ?? []).filter((one) => nameOf(one.director) === name);
  const other = disagreements.find((one) => nameOf(one.director) === name);
  const meaning = vote && voteWord(vote.verdict);
  const neither = meaning?.standing === 'open' || (meaning?.standing === 'concerns' && !quick);
  return [
    ...(director === undefined ? ['Not one of the five directors: not counted.'] : []),
    ...(vote?.by === undefined ? [] : [`Entered by ${clip(vote.by, 80)}.`]),
    ...(director && neither ? [`“${meaning.word}” counts as neither yes nor no.`] : []),
    ...(repeated.length > 0
      ? [
          `Voted ${repeated.length + 1} times: ${listed(repeated.slice(0, 10).map((one) => voteWord(one.verdict).word))} before. The last vote counts.`,
        ]
      : []),
    ...(other
      ? [
          `metadata.json says ${voteWord(other.kept).word}, votes.json says ${voteWord(other.bus).word}. metadata.json counts.`,
        ]
      : []),
  ];
}

// --- numbers ---

function scoreOf(assessment: BoardAssessment | undefined): Measured | undefined {
  const written = assessment?.raw['score'];
  if (assessment?.score !== undefined) return outOfTen(assessment.score);
  if (written === undefined || written === null) return undefined;
  return { text: '?', fill: 0, odd: `Its score is no number: “${clip(JSON.stringify(written), 60)}”.` };
}

function outOfTen(value: number): Measured {
  const odd = value < 1 || value > 10;
  return {
    text: shortNumber(value),
    fill: Math.min(100, Math.max(0, value * 10)),
    ...(odd ? { odd: 'Scores go from 1 to 10.' } : {}),
  };
}

function confidenceOf(value: number): Measured {
  const odd = value < 0 || value > 1;
  return {
    text: odd ? shortNumber(value) : value.toFixed(2),
    fill: Math.min(100, Math.max(0, value * 100)),
    ...(odd ? { odd: 'Confidence goes from 0 to 1.' } : {}),
  };
}

function shortNumber(value: number): string {
  return Math.abs(value) >= 1e6 ? value.toExponential(1) : value.toFixed(1);
}

/** The spec's parts first, then whatever else is there. A part that is missing is named. */
function partsOf(director: Director | undefined, { breakdown }: BoardAssessment): PartModel[] {
  const keys = Object.keys(breakdown);
  if (keys.length === 0) return [];
  const weighed = director ? weights[director] : {};
  const order = [...Object.keys(weighed), ...keys.filter((key) => !Object.hasOwn(weighed, key))];
  return order.slice(0, mostParts).map((key): PartModel => {
    const value = Object.hasOwn(breakdown, key) ? breakdown[key] : undefined;
    const weight = Object.hasOwn(weighed, key) ? weighed[key] : undefined;
    return {
      name: fromKey(key),
      ...(weight === undefined ? {} : { weight }),
      ...(value === undefined ? { text: '–', fill: 0, odd: 'This part is missing.' } : outOfTen(value)),
    };
  });
}

/** The score that the parts give by their weights; undefined when one of them is missing. */
function weightedSum(
  director: Director,
  { breakdown }: Pick<BoardAssessment, 'breakdown'>,
): number | undefined {
  let sum = 0;
  for (const [key, weight] of Object.entries(weights[director])) {
    const value = Object.hasOwn(breakdown, key) ? breakdown[key] : undefined;
    if (value === undefined) return undefined;
    sum += (value * weight) / 100;
  }
  return sum;
}

/** How many of the five are in a record of the session. */
export function spokenOf(record: BoardSession['votes'] | BoardSession['assessments']): number {
  const names = new Set(Object.keys(record).map(nameOf));
  return directors.filter((director) => names.has(director)).length;
}
