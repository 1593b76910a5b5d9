import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { askPerson } from '../../../src/cli/askPerson';

const question = {
  kind: 'dispatch',
  what: 'Start loop-planner for PLAN.',
  why: 'PLAN has not begun.\u001b[31m',
  command: { executable: 'claude', args: ['--print', '/loop-planner x'], cwd: '/', name: 'loop-planner' },
} as const;

/** Types these texts one after the other, each when it is asked for. */
function asked(texts: readonly (string | null)[]): { answer: Promise<string>; shown: () => string } {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  const left = [...texts];
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    if (!chunk.toString('utf8').includes('Go on?')) return;
    const text = left.shift();
    if (text === null) input.end();
    else if (text !== undefined) input.write(`${text}\n`);
  });
  const answer = askPerson(question, { input, output, signal: new AbortController().signal });
  return { answer, shown: () => shown };
}

describe('a question on the terminal', () => {
  it('says what would be done, why, and the exact command, and nothing that moves the cursor', async () => {
    const { answer, shown } = asked(['y']);
    assert.equal(await answer, 'yes');
    assert.match(shown(), /^Start loop-planner for PLAN\.\n {2}PLAN has not begun\./);
    assert.match(shown(), /claude --print \/loop-planner x/);
    assert.equal(shown().includes('\u001b[31m'), false);
  });

  it('takes whole words and first letters, and asks again for anything else', async () => {
    assert.equal(await asked(['YES']).answer, 'yes');
    assert.equal(await asked(['No']).answer, 'no');
    assert.equal(await asked(['perhaps', 'l']).answer, 'later');
  });

  it('takes an empty line and the end of the input for later', async () => {
    assert.equal(await asked(['']).answer, 'later');
    assert.equal(await asked([null]).answer, 'later');
  });

  it('is over when the run is stopped', async () => {
    const stop = new AbortController();
    const answer = askPerson(question, {
      input: new PassThrough(),
      output: new PassThrough(),
      signal: stop.signal,
    });
    stop.abort();
    assert.equal(await answer, 'later');
  });
});
