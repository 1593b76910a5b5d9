import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { parseTestResults } from '../files/testResults/parseTestResults';
import { decodeText } from '../files/textFile';
import type { TestResults } from '../model/testResults';
import { megabytes } from './limits';

/** Files up to this many bytes are parsed at once, in under 20 ms; a thread takes longer to start. */
const largestAtOnce = 64 * 1024;
/** Without a thread, files up to this many bytes are parsed all the same: in under 200 ms. */
const largestWithoutThread = 1024 * 1024;

/**
 * Parses test results without holding up the process: XML of 5 MB takes half a second, lcov of 20 MB more, so large
 * files are parsed in a thread. Undefined when the bytes are no text.
 * @throws the signal's reason when aborted; the thread is then ended
 */
export async function parseResults(
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<TestResults | undefined> {
  signal?.throwIfAborted();
  if (bytes.length <= largestAtOnce) return parsedHere(bytes);
  const file = workerFile();
  const parsed = file === undefined ? 'no-thread' : await parsedInThread(file, bytes, signal);
  if (parsed !== 'no-thread') return parsed;
  if (bytes.length <= largestWithoutThread) return parsedHere(bytes);
  return {
    metrics: [],
    problems: [
      {
        severity: 'warning',
        code: 'results-too-large',
        message: `The file has ${megabytes(bytes.length)} and was left unread: no thread could be started to parse it, and without one it would hold up everything else.`,
      },
    ],
  };
}

function parsedHere(bytes: Uint8Array): TestResults | undefined {
  const decoded = decodeText(bytes);
  return decoded && parseTestResults(decoded.text);
}

function parsedInThread(
  file: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<TestResults | undefined | 'no-thread'> {
  return new Promise((resolve, reject) => {
    // From sources, as in tests, the thread has to load what reads them first.
    const worker = file.endsWith('.ts')
      ? new Worker(`require('tsx/cjs'); require(${JSON.stringify(file)});`, { eval: true })
      : new Worker(file);
    worker.postMessage(bytes);
    const abort = (): void => {
      void worker.terminate();
      reject(signal?.reason as Error);
    };
    const settle = (result: TestResults | undefined | 'no-thread'): void => {
      signal?.removeEventListener('abort', abort);
      resolve(result);
    };
    signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', (result: TestResults | undefined) => settle(result));
    // Out of memory, or a file that is missing from the package: the caller says what was not read.
    worker.once('error', () => settle('no-thread'));
    worker.once('exit', () => settle('no-thread'));
  });
}

/** Beside the bundle, one above its chunks, or here among the sources. */
function workerFile(): string | undefined {
  return ['resultsWorker.js', '../resultsWorker.js', 'resultsWorker.ts']
    .map((name) => join(__dirname, name))
    .find((file) => existsSync(file));
}
