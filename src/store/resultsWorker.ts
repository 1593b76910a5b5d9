import { parentPort } from 'node:worker_threads';
import { parseTestResults } from '../files/testResults/parseTestResults';
import { decodeText } from '../files/textFile';

/** Runs in a thread of its own, which parses one file: see parseResults. */
parentPort?.once('message', (bytes: Uint8Array) => {
  const decoded = decodeText(bytes);
  parentPort?.postMessage(decoded ? parseTestResults(decoded.text) : undefined);
});
