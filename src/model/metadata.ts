import type { Blocker, LoopState } from './loopState';
import type { BoardSession, ConditionEvidence } from './board';
import type { GateReview } from './gate';

/** metadata.json of a track, any version (FORMATS §4.2), in one normal form beside the parsed original. */
export interface Metadata {
  /** 1 when the file has none. */
  readonly version: number;
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly type?: string;
  /** As written: `new`, `in_progress`, `complete`, prose, … */
  readonly status?: string;
  readonly priority?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly completedAt?: string;
  readonly superpowerEnhanced: boolean;
  readonly dependsOn: readonly string[];
  /** Present only if the file has a `loop_state`. */
  readonly loop?: LoopState;
  readonly blockers: readonly Blocker[];
  readonly boardConditions: readonly string[];
  readonly boardSessions: readonly BoardSession[];
  /** `board_condition_evidence[]`: our own key beside `board_conditions`. */
  readonly conditionEvidence: readonly ConditionEvidence[];
  /** `gate_reviews[]`: our own key. */
  readonly gateReviews: readonly GateReview[];
  readonly discoveredWork: readonly string[];
  readonly leadConsultations: readonly LeadConsultation[];
  /** The parsed object, unknown keys included. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Entry of `lead_consultations[]` (spec 003, "Lead Response Format"; FORMATS §4.12). */
export interface LeadConsultation {
  readonly lead?: string;
  readonly question?: string;
  readonly decisionMade?: boolean;
  readonly decision?: string;
  readonly reasoning?: string;
  readonly authorityUsed?: string;
  readonly escalatedTo?: string;
  readonly timestamp?: string;
  /** Key of the question in questions.json that it answers: our own key. */
  readonly questionId?: string;
}
