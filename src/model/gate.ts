import type { RuleLine } from './ruleLine';

/** The gates that a person can review (spec 003, steps 2 and 4, phase verification, board; spec 000, "Gate Types"). */
export type GateKind = 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION' | 'PHASE_COMPLETION' | 'PRE_LAUNCH' | 'METRICS';

/** One gate of a track with everything that bears on it, at one moment. All kinds of gates have this one form. */
export interface Gate {
  /** Stable: `EVALUATE_PLAN`, `EVALUATE_EXECUTION`, `PRE_LAUNCH`, `phase:<key>`, `metrics:<name>`. */
  readonly id: string;
  readonly kind: GateKind;
  /** "Evaluate execution", "Phase 2: In the shop", "Metric gate: testing". */
  readonly title: string;
  /** The present round, 1-based: evaluations happen again after each fix cycle or plan revision. */
  readonly round: number;
  /** False when nothing has been evaluated in this round yet. */
  readonly evaluated: boolean;
  /** Who evaluated this round and when, as written. */
  readonly evaluator?: string;
  readonly evaluatedAt?: string;
  /** The evaluator's own verdict, as written in the report or the checkpoint. */
  readonly statedVerdict?: string;
  /** Why this round failed, in the evaluator's own words. */
  readonly failureReasons: readonly string[];
  readonly criteria: readonly Criterion[];
  /** Earlier rounds, newest first. */
  readonly earlier: readonly GateRound[];
  /** The verdict that a person gave in the present round, while it stands. */
  readonly decided?: GateReview;
  /** What people have decided about this gate in any round, newest last. */
  readonly reviews: readonly GateReview[];
  /** What the sources say against each other, a sentence each. */
  readonly contradictions: readonly string[];
  /** METRICS: what follows an approval, as the gate's configuration says ("review", "deploy"). */
  readonly action?: string;
}

export type CriterionGroup =
  'checks' | 'dag' | 'evaluators' | 'board' | 'conditions' | 'protocol' | 'metrics';

/** One thing that a gate asks. */
export interface Criterion {
  /** Stable within the gate; what gate_reviews[] names. */
  readonly id: string;
  readonly name: string;
  readonly group: CriterionGroup;
  /** What is asked, in the spec's words. */
  readonly question?: string;
  /**
   * What the evidence says, before anything is waived. `open`: nothing answers it. `notApplicable`: it does not count
   * here.
   */
  readonly state: 'passed' | 'failed' | 'open' | 'notApplicable';
  readonly required: boolean;
  /** METRICS */
  readonly value?: number;
  readonly minimum?: number;
  /** What was seen, or why nobody knows. */
  readonly note?: string;
  readonly evidence: readonly Evidence[];
  /** Set when a person waived it in this round: it then holds nothing up, and is shown as waived. */
  readonly waived?: Waiver;
  /** Set where the criterion cannot be waived: why not. */
  readonly notWaivable?: string;
}

/** Where an answer comes from. */
export interface Evidence {
  /** Absolute path, or as a person wrote it. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly how: 'read' | 'byHand';
  /** Who and when, for what was entered by hand; else what stands there. */
  readonly note?: string;
}

export interface Waiver {
  readonly by: string;
  readonly at?: string;
  readonly note?: string;
}

/** An earlier round of a gate. */
export interface GateRound {
  readonly round: number;
  readonly verdict?: string;
  readonly at?: string;
  readonly evidence: readonly Evidence[];
  /** State of each criterion in that round, by id; criteria that the round did not name are absent. */
  readonly states: Readonly<Record<string, Criterion['state']>>;
  readonly failureReasons: readonly string[];
  /** What was fixed between this round and the next. */
  readonly fixed: readonly FixedItem[];
}

export interface FixedItem {
  readonly text: string;
  readonly commit?: string;
  readonly evidence: readonly Evidence[];
}

export type GateOutcome =
  | 'PASS' // loop gates, phases, PRE_LAUNCH
  | 'FAIL'
  | 'OPEN' // not everything that is required has been answered
  | 'APPROVE' // metric gates (spec 000, "Gate Decision Logic")
  | 'REVIEW'
  | 'REJECT';

/** What the rule says about a gate, and why. */
export interface GateDecision {
  readonly outcome: GateOutcome;
  readonly lines: readonly RuleLine[];
  /** 0–100; absent where the rule gives none. */
  readonly score?: number;
  /** REJECT: the reason in spec 000's own form, "<metric> failed". */
  readonly reason?: string;
}

/** What a person did at a gate. */
export const reviewDecisions = [
  'APPROVE',
  'REQUEST_CHANGES',
  'REJECT',
  'WAIVE',
  'UNWAIVE',
  /** A value or an answer that no file gives, entered by hand. */
  'ENTER',
] as const;
export type ReviewDecision = (typeof reviewDecisions)[number];

/** Entry of `gate_reviews[]` in metadata.json: our own audit list of what people decided. Never changed, only added to. */
export interface GateReview {
  readonly gate: string;
  readonly round: number;
  /** As written; an entry with a word that nobody knows is kept and shown. */
  readonly decision: string;
  /** WAIVE, UNWAIVE, ENTER */
  readonly criterion?: string;
  /** ENTER */
  readonly value?: number;
  readonly passed?: boolean;
  readonly note?: string;
  /** What the rule said at that moment. */
  readonly outcome?: string;
  /** Verdicts: whether something had evaluated the round before the person did. */
  readonly evaluated?: boolean;
  /** Verdicts: the criteria as they were at that moment. */
  readonly criteria?: readonly DecidedCriterion[];
  readonly by: string;
  readonly at?: string;
}

/** A criterion as it was when a person decided: what answered it may not be read any more at later steps. */
export type DecidedCriterion = Pick<Criterion, 'id' | 'state' | 'note'>;

/** What a metric gate asks (spec 000, "Gate Types"). */
export interface MetricGateSettings {
  readonly name: string;
  readonly criteria: Readonly<Record<string, { readonly min: number; readonly required: boolean }>>;
  readonly action?: string;
}
