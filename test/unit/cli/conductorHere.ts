import { Writable } from 'node:stream';
import { runProgram } from '../../../src/cli/program';
import type { Finished } from './conductorProcess';

/**
 * Runs `conductor <words>` in this process, all but its start and its end: a tenth of the work. For what must hold for
 * many inputs and has been shown to hold for the program itself (`conductor`); not for commands that start agents.
 */
export async function conductorHere(
  words: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Finished> {
  const printed = { stdout: '', stderr: '' };
  const into = (name: keyof typeof printed): Writable =>
    new Writable({
      decodeStrings: false,
      write: (text: string, _, done) => {
        printed[name] += text;
        done();
      },
    });
  const code = await runProgram(words, {
    stdout: into('stdout'),
    stderr: into('stderr'),
    environment: process.env,
    cwd: options.cwd ?? process.cwd(),
    signal: new AbortController().signal,
  });
  return { code, signal: null, ...printed };
}
