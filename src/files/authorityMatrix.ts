import {
  leads,
  type Authority,
  type AuthorityMatrix,
  type AuthorityRow,
  type Lead,
} from '../model/authorityMatrix';
import type { TextProblem } from '../model/problem';
import { tableAt } from './markdownTable';
import { tracksLines } from './tracksLines';

/**
 * Reads authority-matrix.md (FORMATS §4.13): tables with the columns Decision, Authority, Lead and Guardrails, found by
 * name, and the lists of the spec's quick reference (`**… (USER_ONLY):**`, then `- decision` or `- Lead: a, b`). What
 * is unclear is read as USER_ONLY and reported. Never throws.
 */
export function parseAuthorityMatrix(text: string): AuthorityMatrix {
  const lines = tracksLines(text);
  const rows: AuthorityRow[] = [];
  const problems: TextProblem[] = [];
  const problem = (code: string, line: number, message: string): void => {
    problems.push({ severity: 'warning', code, line, message });
  };
  let group = '';
  let list: Authority | undefined;
  const add = (
    line: number,
    decision: string,
    authority: Authority,
    leadWord: string,
    guardrails?: string,
  ): void => {
    if (decision === '') return;
    const named = leadsOf(leadWord);
    const [lead] = named;
    const lacksLead = authority === 'LEAD_CONSULT' && lead === undefined;
    if (lacksLead) {
      problem(
        'authority-lead-unknown',
        line,
        `“${decision}” is for a lead, but “${leadWord}” is none of ${leads.join(', ')}: a person is asked. Name one of them.`,
      );
    }
    rows.push({
      group,
      decision,
      authority: lacksLead ? 'USER_ONLY' : authority,
      line,
      ...(lead ? { lead } : {}),
      ...(named.length > 1 ? { leads: named } : {}),
      ...(guardrails ? { guardrails } : {}),
    });
  };
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i]!;
    if (line.kind !== 'text') continue;
    const words = line.text.trim();
    const heading = /^#{1,6}\s+(.*)$/.exec(words)?.[1];
    const label = heading ?? (/^\*\*.+\*\*:?$/.test(words) ? words.replaceAll('*', '') : undefined);
    if (label !== undefined) {
      group = label.replace(/:$/, '');
      list = /\b(USER_ONLY|LEAD_CONSULT|ORCHESTRATOR)\b/.exec(label)?.[1] as Authority | undefined;
      continue;
    }
    const table = tableAt(lines, i);
    if (table) {
      const column = (name: RegExp): number => table.header.cells.findIndex((cell) => name.test(cell.text));
      const [decision, authority, lead, guard] = [
        column(/^decision/i),
        column(/^(authority|level)/i),
        column(/^lead/i),
        column(/^guardrail/i),
      ];
      if (decision >= 0 && authority >= 0) {
        for (const row of table.rows) {
          const cell = (at: number): string => row.cells[at]?.text.replace(/[`*]/g, '').trim() ?? '';
          const written = cell(authority);
          const known = authorityOf(written);
          if (!known)
            problem(
              'authority-unknown',
              row.line.number,
              `“${written}” is no authority: a person is asked. Write USER_ONLY, LEAD_CONSULT or ORCHESTRATOR.`,
            );
          add(
            row.line.number,
            cell(decision),
            known ?? 'USER_ONLY',
            cell(lead),
            cell(guard).replace(/^[—–-]$/, ''),
          );
        }
      }
      i = table.endIndex - 1;
      continue;
    }
    const item = /^[-*+]\s+(.*)$/.exec(words)?.[1];
    if (item === undefined || list === undefined) continue;
    const [, leadWord, decisions] = /^([A-Za-z]+):\s*(.+)$/.exec(item) ?? [];
    if (list === 'LEAD_CONSULT' && leadWord !== undefined) {
      for (const decision of decisions!.split(/,\s+/)) add(line.number, decision, list, leadWord);
    } else add(line.number, item, list, '');
  }
  reportContradictions(rows, problem);
  return { rows, problems };
}

/** HIGH_IMPACT of the successor: the board may decide there; by the spec a person does. */
function authorityOf(written: string): Authority | undefined {
  const word = written.toUpperCase().replace(/[\s-]+/g, '_');
  if (word === 'HIGH_IMPACT') return 'USER_ONLY';
  return word === 'USER_ONLY' || word === 'LEAD_CONSULT' || word === 'ORCHESTRATOR' ? word : undefined;
}

/** The leads of a cell, in its order; none when one of the words is no lead. */
function leadsOf(written: string): Lead[] {
  const found = written
    .toLowerCase()
    .split(/[,;/&+]|\band\b/)
    .map((part) => part.replace(/\bleads?\b/, '').trim())
    .map((word) => leads.find((lead) => lead === word));
  return found.every((lead) => lead !== undefined) ? [...new Set(found)] : [];
}

function reportContradictions(
  rows: readonly AuthorityRow[],
  problem: (code: string, line: number, message: string) => void,
): void {
  const first = new Map<string, AuthorityRow>();
  for (const row of rows) {
    const key = row.decision.toLowerCase().replace(/\s+/g, ' ');
    const known = first.get(key);
    if (!known) first.set(key, row);
    else if (known.authority !== row.authority) {
      problem(
        'authority-contradiction',
        row.line ?? 1,
        `“${row.decision}” is ${row.authority} here and ${known.authority} on line ${known.line}: the more cautious one holds.`,
      );
    }
  }
}
