import { directors, type Director } from '../model/board';

export interface BoardResolution {
  readonly verdict: 'APPROVED' | 'APPROVED_WITH_REVIEW' | 'REJECTED' | 'ESCALATE';
  readonly approve: number;
  readonly reject: number;
  /** Directors whose vote is absent or neither yes nor no. */
  readonly missing: string[];
  readonly why: string;
}

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
  const tally = `${approve} approve, ${reject} reject${missing.length > 0 ? `, no vote from ${missing.join(', ')}` : ''}`;
  const result = (verdict: BoardResolution['verdict'], rule: string): BoardResolution => ({
    verdict,
    approve,
    reject,
    missing,
    why: `${tally}: ${rule}`,
  });

  if (quick) {
    if (approve >= 3)
      return result('APPROVED', 'a quick review approves with three yes votes, concerns included.');
    if (reject >= 3)
      return result('REJECTED', 'a quick review rejects when three yes votes cannot be reached.');
  } else {
    if (approve >= 4) return result('APPROVED', 'four or five approvals approve.');
    if (approve === 3) return result('APPROVED_WITH_REVIEW', 'three approvals approve with review.');
    if (reject >= 3) return result('REJECTED', 'three or more rejections reject.');
  }
  return result('ESCALATE', 'neither side has three votes, so a person decides.');
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
