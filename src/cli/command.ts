import type { ExitCode } from './exitCode';
import type { Output } from './output';

/** One command of the program: what it takes, what it is for, and what it does. */
export interface Command {
  readonly name: string;
  /** What follows the name in the usage line, e.g. `<track> <task> <marker>`. */
  readonly takes: string;
  /** One line for the overview. */
  readonly summary: string;
  /** Paragraphs for `conductor <name> --help`, one line each. */
  readonly details: readonly string[];
  /** How many arguments beside the options. */
  readonly arguments: { readonly least: number; readonly most: number };
  /** Beside `--dir`, `--json` and `--help`, which every command takes. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /** With `--json` it prints one JSON object a line as things happen, not one document. */
  readonly streams?: true;
  run(call: Call): Promise<ExitCode>;
}

export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** May be given more than once. */
  readonly multiple?: boolean;
  /** What its value is called in the usage, e.g. `sha`. */
  readonly value?: string;
  readonly help: string;
}

/** One call of a command, its arguments already checked against what the command takes. */
export interface Call {
  /** Absolute folder to work in: `--dir`, by default the current one. It exists. */
  readonly folder: string;
  readonly arguments: readonly string[];
  readonly json: boolean;
  readonly output: Output;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Value of a string option; undefined when it was not given. */
  readonly text: (option: string) => string | undefined;
  /** Values of an option that may be repeated. */
  readonly list: (option: string) => readonly string[];
  readonly flag: (option: string) => boolean;
}
