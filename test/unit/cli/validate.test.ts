import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { conductor, documentOf, folderWith } from './conductorProcess';
import { google, loopMetadata, shop } from './projects';
import { validationShape } from './shapes';

async function validate(files: Record<string, string | Uint8Array>, ...words: string[]) {
  const folder = folderWith(files);
  const finished = await conductor(['validate', '--json', ...words], { cwd: folder });
  return { folder, code: finished.code, report: validationShape.parse(documentOf(finished)) };
}

describe('conductor validate', function () {
  this.timeout(60_000);

  it('answers 0 when there is no error', async () => {
    const { code, report } = await validate(google);
    assert.equal(code, 0);
    assert.equal(report.errors, 0, JSON.stringify(report.problems));
  });

  it('answers 1 for a file that cannot be read, naming it, archives included', async () => {
    const { folder, code, report } = await validate({
      ...shop,
      'conductor/archive/login_20251201/metadata.json': '{"track_id": "login_20251201",, }\n',
    });
    assert.equal(code, 1);
    assert.ok(report.errors >= 1);
    assert.equal(report.problems[0]?.severity, 'error');
    assert.equal(report.problems[0].file, join(folder, 'conductor/archive/login_20251201/metadata.json'));
  });

  it('finds files that disagree', async () => {
    const { report } = await validate({
      ...shop,
      'conductor/tracks/checkout_20260110/metadata.json': loopMetadata('checkout_20260110', {
        root: { status: 'complete' },
      }),
    });
    assert.ok(
      report.problems.some((problem) => problem.message.includes('complete')),
      JSON.stringify(report.problems),
    );
  });

  it("checks the project's own JSON files too", async () => {
    const { folder, code, report } = await validate({
      ...google,
      'conductor/config.json': '{\n  "mode": "agentic",\n  "max_fix_cycles": "many"\n}\n',
      'conductor/setup_state.json': '{ "last_successful_step": "2.5_workflow" ',
    });
    assert.equal(code, 1);
    const found = report.problems.map(({ file, line, severity }) => [file, line, severity]);
    assert.deepEqual(found.slice(0, 1), [[join(folder, 'conductor/setup_state.json'), 1, 'error']]);
    assert.ok(
      found.some(([file, line]) => file === join(folder, 'conductor/config.json') && line === 3),
      JSON.stringify(report.problems),
    );
  });

  it('reads no file of the project that is a link out of the conductor directory', async () => {
    const folder = folderWith({ ...google, 'elsewhere.json': '{"mode": 7}' });
    symlinkSync(join(folder, 'elsewhere.json'), join(folder, 'conductor/config.json'));
    const finished = await conductor(['validate', '--json'], { cwd: folder });
    const { problems } = validationShape.parse(documentOf(finished));
    assert.equal(finished.code, 1);
    assert.deepEqual(
      problems.filter((problem) => problem.file.endsWith('config.json')).map((problem) => problem.code),
      ['link-astray'],
    );
  });

  it('lets warnings fail only with --strict', async () => {
    const files = {
      ...google,
      'conductor/tracks/dark_mode_20260201/metadata.json':
        '{ "track_id": "dark_mode_20260201", "status": "in_progress", "blockers": "none" }\n',
    };
    const lenient = await validate(files);
    assert.ok(lenient.report.warnings > 0);
    assert.equal(lenient.code, 0);
    const strict = await validate(files, '--strict');
    assert.equal(strict.code, 1);
  });

  it('prints the findings and a closing line for people', async () => {
    const folder = folderWith({ ...google, 'conductor/tracks/dark_mode_20260201/metadata.json': '{' });
    const { code, stdout } = await conductor(['validate', folder]);
    assert.equal(code, 1);
    assert.match(stdout, /^ {2}conductor\/tracks\/dark_mode_20260201\/metadata\.json:1 +error /m);
    assert.match(stdout, /1 conductor directory checked: \d+ errors?, \d+ warnings?/);
  });
});
