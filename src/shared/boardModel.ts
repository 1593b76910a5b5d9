import type { RuleLine } from '../model/ruleLine';
import type { PlaceLink } from './protocol';

/** What the Board panel shows, at one moment. Sentences are ready to show; times are ISO where they could be read. */
export interface BoardModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
  /** The meeting that is looked at; absent when the track has conditions or damaged files, but no meeting. */
  readonly session?: BoardSessionModel;
  /** All meetings, oldest first. */
  readonly sessions: readonly SessionChoice[];
  readonly conditions: readonly ConditionModel[];
  /** What a person must know before they believe the rest: damaged files, sources that contradict each other. */
  readonly notices: readonly Notice[];
  /** Why nothing can be written to this track. */
  readonly frozen?: string;
  /** Why no condition can be added or marked. */
  readonly conditionsFrozen?: string;
  /** Where a new condition is written, and a condition that is met. */
  readonly conditionWrites: readonly string[];
  /** What this was read from. */
  readonly sources: readonly BoardSource[];
}

/** How something stands: names of the signs that all panels share. */
export type Standing =
  'passed' | 'inProgress' | 'review' | 'concerns' | 'failed' | 'blocked' | 'skipped' | 'open' | 'notStarted';

/** How something stands, in a word. */
export interface Verdict {
  readonly standing: Standing;
  readonly word: string;
}

export interface Notice {
  readonly text: string;
  readonly place?: PlaceLink;
}

export interface BoardSource {
  readonly text: string;
  readonly place?: PlaceLink;
}

export interface SessionChoice {
  /** What `turnTo` names it by: its id, or `#<n>` where that is missing. */
  readonly item: string;
  readonly checkpoint: string;
  readonly verdict: Verdict;
  readonly at?: string;
  readonly current: boolean;
}

export interface BoardSessionModel {
  /** As SessionChoice. */
  readonly item: string;
  /** As written; '' when it has none. */
  readonly id: string;
  /** "Board on the plan" */
  readonly title: string;
  readonly verdict: Verdict;
  readonly checkpoint?: string;
  /** "Full meeting", "Quick review" */
  readonly kind: string;
  /** "41 min" */
  readonly duration?: string;
  readonly startedAt?: string;
  readonly proposal?: string;
  readonly phases: readonly PhaseModel[];
  /** "Why it met: P0 track with 14 tasks" */
  readonly whyMet?: string;
  /** The five of the spec, spoken or not, then those that nobody knows. */
  readonly directors: readonly DirectorModel[];
  readonly discussion: DiscussionModel;
  readonly resolution: ResolutionModel;
  readonly dissent: readonly DissentModel[];
  /** Why a person cannot act on this meeting. */
  readonly frozen?: string;
  /** Files and places that a decision or a condition is written to. */
  readonly writes: readonly string[];
  /** Those that a vote is written to. */
  readonly voteWrites: readonly string[];
  readonly quick: boolean;
  /** The votes as the rule counts them, for saying what another vote would come to. */
  readonly votes: Readonly<Record<string, { readonly verdict: string }>>;
}

export interface PhaseModel {
  readonly name: string;
  readonly standing: Standing;
  /** "5 of 5" */
  readonly detail: string;
}

export interface DirectorModel {
  /** As the files spell it. */
  readonly key: string;
  /** "Chief Architect"; absent: nobody the spec knows, and not counted. */
  readonly title?: string;
  /** Absent: no vote. */
  readonly vote?: DirectorVote;
  /** Said where the vote is missing. */
  readonly missing?: string;
  /** What the assessment said, where that differs from the vote or there is none. */
  readonly assessed?: Verdict;
  readonly score?: Measured;
  /** "Its parts weigh to 7.8." */
  readonly weighted?: string;
  /** Set when score and parts tell different stories. */
  readonly weightedOdd?: boolean;
  readonly parts: readonly PartModel[];
  readonly points: readonly PointList[];
  readonly confidence?: Measured;
  /** Repeated votes, other files that say otherwise, who entered it. */
  readonly remarks: readonly string[];
}

export interface DirectorVote extends Verdict {
  /** The director's vote as written: what a correction compares with. */
  readonly written: string;
  readonly at?: string;
}

/** A number as it is shown. */
export interface Measured {
  readonly text: string;
  /** 0–100, how much of a meter it fills. */
  readonly fill: number;
  /** Why it is not to be believed. */
  readonly odd?: string;
}

export interface PartModel extends Measured {
  readonly name: string;
  /** Per cent; absent for a part that the spec does not weigh. */
  readonly weight?: number;
}

export interface PointList {
  readonly title: string;
  readonly look: 'plus' | 'warn' | 'bad' | 'note';
  /** It bears on the vote; the rest is shown when asked for. */
  readonly main: boolean;
  readonly items: readonly string[];
}

export interface DiscussionModel {
  /** "2 of 3 rounds, 6 messages" */
  readonly count: string;
  /** Absent where the remarks do not say their round. */
  readonly rounds: readonly RoundModel[];
  readonly total: number;
  /** Said when there is nothing. */
  readonly none?: string;
}

export interface RoundModel {
  /** "Round 1"; absent where nobody says which. */
  readonly title?: string;
  readonly remarks: readonly RemarkModel[];
}

export interface RemarkModel {
  /** Stable while the file only grows. */
  readonly key: string;
  readonly from: string;
  readonly text: string;
  /** "to COO, challenges" */
  readonly about?: string;
  readonly at?: string;
  /** 0: begins a thread. */
  readonly depth: number;
}

export interface ResolutionModel {
  /** The votes of the five. */
  readonly ballots: readonly Ballot[];
  readonly lines: readonly RuleLine[];
  /** "4 approve, 1 reject: four or five approvals approve." */
  readonly why: string;
  /** What counted and what did not. */
  readonly counted: string;
  /** The verdict by the rule; absent before it is reached. */
  readonly computed?: Verdict;
  /** The verdict as it is recorded. */
  readonly recorded?: Verdict;
  /** What the two say against each other. */
  readonly difference?: string;
  readonly resolvedBy?: PersonsDecision;
  readonly corrections: readonly CorrectionModel[];
  readonly file?: PlaceLink;
  /** True: the votes leave it to a person. */
  readonly escalated: boolean;
}

export interface Ballot extends Verdict {
  readonly director: string;
}

export interface PersonsDecision {
  readonly by: string;
  readonly at?: string;
  readonly note?: string;
  readonly verdict: string;
}

export interface CorrectionModel {
  readonly director: string;
  /** Absent: there was no vote before. */
  readonly from?: string;
  readonly to: string;
  readonly by: string;
  readonly at?: string;
  readonly note?: string;
}

export interface DissentModel {
  /** How the one who dissents stands. */
  readonly standing: Standing;
  readonly text: string;
  /** "taken up in condition 3" */
  readonly about?: string;
}

export interface ConditionModel {
  /** Stable: the condition without punctuation. */
  readonly key: string;
  readonly text: string;
  /** As the board wrote it: what requests name. */
  readonly written: string;
  readonly director?: string;
  readonly verdict: Verdict;
  /** Of the meeting that is looked at; else of another, or of none. */
  readonly own: boolean;
  /** "due at PRE_LAUNCH" */
  readonly due?: string;
  readonly note?: string;
  readonly evidence?: { readonly text: string; readonly place?: PlaceLink };
  /** Who said so. */
  readonly by?: string;
  readonly at?: string;
  /** Why it cannot be marked. */
  readonly frozen?: string;
  /** Where it stands, for one that is not of this meeting. */
  readonly origin?: string;
}

/** Verdicts that a person can enter as a director's vote, and as the end of a tie. */
export const VOTE_VERDICTS = ['APPROVE', 'REJECT', 'CONCERNS', 'ABSTAIN'] as const;
export const TIE_VERDICTS = ['APPROVED', 'APPROVED_WITH_REVIEW', 'REJECTED'] as const;
export type VoteVerdict = (typeof VOTE_VERDICTS)[number];
export type TieVerdict = (typeof TIE_VERDICTS)[number];

/** What one opening of a form is known by: however often it is sent, it is written once. */
interface Act {
  readonly token: string;
}

/** What the Board panel's page may ask, beyond CommonRequest. */
export type BoardRequest =
  | { readonly kind: 'turnTo'; readonly item: string }
  | (Act & {
      readonly kind: 'castVote';
      readonly sessionId: string;
      readonly director: string;
      readonly verdict: VoteVerdict;
      /** 0–1 */
      readonly confidence?: number;
      readonly note?: string;
      /** The vote as it was shown when the form was opened; absent: there was none. */
      readonly seen?: string;
    })
  | (Act & {
      readonly kind: 'addCondition';
      readonly sessionId?: string;
      readonly text: string;
      readonly director?: string;
      readonly due?: string;
      readonly note?: string;
    })
  | (Act & {
      readonly kind: 'markCondition';
      readonly condition: string;
      readonly met: boolean;
      readonly file?: string;
      readonly line?: number;
      readonly note?: string;
    })
  | (Act & {
      readonly kind: 'resolveTie';
      readonly sessionId: string;
      readonly verdict: TieVerdict;
      readonly note: string;
    });

/** Where one is in the page. */
export interface BoardLayout {
  readonly scroll?: number;
  /** Key of the director that has the focus of its region. */
  readonly director?: string;
  readonly condition?: string;
  /** All remarks of a long discussion are shown. */
  readonly allRemarks?: boolean;
  /** All that the directors said is shown. */
  readonly allPoints?: boolean;
}
