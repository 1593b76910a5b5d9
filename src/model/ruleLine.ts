/**
 * One line of a rule, in the order in which it is tried. A decision is explained by all lines of its rule: those that
 * were passed over, those that only computed something, the one that fired, and those that were never reached.
 */
export interface RuleLine {
  /** The rule's own words: "A required metric missing or below its minimum → REJECT". */
  readonly text: string;
  /** What it met here: "None is.", "3 ÷ 4 × 100 = 75". */
  readonly because: string;
  readonly state: 'passedOver' | 'used' | 'fired' | 'notReached';
}
