import { parseArgs } from 'node:util';
import type { Call, Command, CommandOption } from './command';
import { UsageError } from './failure';

export const commonOptions: Readonly<Record<string, CommandOption>> = {
  dir: { type: 'string', value: 'folder', help: 'Folder to work in (default: the current one)' },
  json: { type: 'boolean', help: 'Print JSON for programs' },
  help: { type: 'boolean', help: 'Print this help' },
};

/** What was written on the command line, checked against what the command takes. */
export type ParsedCall = Pick<Call, 'arguments' | 'text' | 'list' | 'flag'>;

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** @throws UsageError when the words do not fit the command. */
export function parseCall(command: Command, words: readonly string[]): ParsedCall {
  const options = { ...command.options, ...commonOptions };
  const { values, positionals } = parse(command, options, words);
  const list = (option: string): string[] =>
    [values[option] ?? []].flat().filter((value) => typeof value === 'string');
  const parsed: ParsedCall = {
    arguments: positionals,
    list,
    text: (option) => list(option)[0],
    flag: (option) => values[option] === true,
  };
  if (!parsed.flag('help')) checkArguments(command, positionals);
  return parsed;
}

function parse(
  command: Command,
  options: Readonly<Record<string, CommandOption>>,
  words: readonly string[],
): { values: Values; positionals: string[] } {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      {
        type: option.type,
        // Node takes the last of a repeated option in silence; all are collected so that it can be refused below.
        multiple: option.type === 'string',
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  );
  let result: { values: Values; positionals: string[] };
  try {
    result = parseArgs({ args: [...words], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageErrorOf(error, command, Object.keys(options));
  }
  for (const [name, value] of Object.entries(result.values)) {
    if (Array.isArray(value) && value.length > 1 && !options[name]?.multiple) {
      throw new UsageError(`--${name} was given ${value.length} times; it takes one value.`);
    }
  }
  return result;
}

function usageErrorOf(error: unknown, command: Command, names: readonly string[]): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const written = /'(--?[^' =]*)/.exec(error.message)?.[1] ?? '';
    const near = nearest(written.replace(/^-+/, ''), names);
    return new UsageError(
      `conductor ${command.name} has no option ${written}.`,
      near ? `Did you mean --${near}?` : undefined,
    );
  }
  if (code?.startsWith('ERR_PARSE_ARGS_')) {
    return new UsageError(error.message.split('\n')[0] ?? error.message);
  }
  return error;
}

function checkArguments(command: Command, given: readonly string[]): void {
  const { least, most } = command.arguments;
  const names = command.takes.split(' ').filter((word) => /^[<[][^-]/.test(word));
  if (given.length < least) {
    throw new UsageError(`conductor ${command.name} needs ${names.slice(given.length, least).join(' ')}.`);
  }
  if (given.length > most) {
    throw new UsageError(
      `conductor ${command.name} does not know what to do with "${given[most] ?? ''}".`,
      'Words with blanks belong in quotes.',
    );
  }
}

/** The one of `names` that is at most two typing mistakes away. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, distance: name.startsWith(word) && word !== '' ? 0 : editDistance(word, name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.min(2, best.name.length - 1) ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
