/** Directors of the board (spec 003, "The Board"). */
export const directors = ['CA', 'CPO', 'CSO', 'COO', 'CXO'] as const;
export type Director = (typeof directors)[number];

/** What sessions that we convene say in `convened_by`. */
export const boardConvener = 'conductor-vscode';

/** One board meeting, from metadata.json or from the bus's board folder (FORMATS §4.10). */
export interface BoardSession {
  readonly sessionId: string;
  /** EVALUATE_PLAN, EVALUATE_EXECUTION, PRE_LAUNCH, CONFLICT, QUICK_REVIEW, … */
  readonly checkpoint?: string;
  /** ASSESSING, DISCUSSING, VOTING, RESOLVING, COMPLETE; absent in the short form kept in metadata.json. */
  readonly status?: string;
  /** As written: APPROVED, APPROVED_WITH_REVIEW, REJECTED, ESCALATE, … */
  readonly verdict?: string;
  /** Keys as written: unknown directors are kept and shown as such. */
  readonly votes: Readonly<Record<string, BoardVote>>;
  readonly assessments: Readonly<Record<string, BoardAssessment>>;
  readonly discussion: readonly BoardRemark[];
  readonly conditions: readonly string[];
  readonly dissent: readonly string[];
  readonly timestamp?: string;
  readonly proposal?: string;
  /** What the proposal says beside its title. */
  readonly context?: string;
  readonly startedAt?: string;
  /** Discussion rounds held, and the most that may be held, as the session counts them. */
  readonly rounds?: number;
  readonly maxRounds?: number;
  /** Votes that the file lists and a later vote of the same director has replaced, oldest first. */
  readonly repeated?: readonly RepeatedVote[];
  /** Set when a person resolved it, e.g. a tie. */
  readonly resolvedBy?: PersonsWord;
  /** A review without discussion and votes, where the session says so (`proposal.quick_mode`). */
  readonly quick?: boolean;
  /** Which program convened it, where the session says so: our own key (`boardConvener`). */
  readonly convenedBy?: string;
  /** Votes that a person cast or corrected, oldest first. */
  readonly corrections?: readonly VoteCorrection[];
  /** `metadata` or `bus`: where it was read. */
  readonly source: 'metadata' | 'bus';
}

export interface BoardVote {
  /** APPROVE, REJECT, CONCERNS, ABSTAIN, … as written. */
  readonly verdict: string;
  /** 0–1 */
  readonly confidence?: number;
  readonly conditions: readonly string[];
  readonly timestamp?: string;
  /** Set when a person cast it in the director's place. */
  readonly by?: string;
}

/** One of several votes of a director in one list: the last of them counts. */
export interface RepeatedVote {
  /** As written. */
  readonly director: string;
  readonly verdict: string;
}

/** Who said something in a person's place, when and why. */
export interface PersonsWord {
  readonly by: string;
  readonly at?: string;
  readonly note?: string;
}

/** Entry of `vote_corrections[]` of a session: our own key. */
export interface VoteCorrection extends PersonsWord {
  readonly director: string;
  /** Absent: there was no vote before. */
  readonly from?: string;
  readonly to: string;
}

/**
 * Entry of `board_condition_evidence[]`: what somebody showed for a condition of the board. The newest entry of a
 * condition counts.
 */
export interface ConditionEvidence extends PersonsWord {
  readonly condition: string;
  readonly met: boolean;
  /** Where it can be seen. */
  readonly file?: string;
  readonly line?: number;
  /** The checkpoint that it is due at, when that is not EVALUATE_EXECUTION. */
  readonly due?: string;
  /** True for the entry that says who added the condition: it says nothing about whether it is met. */
  readonly added?: boolean;
}

export interface BoardAssessment {
  readonly verdict?: string;
  /** 1–10 */
  readonly score?: number;
  readonly breakdown: Readonly<Record<string, number>>;
  readonly keyPoints: readonly string[];
  readonly concerns: readonly string[];
  readonly recommendations: readonly string[];
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface BoardRemark {
  readonly from?: string;
  readonly to?: string;
  readonly type?: string;
  readonly message: string;
  readonly changesMyVerdict?: boolean;
  /** 1-based, where the remark says it. */
  readonly round?: number;
  readonly timestamp?: string;
}
