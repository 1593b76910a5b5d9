import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestResultsReader } from '../../../src/store/readTestResults';

describe('TestResultsReader', () => {
  let folder: string;
  let outside: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conductor-results-'));
    outside = await mkdtemp(join(tmpdir(), 'conductor-outside-'));
    await mkdir(join(folder, 'reports'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(outside, { recursive: true, force: true });
  });
  const codes = async (...paths: readonly string[]): Promise<(string | undefined)[]> =>
    (await new TestResultsReader(folder).read(paths.map((path) => ({ path })))).map(
      ({ results }) => results.problems[0]?.code,
    );

  it('reads what settings name, with what it feeds, and reads a file again only when it changed', async () => {
    const file = join(folder, 'reports', 'junit.xml');
    await writeFile(file, '<testsuite><testcase name="a"/></testsuite>');
    const reader = new TestResultsReader(folder);
    const named = [{ path: 'reports/junit.xml', feeds: [{ criterion: 'unitTests' }] }];
    const [first] = await reader.read(named);
    assert.equal(first?.file, file);
    assert.deepEqual(first?.feeds, [{ criterion: 'unitTests' }]);
    assert.equal(first?.results.metrics[0]?.value, 100);
    assert.equal((await reader.read(named))[0]?.results, first?.results);
    await writeFile(file, '<testsuite><testcase name="a"><failure/></testcase></testsuite>');
    assert.equal((await reader.read(named))[0]?.results.metrics[0]?.value, 0);
    await utimes(file, 1, 1);
    assert.equal((await reader.read(named))[0]?.results.metrics[0]?.value, 0);
  });
  it('never leaves the folder, by path or by link', async () => {
    await writeFile(join(outside, 'secret.xml'), '<testsuite><testcase name="a"/></testsuite>');
    await symlink(join(outside, 'secret.xml'), join(folder, 'link.xml'));
    assert.deepEqual(await codes('../x.xml', join(outside, 'secret.xml'), 'link.xml'), [
      'results-outside',
      'results-outside',
      'results-outside',
    ]);
  });
  it('names what is missing, a folder, not text, or too large', async () => {
    await writeFile(join(folder, 'bytes.xml'), new Uint8Array([0, 1, 2, 0, 255]));
    await writeFile(join(folder, 'huge.info'), 'TN:\n');
    await truncate(join(folder, 'huge.info'), 21 * 1024 * 1024);
    assert.deepEqual(await codes('none.xml', 'reports', 'bytes.xml', 'huge.info'), [
      'results-missing',
      'results-unreadable',
      'results-unreadable',
      'results-too-large',
    ]);
  });
});
