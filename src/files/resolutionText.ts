import { directors, type BoardRemark, type BoardVote } from '../model/board';
import { oneLine } from './oneLine';

/** What board/resolution.md tells of a meeting (FORMATS §4.10). */
export interface ResolutionContent {
  readonly sessionId: string;
  readonly checkpoint: string;
  readonly at: string;
  readonly proposal: string;
  /** With underscores, as JSON writes it. */
  readonly verdict: string;
  /** The tally and the rule that decided, as a sentence. */
  readonly why: string;
  /** By director; one that is missing gave no vote. */
  readonly votes: Readonly<Record<string, BoardVote>>;
  /** "<text> (<director>)" */
  readonly conditions: readonly string[];
  readonly discussion: readonly BoardRemark[];
  readonly dissent: readonly string[];
}

const mostHighlights = 20;
const longestHighlight = 300;

/** The text of board/resolution.md, which `readResolution` reads back. */
export function resolutionText(c: ResolutionContent): string {
  const rows = directors.map((director) => {
    const vote = c.votes[director];
    const cells = vote
      ? [vote.verdict, vote.confidence?.toFixed(2) ?? '–', vote.conditions[0] ?? '–']
      : ['no vote', '–', '–'];
    return `| ${[director, ...cells].map(cell).join(' | ')} |`;
  });
  return `${[
    '# Board Resolution',
    ['## Proposal', unlabelled(oneLine(c.proposal))],
    ['## Session', c.sessionId, `Checkpoint ${c.checkpoint}, ${c.at}`],
    ['## Verdict', `**${c.verdict.replaceAll('_', ' ')}**`],
    [
      '## Vote Summary',
      ['| Director | Vote | Confidence | Key Condition |', '|---|---|---|---|', ...rows].join('\n'),
      c.why,
    ],
    ['## Conditions for Approval', list(c.conditions)],
    ['## Discussion Highlights', list(highlights(c.discussion))],
    ['## Dissenting Opinions', list(c.dissent)],
  ]
    .map((section) => (typeof section === 'string' ? section : section.join('\n\n')))
    .join('\n\n')}\n`;
}

/** What moved somebody first, then the rest in order. */
function highlights(remarks: readonly BoardRemark[]): string[] {
  const moved = remarks.filter(({ changesMyVerdict }) => changesMyVerdict);
  const others = remarks.filter(({ changesMyVerdict }) => !changesMyVerdict);
  const told = [...moved, ...others].slice(0, mostHighlights).map(({ from, to, type, message, round }) => {
    const text = oneLine(message);
    const short = text.length <= longestHighlight ? text : `${text.slice(0, longestHighlight - 1)}…`;
    return `${from ?? '?'} to ${to ?? 'ALL'} (${type ?? 'remark'}${round === undefined ? '' : `, round ${round}`}): ${short}`;
  });
  const left = remarks.length - told.length;
  return left > 0 ? [...told, `${left} more remarks in discussion.jsonl`] : told;
}

/** A line that begins like a label of this file ("Verdict: …") would be read as one. */
function unlabelled(line: string): string {
  return /^[*_#\s]*(?:Proposal|Session|Verdict|Conditions?|Dissent)\b[^:]*:/i.test(line) ? `“${line}”` : line;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'None' : items.map((item) => `- ${oneLine(item)}`).join('\n');
}

function cell(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}
