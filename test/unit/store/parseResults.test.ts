import assert from 'node:assert/strict';
import { parseTestResults } from '../../../src/files/testResults/parseTestResults';
import { parseResults } from '../../../src/store/parseResults';

const junit = (cases: number): string =>
  `<testsuites><testsuite name="a" tests="${cases}" failures="0" errors="0" skipped="0">${'<testcase classname="c" name="does it" time="0.1"/>\n'.repeat(cases)}</testsuite></testsuites>`;

describe('parseResults', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('gives the same for small files at once and for large ones from a thread', async () => {
    for (const count of [3, 40_000]) {
      const text = junit(count);
      assert.deepEqual(await parseResults(bytes(text)), parseTestResults(text));
    }
    assert.equal(await parseResults(new Uint8Array(200_000)), undefined, 'no text');
  });

  it('lets the process breathe while a large file is parsed', async () => {
    let turns = 0;
    let isParsed = false;
    const parsed = parseResults(bytes(junit(60_000))).then(() => (isParsed = true));
    const count = (): void => {
      turns++;
      if (!isParsed) setImmediate(count);
    };
    setImmediate(count);
    await parsed;
    assert.ok(turns > 10, `${turns} turns`);
  });

  it('can be cancelled', async () => {
    const control = new AbortController();
    const parsed = parseResults(bytes(junit(60_000)), control.signal);
    control.abort(new Error('closed'));
    await assert.rejects(parsed, /closed/);
    await assert.rejects(parseResults(bytes(junit(1)), control.signal), /closed/);
  });
});
