import { createInterface } from 'node:readline';
import type { Confirmation } from '../engine/run/runPorts';
import { printable } from './text';

/**
 * Asks before something is done. An empty line, the end of the input and Ctrl+C mean `later`: nothing is done, and the
 * next run asks again. Ctrl+C stops the program besides.
 */
export function askPerson(
  question: Confirmation,
  o: {
    readonly input: NodeJS.ReadableStream;
    readonly output: NodeJS.WritableStream;
    readonly signal: AbortSignal;
  },
): Promise<'yes' | 'no' | 'later'> {
  const { command } = question;
  const lines = [
    printable(question.what),
    `  ${printable(question.why)}`,
    ...(command ? [`  ${printable([command.executable, ...command.args].join(' '))}`] : []),
  ];
  o.output.write(`${lines.join('\n')}\n`);
  return new Promise((resolve) => {
    const reader = createInterface({ input: o.input, output: o.output });
    const answer = (said: 'yes' | 'no' | 'later'): void => {
      o.signal.removeEventListener('abort', stop);
      resolve(said);
      reader.close();
    };
    const stop = (): void => answer('later');
    const ask = (): void =>
      reader.question('Go on? [y]es, [n]o, [l]ater: ', (text) => {
        const said = meaning(text);
        if (said) answer(said);
        else ask();
      });
    reader.once('close', () => answer('later'));
    // readline takes Ctrl+C for itself; the program hears of it as of any other.
    reader.once('SIGINT', () => {
      o.output.write('\n');
      process.kill(process.pid, 'SIGINT');
    });
    if (o.signal.aborted) stop();
    else {
      o.signal.addEventListener('abort', stop, { once: true });
      ask();
    }
  });
}

function meaning(text: string): 'yes' | 'no' | 'later' | undefined {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'l' || word === 'later') return 'later';
  if (word === 'y' || word === 'yes') return 'yes';
  return word === 'n' || word === 'no' ? 'no' : undefined;
}
