import { directors } from '../../model/board';
import { resolveBoard } from '../../rules/boardResolution';
import type { SessionVerdict } from '../../rules/sessionVerdict';
import type { Ballot, CorrectionModel, DissentModel, ResolutionModel } from '../../shared/boardModel';
import type { PlaceLink } from '../../shared/protocol';
import { nameOf, type ShownSession } from './sessions';
import { clip, clipped, directorTitles, listed, mostItems, outcomeWord, plural, voteWord } from './words';

/** How the votes became the verdict: every line of the rule, what was counted, and what was recorded instead. */
export function resolutionModel(
  { session }: ShownSession,
  verdict: SessionVerdict,
  o: { quick: boolean; running: boolean; file?: PlaceLink },
): ResolutionModel {
  const rule = resolveBoard(session.votes, o.quick);
  // While votes are still to come, "missing" decides nothing yet.
  const undecided = verdict.verdict === undefined;
  const votes = { approve: rule.approve, reject: rule.reject };
  const computed = verdict.resolution && !undecided ? outcomeWord(rule.verdict, votes) : undefined;
  const recorded =
    session.verdict === undefined ? undefined : outcomeWord(verdict.written ?? session.verdict);
  const differs = computed !== undefined && verdict.written !== undefined && verdict.written !== rule.verdict;
  const { resolvedBy } = session;
  const difference = resolvedBy
    ? undefined
    : (verdict.contradiction ??
      (differs
        ? `${spaced(verdict.written ?? '')} is recorded; the votes give ${spaced(rule.verdict)}.`
        : undefined));
  return {
    ballots: ballotsOf(session.votes),
    lines: undecided
      ? rule.lines.map((line) => ({ ...line, because: '', state: 'notReached' as const }))
      : rule.lines,
    why: undecided
      ? `${plural(5 - rule.missing.length, 'vote')} so far, ${rule.approve} for and ${rule.reject} against. No line applies until all have voted or one side has enough.`
      : rule.why,
    counted: countedSentence(session.votes, rule.missing, o.quick),
    ...(computed ? { computed } : {}),
    ...(recorded ? { recorded } : {}),
    ...(difference === undefined ? {} : { difference: clip(difference) }),
    ...(resolvedBy
      ? {
          resolvedBy: {
            by: clip(resolvedBy.by, 80),
            verdict: outcomeWord(verdict.verdict ?? session.verdict ?? '').word,
            ...(resolvedBy.at === undefined ? {} : { at: resolvedBy.at }),
            ...(resolvedBy.note === undefined ? {} : { note: clip(resolvedBy.note) }),
          },
        }
      : {}),
    corrections: (session.corrections ?? []).slice(-mostItems).map((one): CorrectionModel => ({
      director: clip(one.director, 40),
      ...(one.from === undefined ? {} : { from: voteWord(one.from).word }),
      to: voteWord(one.to).word,
      by: clip(one.by, 80),
      ...(one.at === undefined ? {} : { at: one.at }),
      ...(one.note === undefined ? {} : { note: clip(one.note) }),
    })),
    ...(o.file ? { file: o.file } : {}),
    escalated: !resolvedBy && verdict.verdict === 'ESCALATE' && rule.verdict === 'ESCALATE',
  };
}

function spaced(token: string): string {
  return clip(token.replaceAll('_', ' '), 60);
}

type Votes = Readonly<Record<string, { readonly verdict: string }>>;

function ballotsOf(votes: Votes): Ballot[] {
  return directors.map((director) => {
    const vote = Object.entries(votes).findLast(([key]) => nameOf(key) === director)?.[1];
    return vote
      ? { director, ...voteWord(vote.verdict) }
      : { director, standing: 'notStarted', word: 'Missing' };
  });
}

/** "Five votes counted, none missing. …" */
function countedSentence(votes: Votes, missing: readonly string[], quick: boolean): string {
  const strangers = Object.keys(votes).filter((key) => !Object.hasOwn(directorTitles, nameOf(key)));
  const names = strangers.slice(0, 5).map((key) => clip(key, 40));
  return [
    `${plural(5 - missing.length, 'vote')} counted, ${missing.length === 0 ? 'none missing' : `${listed(missing)} missing or neither yes nor no`}.`,
    ...(strangers.length === 0
      ? []
      : [
          `Not counted: ${listed(strangers.length > 5 ? [...names, `${strangers.length - 5} more`] : names)}, who ${strangers.length === 1 ? 'is no director' : 'are no directors'} of the board.`,
        ]),
    ...(quick ? ['In a quick review concerns count as yes.'] : []),
    'Scores and confidence are shown but do not decide.',
  ].join(' ');
}

/** What was said against the outcome; who voted against it without a word is named too. */
export function dissentModels({ session }: ShownSession, verdict: SessionVerdict): DissentModel[] {
  const written = session.dissent.map((text) => text.replaceAll('**', ''));
  const approved = verdict.verdict === 'APPROVED' || verdict.verdict === 'APPROVED_WITH_REVIEW';
  const against =
    verdict.verdict === undefined || verdict.verdict === 'ESCALATE'
      ? undefined
      : approved
        ? 'failed'
        : 'passed';
  const silent = ballotsOf(session.votes).filter(
    ({ director, standing }) =>
      standing === against && !written.some((text) => new RegExp(`\\b${director}\\b`).test(text)),
  );
  return [
    ...clipped(written).map((text): DissentModel => ({ text, standing: against ?? 'concerns' })),
    ...silent.map(({ director, word, standing }) => ({
      standing,
      text: `${director} voted ${word}.`,
      about: 'no opinion is written down',
    })),
  ];
}
