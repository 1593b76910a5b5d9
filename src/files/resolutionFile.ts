/** What board/resolution.md says (FORMATS §4.10). */
export interface Resolution {
  readonly sessionId?: string;
  readonly proposal?: string;
  /** With underscores, as JSON writes it: APPROVED_WITH_REVIEW. */
  readonly verdict?: string;
  readonly conditions: readonly string[];
  readonly dissent: readonly string[];
}

const verdicts = /\b(APPROVED[ _]WITH[ _]REVIEW|APPROVED|REJECTED|ESCALATED?)\b/i;

/** Reads resolution.md by its headings: Proposal, Session, Verdict, Conditions for Approval, Dissenting Opinions. */
export function readResolution(text: string): Resolution {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1] ?? '';
    // "## Verdict: APPROVED" and "**Verdict:** APPROVED" carry their value on the line of the name.
    const named =
      /^(?:[*_]{0,2})(Proposal|Session|Verdict|Conditions?|Dissent)\b[^:]*:[*_]{0,2}\s*(.*)$/i.exec(
        heading || line,
      );
    if (heading || named) {
      const name = (named?.[1] ?? heading).toLowerCase();
      lines = named?.[2] ? [named[2]] : [];
      sections.set(name, [...(sections.get(name) ?? []), ...lines]);
      lines = sections.get(name) ?? lines;
    } else if (line.trim() !== '') {
      lines.push(line.trim());
    }
  }
  const section = (name: string): string[] =>
    [...sections].filter(([heading]) => heading.startsWith(name)).flatMap(([, found]) => found);
  const verdict = verdicts.exec(section('verdict').join(' '))?.[1]?.toUpperCase().replace(/ /g, '_');
  return {
    sessionId: bare(section('session')[0]),
    proposal: bare(section('proposal')[0]),
    verdict: verdict === 'ESCALATED' ? 'ESCALATE' : verdict,
    conditions: bullets(section('condition')),
    dissent: bullets(section('dissent')),
  };
}

function bullets(lines: readonly string[]): string[] {
  return lines
    .map((line) =>
      line
        .replace(/^(?:[-*+]|\d+[.)])\s+(?:\[.?\]\s*)?/, '')
        .replaceAll('**', '')
        .trim(),
    )
    .filter((line) => line !== '' && !/^[*_(]*(?:none|n\/a)\b.{0,10}$/i.test(line));
}

function bare(text: string | undefined): string | undefined {
  return text?.replace(/[`*]/g, '').trim() || undefined;
}
