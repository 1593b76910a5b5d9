import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { conductor, documentOf, filesBelow, folderWith, temporaryFolder } from './conductorProcess';
import { below, google, shop } from './projects';
import { statusShape } from './shapes';

describe('conductor status', function () {
  this.timeout(60_000);

  it('prints the promised JSON, archived tracks included', async () => {
    const folder = folderWith(shop);
    const finished = await conductor(['status', '--json'], { cwd: folder });
    assert.equal(finished.code, 0, finished.stderr);
    const { roots } = statusShape.parse(documentOf(finished));
    assert.equal(roots.length, 1);
    const [root] = roots;
    assert.equal(root?.path, join(folder, 'conductor'));
    assert.deepEqual(
      root.tracks.map((track) => [track.id, track.group]),
      [
        ['checkout_20260110', 'active'],
        ['search_20260112', 'ready'],
        ['login_20251201', 'archived'],
      ],
    );
    const [checkout, search] = root.tracks;
    assert.deepEqual(checkout?.progress, { total: 5, done: 1, doing: 1, blocked: 1, skipped: 0 });
    assert.deepEqual(checkout.fixCycle, { count: 1, max: 3 });
    assert.equal(checkout.step, 'EXECUTE');
    assert.equal(checkout.stepStatus, 'IN_PROGRESS');
    assert.equal(checkout.dialect, 'evaluate-loop');
    assert.equal(checkout.path, join(folder, 'conductor/tracks/checkout_20260110'));
    assert.equal(search?.progress.total, 3);
  });

  it('takes the folder as --dir, as argument, and before the command', async () => {
    const folder = folderWith(below('web', google));
    const calls = [
      ['status', '--json', '--dir', 'web'],
      ['status', 'web', '--json'],
      ['--dir', 'web', 'status', '--json'],
      ['--dir=web', '--json', 'status'],
    ];
    for (const words of calls) {
      const finished = await conductor(words, { cwd: folder });
      assert.equal(finished.code, 0, `${words.join(' ')}: ${finished.stderr}`);
      const { roots } = statusShape.parse(documentOf(finished));
      assert.deepEqual(
        roots.map((root) => root.path),
        [join(folder, 'web/conductor')],
        words.join(' '),
      );
    }
  });

  it('shows every root of a folder', async () => {
    const folder = folderWith({ ...shop, ...below('services/web', google) });
    const finished = await conductor(['status', '--json'], { cwd: folder });
    const { roots } = statusShape.parse(documentOf(finished));
    assert.deepEqual(roots.map((root) => root.path).sort(), [
      join(folder, 'conductor'),
      join(folder, 'services/web/conductor'),
    ]);
  });

  it('shows nothing, and does not fail, where there is no conductor directory', async () => {
    const folder = folderWith({ 'conductor/src/index.ts': 'export {};\n' });
    for (const place of [folder, temporaryFolder()]) {
      const json = await conductor(['status', '--json'], { cwd: place });
      assert.equal(json.code, 0);
      assert.deepEqual(documentOf(json), { version: 1, roots: [], problems: [] });
      const human = await conductor(['status'], { cwd: place });
      assert.equal(human.code, 0);
      assert.match(human.stdout, /no conductor directory/);
      assert.match(human.stdout, /conductor init/);
    }
  });

  it('refuses a folder that does not exist, and a file', async () => {
    const folder = folderWith({ 'notes.txt': '' });
    for (const words of [
      ['status', 'missing'],
      ['status', '--dir', 'missing'],
      ['status', 'notes.txt'],
    ]) {
      const finished = await conductor(words, { cwd: folder });
      assert.equal(finished.code, 2, words.join(' '));
      assert.match(finished.stderr, /folder/);
      assert.equal(finished.stdout, '');
    }
  });

  it('prints one aligned line a track for people, without escape codes when it is no terminal', async () => {
    const folder = folderWith(shop);
    const { stdout, code } = await conductor(['status'], { cwd: folder, env: { FORCE_COLOR: '1' } });
    assert.equal(code, 0);
    assert.ok(!stdout.includes('\u001b'));
    const line = stdout.split('\n').find((text) => text.includes('checkout_20260110'));
    assert.match(line ?? '', /EXECUTE · in progress {2}\S+ {2}1\/5 .*fix 1\/3, 1 blocked.*Checkout$/);
    assert.match(stdout, /Archived \(1\)/);
    assert.ok(!stdout.includes('login_20251201'));
    const all = await conductor(['status', '--all'], { cwd: folder });
    assert.match(all.stdout, /login_20251201/);
  });

  it('says file and line of a problem', async () => {
    const folder = folderWith({
      ...shop,
      'conductor/tracks/search_20260112/metadata.json': '{ "track_id": "search_20260112",\n  oops }\n',
    });
    const { stdout } = await conductor(['status'], { cwd: folder });
    assert.match(stdout, /conductor\/tracks\/search_20260112\/metadata\.json:\d+ +error/);
    const json = statusShape.parse(documentOf(await conductor(['status', '--json'], { cwd: folder })));
    const found = json.roots[0]?.problems.find((problem) => problem.file.endsWith('metadata.json'));
    assert.equal(found?.file, join(folder, 'conductor/tracks/search_20260112/metadata.json'));
  });

  it('makes escape codes from files visible instead of obeying them', async () => {
    const folder = folderWith({
      ...google,
      'conductor/tracks/evil/metadata.json': JSON.stringify({
        track_id: 'evil',
        status: '\u001b[2Jwiped\u001b]0;title\u0007',
        name: 'a\u001b[31mred\r\nline',
      }),
      'conductor/tracks/evil/plan.md': '# \u001b[31mred\n\n- [ ] Task: \u001b[1mbold\n',
    });
    for (const words of [['status'], ['show', 'evil'], ['validate']]) {
      const { stdout } = await conductor(words, { cwd: folder });
      assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(stdout), words.join(' '));
    }
  });

  it('says which conductor directory it did not follow', async () => {
    const outside = folderWith(google);
    const folder = temporaryFolder();
    symlinkSync(join(outside, 'conductor'), join(folder, 'conductor'));
    const json = await conductor(['status', '--json'], { cwd: folder });
    const report = statusShape.parse(documentOf(json));
    assert.deepEqual(report.roots, []);
    assert.equal(report.problems[0]?.file, join(folder, 'conductor'));
    const human = await conductor(['status'], { cwd: folder });
    assert.match(human.stdout, /^ {2}conductor +warning .*outside/m);
  });

  it('changes nothing on disk', async () => {
    const folder = folderWith(shop);
    const before = filesBelow(folder);
    for (const words of [['status', '--all'], ['status', '--json'], ['validate'], ['show', 'checkout']]) {
      await conductor(words, { cwd: folder });
    }
    assert.deepEqual(filesBelow(folder), before);
  });
});
