import type { TextProblem } from './problem';

/** Who decides (spec 003, "Consultation Flow"), the most cautious first. */
export const authorities = ['USER_ONLY', 'LEAD_CONSULT', 'ORCHESTRATOR'] as const;
export type Authority = (typeof authorities)[number];

export const leads = ['architecture', 'product', 'tech', 'qa'] as const;
export type Lead = (typeof leads)[number];

export interface AuthorityRow {
  /** Heading that it stands under. */
  readonly group: string;
  readonly decision: string;
  /** What cannot be understood is read as USER_ONLY, with a problem. */
  readonly authority: Authority;
  readonly lead?: Lead;
  /** All of them, when the row names several: they must agree. */
  readonly leads?: readonly Lead[];
  readonly guardrails?: string;
  /** 1-based line of authority-matrix.md; absent for a default of spec 003. */
  readonly line?: number;
}

/** authority-matrix.md (FORMATS §4.13). */
export interface AuthorityMatrix {
  readonly rows: readonly AuthorityRow[];
  readonly problems: readonly TextProblem[];
}
