import type { Verdict } from '../../shared/boardModel';

/** How the Board panel words what the files say. */

/** No text of a file is shown longer than this. */
const longest = 4000;
/** No list of a file is shown longer than this. */
export const mostItems = 50;

export const directorTitles: Readonly<Record<string, string>> = {
  CA: 'Chief Architect',
  CPO: 'Chief Product Officer',
  CSO: 'Chief Security Officer',
  COO: 'Chief Operations Officer',
  CXO: 'Chief Experience Officer',
};

/** "system_design" → "System design" */
export function fromKey(key: string): string {
  const words = clip(key.replace(/[_\s]+/g, ' ').trim(), 80);
  const named = words.replace(/\b(?:api|ui|ux|sla)\b/gi, (word) => word.toUpperCase());
  return named.charAt(0).toUpperCase() + named.slice(1);
}

export function clip(text: string, most = longest): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** A list, cut where it is too long, with a last line that says so. */
export function clipped(items: readonly string[]): string[] {
  const shown = items.slice(0, mostItems).map((item) => clip(item));
  return items.length > mostItems ? [...shown, `${items.length - mostItems} more in the file.`] : shown;
}

/** A vote or the verdict of an assessment. */
export function voteWord(written: string): Verdict {
  switch (written.trim().toUpperCase()) {
    case 'APPROVE':
    case 'APPROVED':
      return { standing: 'passed', word: 'Approve' };
    case 'CONCERNS':
      return { standing: 'concerns', word: 'Concerns' };
    case 'REJECT':
    case 'REJECTED':
      return { standing: 'failed', word: 'Reject' };
    case 'ABSTAIN':
    case 'ABSTAINED':
      return { standing: 'skipped', word: 'Abstain' };
    case '':
      return { standing: 'open', word: 'No verdict' };
    default:
      return { standing: 'open', word: clip(written.trim(), 28) };
  }
}

/** The verdict of a meeting, with the votes where they are known: "Approved 4 to 1". */
export function outcomeWord(
  written: string,
  votes?: { readonly approve: number; readonly reject: number },
): Verdict {
  const count = (first: number, second: number): string =>
    first + second === 0 ? '' : ` ${first} to ${second}`;
  const { approve = 0, reject = 0 } = votes ?? {};
  switch (written) {
    case 'APPROVED':
      return { standing: 'passed', word: `Approved${count(approve, reject)}` };
    case 'APPROVED_WITH_REVIEW':
      return { standing: 'review', word: `Approved with review${count(approve, reject)}` };
    case 'REJECTED':
      return { standing: 'failed', word: `Rejected${count(reject, approve)}` };
    case 'ESCALATE':
      return { standing: 'blocked', word: `Escalated${count(approve, reject)}` };
    default:
      return { standing: 'open', word: clip(written, 60) };
  }
}

/** "a", "a and b", "a, b and c" */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "41 min"; undefined where one end cannot be read or the end is before the start. */
export function durationWord(from: string | undefined, to: string | undefined): string | undefined {
  const minutes = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 60_000;
  if (!(minutes >= 0)) return undefined;
  if (minutes < 1) return 'under 1 min';
  if (minutes < 120) return `${Math.round(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} days`;
}
