import type { Command, CommandOption } from './command';
import { commonOptions } from './parseCall';
import { table } from './text';

export function overview(commands: readonly Command[]): string[] {
  return [
    'Usage: conductor <command> [options]',
    '',
    'Shows and changes what conductor directories say: tracks, plans, the evaluate-loop.',
    '',
    'Commands:',
    ...table(
      commands.map((command) => [command.name, command.summary]),
      '  ',
    ),
    '',
    'Every command takes --dir <folder>, --json and --help. conductor --version prints the version.',
    'Exit code: 0 fine, 1 a negative answer or a refused edit, 2 wrong usage, 3 a run needs a person.',
  ];
}

export function usageLine(command: Command): string {
  return `Usage: conductor ${command.name} ${command.takes}`.trimEnd();
}

export function helpOf(command: Command): string[] {
  return [
    usageLine(command),
    '',
    ...command.details,
    '',
    'Options:',
    ...optionLines({ ...command.options, ...commonOptions }),
  ];
}

function optionLines(options: Readonly<Record<string, CommandOption>>): string[] {
  const rows = Object.entries(options).map(([name, option]) => [
    `--${name}${option.type === 'string' ? ` <${option.value ?? 'text'}>` : ''}${option.multiple ? ' …' : ''}`,
    option.help,
  ]);
  return table(rows, '  ');
}
