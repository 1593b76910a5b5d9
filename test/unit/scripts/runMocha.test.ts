import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../../scripts/lib/processes.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { readTally } from '../../../scripts/lib/tally.mjs';

describe('scripts/lib/runMocha.mjs', () => {
  let dir = '';
  beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), 'conductor-tally-'))));
  afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

  async function counts(files: Record<string, string>) {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), text);
    const tally = path.join(dir, 'tally.json');
    const { code, output } = await run(
      process.execPath,
      [
        '--import',
        'tsx',
        inRoot('scripts/lib/runMocha.mjs'),
        ...Object.keys(files).map((f) => path.join(dir, f)),
      ],
      { cwd: inRoot(), quiet: true, env: { ...process.env, CONDUCTOR_TALLY: tally } },
    );
    return { code, output, ...readTally(tally) };
  }

  it('counts what passed, failed and was skipped', async () => {
    const result = await counts({
      'a.test.ts': `describe('a', () => { it('one', () => {}); it('two', () => { throw new Error('broken'); }); it('three'); });`,
    });
    const { code, passed, failed, skipped, finished } = result;
    assert.deepEqual(
      { code, passed, failed, skipped, finished },
      { code: 1, passed: 1, failed: 1, skipped: 1, finished: true },
    );
    assert.match(result.output, /FAILED a two/);
    assert.match(result.output, /broken/);
  });

  it('counts a file that cannot be loaded as one failure and runs the others', async () => {
    const { code, passed, failed, output } = await counts({
      'a.test.ts': `import './there-is-no-such-file';`,
      'b.test.ts': `it('one', () => {});`,
    });
    assert.deepEqual({ code, passed, failed }, { code: 1, passed: 1, failed: 1 });
    assert.match(output, /a\.test\.ts can be loaded/);
  });

  it('keeps the count of a run that broke off, and does not call it finished', async () => {
    const { code, passed, finished } = await counts({
      'a.test.ts': `it('one', () => {}); it('two', () => process.exit(0));`,
    });
    assert.deepEqual({ code, passed, finished }, { code: 0, passed: 1, finished: false });
  });

  it('ends although a test left something open', async () => {
    const { code, passed } = await counts({
      'a.test.ts': `it('one', () => { setInterval(() => {}, 1000); });`,
    });
    assert.deepEqual({ code, passed }, { code: 0, passed: 1 });
  });
});
