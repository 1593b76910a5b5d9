import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { defaultMetricGates } from '../../../src/rules/gates/gateEvidence';
import { readGateEvidence, type GateEvidenceOptions } from '../../../src/store/gateEvidence';
import { temporaryFolder } from './temporaryFolder';

const junit =
  '<testsuite name="a" tests="1" failures="0" errors="0" skipped="0"><testcase classname="a" name="b"/></testsuite>';
const lcov = 'TN:\nSF:src/a.ts\nDA:1,1\nLF:1\nLH:1\nend_of_record\n';

describe('readGateEvidence', () => {
  const folder = temporaryFolder();
  let count = 0;
  let project: string;
  const write = (file: string, text: string): string => folder.write(join(`p${count}`, file), text);
  const read = (options?: GateEvidenceOptions): ReturnType<typeof readGateEvidence> =>
    readGateEvidence({ root: join(project, 'conductor') }, options);
  const names = (results: readonly { readonly file: string }[] = []): string[] =>
    results.map(({ file }) => file.slice(project.length + 1));

  beforeEach(() => {
    project = folder.make(`p${++count}`);
  });

  it('looks where tests usually write, and complains of none that is not there', async () => {
    write('coverage/lcov.info', lcov);
    write('test-results/b.xml', junit);
    write('test-results/a.xml', junit);
    write('test-results/a.txt', 'x');
    const { evidence, remarks } = await read();
    assert.deepEqual(names(evidence.results), [
      'coverage/lcov.info',
      'test-results/a.xml',
      'test-results/b.xml',
    ]);
    assert.deepEqual(
      evidence.results!.map(({ results }) => results.format),
      ['lcov', 'junit', 'junit'],
    );
    assert.deepEqual(remarks, [`${project} is in no git repository.`]);
    assert.equal(evidence.git, undefined);
    assert.equal(evidence.metricGates, undefined);
  });

  it('reads what settings name, with what it feeds; says what is missing, and which pattern has no file', async () => {
    write('out/unit/x.xml', junit);
    write('out/unit/deep/y.xml', junit);
    write('out/node_modules/z.xml', junit);
    const { evidence, remarks } = await read({
      resultPaths: [
        { path: 'out/**/?.xml', feeds: [{ criterion: 'unitTests' }] },
        'out/unit/x.xml',
        'gone.xml',
        'gone/*.xml',
      ],
    });
    assert.deepEqual(names(evidence.results), ['out/unit/deep/y.xml', 'out/unit/x.xml', 'gone.xml']);
    assert.deepEqual(evidence.results![0]!.feeds, [{ criterion: 'unitTests' }]);
    assert.equal(evidence.results![2]!.results.problems[0]!.code, 'results-missing');
    assert.equal(remarks[0], `No file is called gone/*.xml in ${project}.`);
  });

  it('never leaves the folder: not by a path, a pattern or a link', async () => {
    folder.write('outside/secret.xml', junit);
    symlinkSync(join(folder.path, 'outside'), join(project, 'linked'));
    write('.claude/x', '');
    folder.write('outside/CONDUCTOR_STATE.json', '{}');
    symlinkSync(
      join(folder.path, 'outside/CONDUCTOR_STATE.json'),
      join(project, '.claude/CONDUCTOR_STATE.json'),
    );
    const { evidence } = await read({
      resultPaths: ['../outside/*.xml', 'linked/*.xml', '**/../../outside/*.xml', '../outside/secret.xml'],
    });
    assert.deepEqual(
      evidence.results!.map(({ results }) => results.problems[0]!.code),
      ['results-outside'],
    );
    assert.equal(evidence.metricGates, undefined);
  });

  it('matches names without taking for ever, and bounds the files of a pattern', async () => {
    for (let i = 0; i < 103; i++) write(`r/${'a'.repeat(40)}${i}.xml`, junit);
    const { evidence, remarks } = await read({ resultPaths: [`r/${'a*'.repeat(30)}b.xml`, 'r/*.xml'] });
    assert.equal(evidence.results!.length, 100);
    assert.match(remarks.join(), /r\/\*\.xml names more files than are read: the first 100 were/);
  });

  it('knows the metric gates of spec 000 where its state file is, and those that it writes down', async () => {
    write(
      '.claude/CONDUCTOR_STATE.json',
      JSON.stringify({ currentPhase: 4, checkpoints: { testing: { score: 75 } } }),
    );
    assert.deepEqual((await read()).evidence.metricGates, defaultMetricGates);
    write(
      '.claude/CONDUCTOR_STATE.json',
      JSON.stringify({
        gates: {
          testing: {
            criteria: { unitTests: { min: 90 }, e2eTests: { min: 50, required: false }, odd: 'x' },
            action: 'review',
          },
          no: 1,
        },
      }),
    );
    assert.deepEqual((await read()).evidence.metricGates, [
      {
        name: 'testing',
        criteria: { unitTests: { min: 90, required: true }, e2eTests: { min: 50, required: false } },
        action: 'review',
      },
    ]);
    write('.claude/CONDUCTOR_STATE.json', '{ torn');
    const torn = await read();
    assert.equal(torn.evidence.metricGates, undefined);
    assert.match(torn.remarks.join(), /CONDUCTOR_STATE\.json is not valid JSON/);
  });

  it('tells the state of the working tree', async () => {
    execFileSync('git', ['init', '-q', '-b', 'main', project]);
    write('conductor/tracks.md', '# Tracks\n');
    const { evidence, remarks } = await read();
    assert.deepEqual(evidence.git, { uncommitted: 1, branch: 'main' });
    assert.deepEqual(remarks, []);
  });

  it('runs no filter of a repository in a folder that nobody trusts, and says what was not looked at', async () => {
    const spied = join(project, 'spied');
    execFileSync('git', ['init', '-q', '-b', 'main', project]);
    write('.gitattributes', '*.md filter=spy\n');
    write('a.md', 'one\n');
    execFileSync('git', ['add', '.'], { cwd: project });
    execFileSync('git', ['config', 'filter.spy.clean', `touch ${JSON.stringify(spied)}; cat`], {
      cwd: project,
    });
    write('a.md', 'two\n');
    const { evidence, remarks } = await read({ trusted: false });
    assert.deepEqual([evidence.git, existsSync(spied)], [undefined, false]);
    assert.match(remarks.join(' '), /Restricted Mode/);
    await read();
    assert.ok(existsSync(spied), 'the filter is one that git would have run');
  });

  it('reads a file again only when it changed, and can be cancelled', async () => {
    write('junit.xml', junit);
    const [before, again] = [await read(), await read()];
    assert.equal(again.evidence.results![0]!.results, before.evidence.results![0]!.results);
    write('junit.xml', junit.replace('failures="0"', 'failures="1"'));
    assert.notEqual((await read()).evidence.results![0]!.results, before.evidence.results![0]!.results);
    const control = new AbortController();
    control.abort(new Error('closed'));
    await assert.rejects(read({ signal: control.signal }), /closed/);
  });
});
