import type { Writable } from 'node:stream';
import { exitCode } from './exitCode';

/** A stream to print on. */
export type PrintStream = Writable & { readonly isTTY?: boolean };

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof codes;

/** Where a command prints: answers to standard output, complaints to standard error. */
export class Output {
  private readonly colour: boolean;

  constructor(
    private readonly out: PrintStream,
    private readonly err: PrintStream,
    /** True when standard output is for a program. */
    readonly json: boolean,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.colour = !json && out.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  }

  /** One write for all lines: a reader on the other end of a pipe never sees half a table. */
  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.out.write(lines.join('\n') + '\n');
  }

  /** The one JSON document that the command prints. */
  document(value: unknown): void {
    this.out.write(JSON.stringify(value, undefined, 2) + '\n');
  }

  /** One object on one line, in one write: a reader gets each as it happens. */
  event(value: unknown): void {
    this.out.write(JSON.stringify(value) + '\n');
  }

  complain(lines: readonly string[]): void {
    this.err.write(lines.join('\n') + '\n');
  }

  /** The text in a style, where standard output shows styles. */
  style(style: Style, text: string): string {
    return this.colour && text !== '' ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
  }
}

/**
 * Somebody who stops reading (`| head`) is no failure: what they do not read is dropped in silence. Any other
 * trouble (a full disk behind `>`) is said and makes the exit code 1: what was printed is not all there.
 */
export function watchStream(stream: Writable): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = exitCode.negative;
    if (stream !== process.stderr)
      process.stderr.write(`conductor: output could not be written: ${error.message}\n`);
  });
}
