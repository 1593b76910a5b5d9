import { directors, type Director } from '../model/board';
import type { RuleLine } from '../model/ruleLine';

export interface BoardResolution {
  readonly verdict: 'APPROVED' | 'APPROVED_WITH_REVIEW' | 'REJECTED' | 'ESCALATE';
  readonly approve: number;
  readonly reject: number;
  /** Directors whose vote is absent or neither yes nor no. */
  readonly missing: string[];
  readonly why: string;
  /** The rule with the line that fired. */
  readonly lines: readonly RuleLine[];
}

interface ResolutionRow {
  readonly text: string;
  readonly when: (approve: number, reject: number) => boolean;
  readonly verdict: BoardResolution['verdict'];
  /** The rule as a sentence goes on with it. */
  readonly rule: string;
}

const undecided: ResolutionRow = {
  text: 'Otherwise (a tie, missing votes, abstentions) → ESCALATE',
  when: () => true,
  verdict: 'ESCALATE',
  rule: 'neither side has three votes, so a person decides.',
};

/** Spec 003, "Resolution Rules". */
const fullRows: readonly ResolutionRow[] = [
  {
    text: '4 or 5 approve → APPROVED',
    when: (approve) => approve >= 4,
    verdict: 'APPROVED',
    rule: 'four or five approvals approve.',
  },
  {
    text: '3 approve → APPROVED WITH REVIEW',
    when: (approve) => approve === 3,
    verdict: 'APPROVED_WITH_REVIEW',
    rule: 'three approvals approve with review.',
  },
  {
    text: '3 or more reject → REJECTED',
    when: (_, reject) => reject >= 3,
    verdict: 'REJECTED',
    rule: 'three or more rejections reject.',
  },
  undecided,
];

/** FORMATS §4.10: in a quick review approvals and concerns are yes. */
const quickRows: readonly ResolutionRow[] = [
  {
    text: '3 or more yes (approve or concerns) → APPROVED',
    when: (approve) => approve >= 3,
    verdict: 'APPROVED',
    rule: 'a quick review approves with three yes votes, concerns included.',
  },
  {
    text: '3 or more reject → REJECTED',
    when: (_, reject) => reject >= 3,
    verdict: 'REJECTED',
    rule: 'a quick review rejects when three yes votes cannot be reached.',
  },
  undecided,
];

/**
 * The verdict that the votes give (spec 003, "Resolution Rules"; FORMATS §4.10). Full meeting: 4 or 5 approve →
 * APPROVED, 3 → APPROVED WITH REVIEW, 3 or more reject → REJECTED, else ESCALATE (with five binary votes a tie is
 * impossible: it means missing votes or abstentions). Quick review: CONCERNS counts as yes; 3 yes → APPROVED.
 * Only the five directors of the spec vote; votes of others are ignored.
 */
export function resolveBoard(
  votes: Readonly<Record<string, { readonly verdict: string }>>,
  quick: boolean,
): BoardResolution {
  const cast = new Map<Director, 'yes' | 'no' | 'neither'>();
  for (const [key, vote] of Object.entries(votes)) {
    const director = directors.find((name) => name === key.trim().toUpperCase());
    if (director) cast.set(director, meaningOf(vote.verdict, quick));
  }
  const count = (meaning: 'yes' | 'no') => [...cast.values()].filter((value) => value === meaning).length;
  const approve = count('yes');
  const reject = count('no');
  const missing = directors.filter((director) => (cast.get(director) ?? 'neither') === 'neither');
  const none = missing.length > 0 ? `, no vote from ${missing.join(', ')}` : '';
  const tally = `${approve} ${quick ? 'yes' : 'approve'}, ${reject} reject${none}`;
  const rows = quick ? quickRows : fullRows;
  const fired = rows.findIndex((row) => row.when(approve, reject));
  const row = rows[fired] ?? undecided;
  return {
    verdict: row.verdict,
    approve,
    reject,
    missing,
    why: `${tally}: ${row.rule}`,
    lines: rows.map((candidate, i) => ({
      text: candidate.text,
      because: i > fired ? '' : `${tally}.`,
      state: i < fired ? 'passedOver' : i === fired ? 'fired' : 'notReached',
    })),
  };
}

function meaningOf(verdict: string, quick: boolean): 'yes' | 'no' | 'neither' {
  switch (verdict.trim().toUpperCase()) {
    case 'APPROVE':
    case 'APPROVED':
      return 'yes';
    case 'CONCERNS':
      return quick ? 'yes' : 'neither';
    case 'REJECT':
    case 'REJECTED':
      return 'no';
    default:
      return 'neither';
  }
}
