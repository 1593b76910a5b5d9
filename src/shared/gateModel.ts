import type { CriterionGroup, GateKind, GateOutcome } from '../model/gate';
import type { PlaceLink } from './protocol';

/** What the Gate panel shows, at one moment: the gates of a track to choose from, and one of them in full. */
export interface GateModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
  readonly choices: readonly GateChoice[];
  readonly gate: ShownGate;
  /** What a person should know before reading on: a gate that is not there, settings that are wrong, … */
  readonly notices: readonly string[];
  /** The files that this was read from. */
  readonly sources: readonly PlaceLink[];
  /** What was not looked at, and why, in sentences. */
  readonly remarks: readonly string[];
  /** The files of test results that settings name, or that lie where such files usually do. */
  readonly results: readonly ShownResults[];
  /** Who will be written as the one who decides; undefined: nobody's name is known. */
  readonly by?: string;
}

/** How something stands; shape and word of each is the page's. */
export type Look =
  'passed' | 'failed' | 'open' | 'notApplicable' | 'waived' | 'optionalMiss' | 'review' | 'unnamed';

export interface GateChoice {
  readonly id: string;
  readonly title: string;
  /** "Fail", "Open", "not in use" */
  readonly word: string;
}

export interface ShownGate {
  readonly id: string;
  readonly kind: GateKind;
  readonly title: string;
  readonly round: number;
  /** Changes when anything changes that a person decides on; a decision names it, and is refused when it is another. */
  readonly seen: string;
  readonly outcome: GateOutcome;
  readonly look: Look;
  /** Beside the title: "Review: needs a person". */
  readonly tag: string;
  /** The gate in one sentence, and what follows from it. */
  readonly headline: string;
  readonly standing: string;
  /** "Round 2, after fix cycle 1 of 3" */
  readonly roundText: string;
  readonly evaluatedAt?: string;
  readonly evaluator?: string;
  /** As the report or the checkpoint has it. */
  readonly statedVerdict?: string;
  readonly score: ShownScore;
  readonly rule: readonly ShownRuleLine[];
  readonly groups: readonly ShownGroup[];
  readonly rounds: readonly ShownRound[];
  readonly contradictions: readonly string[];
  /** Newest first. */
  readonly reviews: readonly ShownReview[];
  readonly acts: ShownActs;
  /** The report that can be written about this gate. */
  readonly report?: { readonly title: string; readonly because?: string };
}

/** The decision in large type. */
export interface ShownScore {
  readonly label: string;
  readonly value: string;
  readonly below: string;
}

export interface ShownRuleLine {
  readonly text: string;
  readonly because: string;
  /** `cleared`: it stood against the gate and did not fire. `passedOver`: it stood for it and did not fire. */
  readonly state: 'cleared' | 'passedOver' | 'used' | 'fired' | 'notReached';
}

export interface ShownGroup {
  readonly group: CriterionGroup;
  readonly title: string;
  /** "6 of 6 pass, round 1 had 3" */
  readonly summary: string;
  readonly source?: PlaceLink;
  /** Earlier rounds that are shown beside this one, newest first. */
  readonly rounds: readonly number[];
  readonly criteria: readonly ShownCriterion[];
}

export interface ShownCriterion {
  readonly id: string;
  /** Unlike the id it is never there twice. */
  readonly key: string;
  readonly name: string;
  readonly question?: string;
  readonly look: Look;
  /** The state's word where it is not the usual one: "Met", "Optional miss". */
  readonly word: string;
  readonly required: boolean;
  readonly metric?: ShownMetric;
  /** What was seen, or why nobody knows. */
  readonly note?: string;
  readonly evidence: readonly ShownEvidence[];
  /** How it stood in the earlier rounds of its group, in their order. */
  readonly past: readonly Look[];
  /** Who waived it and why, and when. */
  readonly waived?: string;
  readonly waivedAt?: string;
  /** Why this criterion can never be waived. */
  readonly notWaivable?: string;
  readonly waive: Act;
  /** Absent where a file answers. */
  readonly enter?: Act;
  readonly withdraw?: Act;
}

export interface ShownMetric {
  /** "86", "no value" */
  readonly value: string;
  readonly minimum: string;
  /** Share of the gauge's width, 0–100. */
  readonly filled: number;
  readonly mark: number;
}

export interface ShownEvidence {
  readonly text: string;
  readonly place?: PlaceLink;
  readonly commit?: string;
  readonly how: 'read' | 'byHand';
  /** Who and when, or what stands there. */
  readonly note?: string;
}

export interface ShownRound {
  readonly round: number;
  readonly look: Look;
  readonly word: string;
  readonly at?: string;
  /** What was fixed since the round before. */
  readonly fixed: readonly ShownFix[];
  readonly reasons: readonly string[];
  readonly evidence: readonly ShownEvidence[];
}

export interface ShownFix {
  readonly text: string;
  readonly commit?: string;
  readonly place?: PlaceLink;
}

export interface ShownReview {
  readonly look: Look;
  /** "Ada waived e2eTests" */
  readonly text: string;
  readonly by: string;
  readonly at?: string;
  readonly note?: string;
  /** "round 2, the rule said FAIL" */
  readonly about: string;
}

/** Something that a person may do: what it writes, or why it cannot be done. */
export interface Act {
  readonly allowed: boolean;
  readonly says: string;
  /** What to know before doing it. */
  readonly caution?: string;
}

export interface ShownActs {
  readonly approve: Act;
  readonly requestChanges: Act;
  readonly reject: Act;
  readonly asksBusinessSync: boolean;
}

export interface ShownResults {
  readonly place: PlaceLink;
  /** "JUnit: 412 of 412 passed" or what is wrong with it. */
  readonly text: string;
  readonly ok: boolean;
  /** Criteria of metric gates that it answers. */
  readonly feeds: readonly string[];
}

/** Decisions of a person as the page asks for them. */
export type Decision = 'APPROVE' | 'REQUEST_CHANGES' | 'REJECT' | 'WAIVE' | 'UNWAIVE' | 'ENTER';

/** What the Gate panel's page may ask, beyond CommonRequest. */
export type GateRequest =
  /** Look at another gate of the track. */
  | { readonly kind: 'turn'; readonly gate: string }
  | ReviewAsked
  | { readonly kind: 'report'; readonly gate: string; readonly note?: string | undefined }
  | { readonly kind: 'settings' };

export interface ReviewAsked {
  readonly kind: 'review';
  readonly gate: string;
  /** `seen` of the gate that the person looked at. */
  readonly seen: string;
  readonly decision: Decision;
  readonly criterion?: string | undefined;
  readonly value?: number | undefined;
  readonly passed?: boolean | undefined;
  readonly note?: string | undefined;
  readonly businessSync?: boolean | undefined;
}

/** Where one is in the page. */
export interface GateLayout {
  /** Notes that were written and not sent, by gate id. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Key of the current criterion. */
  readonly current?: string;
  readonly scroll: number;
}
