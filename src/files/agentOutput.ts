import { stripVTControlCharacters, TextDecoder } from 'node:util';
import { agentMarkers, type AgentMarker, type AgentOutput } from '../model/agentOutput';
import { countField, field, recordOf, textField } from './looseValues';

/** A line that is longer than this many characters says nothing: no verdict is. */
const longestLine = 64 * 1024;
const marker = new RegExp(`^(?:\\*\\*)?(${agentMarkers.join('|')}):(?:\\*\\*)?\\s*(.*)$`);

/**
 * Reads an agent's output as it comes, in constant memory, whatever its size and encoding.
 *
 * The rule: only a line counts that is a statement as a whole, from its first character on: a JSON object with a
 * `verdict` of PASS or FAIL, or a marker in capitals with its colon. Lines in fenced code, behind `>` or indented are
 * quotations and do not count; a fence that is never closed reaches to the end. Of each form the last line counts.
 * Colours and other control sequences are taken out first; LF, CR LF and a lone CR end a line.
 */
export class AgentOutputReader {
  private decoder: TextDecoder | undefined;
  private rest = '';
  private overlong = false;
  private endedWithCr = false;
  private fence: string | undefined;
  private lines = 0;
  private json: AgentOutput['json'];
  private readonly markers: { [M in AgentMarker]?: { text: string; line: number } } = {};

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.decoder ??= new TextDecoder(encodingOf(chunk));
    this.take(this.decoder.decode(chunk, { stream: true }));
  }

  /** What the output says, the last line included even when nothing ends it. Call once, at the end. */
  end(): AgentOutput {
    if (this.decoder) this.take(this.decoder.decode());
    if (this.rest !== '' || this.overlong) this.line(this.rest);
    return { ...(this.json ? { json: this.json } : {}), markers: { ...this.markers }, lines: this.lines };
  }

  private take(text: string): void {
    let start = this.endedWithCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.endedWithCr = text.endsWith('\r');
    const breaks = /\r\n|\n|\r/g;
    breaks.lastIndex = start;
    for (let found = breaks.exec(text); found; found = breaks.exec(text)) {
      this.keep(text.slice(start, found.index));
      this.line(this.rest);
      start = breaks.lastIndex;
    }
    this.keep(text.slice(start));
  }

  private keep(part: string): void {
    if (this.rest.length + part.length > longestLine) {
      this.overlong = true;
      this.rest = '';
    } else if (!this.overlong) this.rest += part;
  }

  private line(written: string): void {
    this.lines += 1;
    const overlong = this.overlong;
    this.rest = '';
    this.overlong = false;
    if (overlong) return;
    const text = stripVTControlCharacters(written)
      .replace(/^\uFEFF/, '')
      .trimEnd();
    const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(text);
    if (this.fence !== undefined) {
      if (fence && fence[1]!.startsWith(this.fence) && fence[2]!.trim() === '') this.fence = undefined;
      return;
    }
    if (fence && !(fence[1]!.startsWith('`') && fence[2]!.includes('`'))) {
      this.fence = fence[1];
      return;
    }
    if (text.startsWith('{')) this.json = verdictOf(text, this.lines) ?? this.json;
    const [, name, value] = marker.exec(text) ?? [];
    if (name !== undefined)
      this.markers[name as AgentMarker] = { text: value!.trim().slice(0, 2000), line: this.lines };
  }
}

/** The whole output at once. */
export function readAgentOutput(bytes: Uint8Array): AgentOutput {
  const reader = new AgentOutputReader();
  reader.push(bytes);
  return reader.end();
}

function verdictOf(text: string, line: number): AgentOutput['json'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const record = recordOf(value);
  const verdict = field(record, 'verdict');
  if (verdict !== 'PASS' && verdict !== 'FAIL') return undefined;
  const filesChanged = countField(record, 'files_changed');
  return {
    verdict,
    summary: textField(record, 'summary') ?? '',
    line,
    ...(filesChanged === undefined ? {} : { filesChanged }),
  };
}

/** By byte order mark, else by zero bytes where ASCII in UTF-16 has them; broken UTF-8 is read with replacement characters. */
function encodingOf(start: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [a, b, c, d] = start;
  if ((a === 0xff && b === 0xfe) || (b === 0 && d === 0 && a !== 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && c === 0 && b !== 0)) return 'utf-16be';
  return 'utf-8';
}
