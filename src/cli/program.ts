import { resolve } from 'node:path';
import { version } from '../../package.json';
import { reportVersion } from '../engine/statusReport';
import type { Command } from './command';
import { answer } from './commands/answer';
import { board } from './commands/board';
import { init } from './commands/init';
import { mark } from './commands/mark';
import { newCommand } from './commands/new';
import { runCommand } from './commands/run';
import { show } from './commands/show';
import { status } from './commands/status';
import { step } from './commands/step';
import { validate } from './commands/validate';
import { exitCode, type ExitCode } from './exitCode';
import { NegativeAnswer, UsageError } from './failure';
import { requireFolder } from './folder';
import { helpOf, overview, usageLine } from './help';
import { Output, type PrintStream } from './output';
import { nearest, parseCall } from './parseCall';
import { printable } from './text';

const commands: readonly Command[] = [
  status,
  show,
  mark,
  step,
  runCommand,
  answer,
  board,
  newCommand,
  validate,
  init,
];

/** What a call of the program is given by the process that it is made in. */
export interface Surroundings {
  readonly stdout: PrintStream;
  readonly stderr: PrintStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute current folder. */
  readonly cwd: string;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
}

/**
 * `conductor <words>`: finds the command and runs it. Whatever goes wrong is printed and told by the exit code.
 * Agents that it starts inherit the streams and the environment of the process itself.
 */
export async function runProgram(words: readonly string[], o: Surroundings): Promise<ExitCode> {
  const { environment, signal } = o;
  const end = words.indexOf('--');
  const json = words.slice(0, end < 0 ? undefined : end).includes('--json');
  const output = new Output(o.stdout, o.stderr, json, environment);
  let command: Command | undefined;
  try {
    const request = readRequest(words);
    if ('print' in request) {
      output.lines(request.print);
      return exitCode.fine;
    }
    command = request.command;
    const parsed = parseCall(command, request.words);
    if (parsed.flag('help')) {
      output.lines(helpOf(command));
      return exitCode.fine;
    }
    // Agents that are being stopped take their time.
    if (command.streams)
      signal.addEventListener('abort', () => output.complain(['Stopping …']), { once: true });
    const folder = await requireFolder(resolve(o.cwd, parsed.text('dir') ?? '.'));
    return await command.run({ ...parsed, folder, json, output, signal, environment });
  } catch (error) {
    return report(error, command, output, signal);
  }
}

type Request =
  { readonly print: readonly string[] } | { readonly command: Command; readonly words: string[] };

/** Finds the command; options may stand before it (`conductor --dir web status`). */
function readRequest(words: readonly string[]): Request {
  const before: string[] = [];
  const rest = [...words];
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift() ?? '';
    if (option === '--version' || option === '-V') return { print: [version] };
    if (option === '--') break;
    before.push(option);
    if (option === '--dir' && rest[0] !== undefined) before.push(rest.shift() ?? '');
  }
  const name = rest.shift();
  const wantsHelp = before.includes('--help') || before.includes('-h') || name === 'help';
  if (name === undefined || name === 'help') {
    const topic = name === 'help' ? commands.find((command) => command.name === rest[0]) : undefined;
    if (topic) return { print: helpOf(topic) };
    if (wantsHelp) return { print: overview(commands) };
    throw new UsageError('No command was given.');
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const near = nearest(
      name,
      commands.map((candidate) => candidate.name),
    );
    throw new UsageError(
      `There is no command "${name}".`,
      near ? `Did you mean conductor ${near}?` : undefined,
    );
  }
  return { command, words: [...before, ...rest] };
}

/** Says what went wrong: for a person on standard error, for a program as JSON on standard output. */
function report(error: unknown, command: Command | undefined, output: Output, signal: AbortSignal): ExitCode {
  const tell = (value: unknown): void => (command?.streams ? output.event(value) : output.document(value));
  if (signal.aborted) {
    output.complain(['conductor: interrupted']);
    return exitCode.interrupted;
  }
  if (error instanceof UsageError) {
    const usage = command ? [usageLine(command)] : overview(commands);
    const hint = error.hint === undefined ? [] : [printable(error.hint)];
    output.complain([`conductor: ${printable(error.message)}`, ...hint, '', ...usage]);
    if (output.json) tell(failure('usage', [error.message, ...hint].join(' '), []));
    return exitCode.usage;
  }
  if (error instanceof NegativeAnswer) {
    if (output.json) tell(failure(error.code, error.message, error.candidates));
    else {
      const candidates = error.candidates.map((candidate) => `  ${printable(candidate)}`);
      output.complain([`conductor: ${printable(error.message)}`, ...candidates]);
    }
    return exitCode.negative;
  }
  // Not foreseen: a mistake in this program or a machine in trouble. The stack is what a bug report needs.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.complain([`conductor: unexpected failure: ${text}`]);
  if (output.json) tell(failure('unexpected', error instanceof Error ? error.message : text, []));
  return exitCode.negative;
}

function failure(code: string, message: string, candidates: readonly string[]): unknown {
  return { version: reportVersion, error: { code, message, candidates } };
}
