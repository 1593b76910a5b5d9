import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { version } from '../../../package.json';
import { conductorHere } from './conductorHere';
import { conductor, documentOf, folderWith, program, temporaryFolder } from './conductorProcess';
import { google } from './projects';
import { errorShape } from './shapes';

const commands = ['status', 'show', 'mark', 'step', 'run', 'answer', 'board', 'new', 'validate', 'init'];

describe('conductor, the program', function () {
  this.timeout(60_000);

  it('prints its version', async () => {
    const finished = await conductor(['--version']);
    assert.equal(finished.code, 0);
    assert.equal(finished.stdout, `${version}\n`);
  });

  it('explains itself on --help, and every command on its own', async () => {
    for (const words of [['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await conductor(words);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      for (const command of commands) assert.match(stdout, new RegExp(`^ {2}${command} `, 'm'));
    }
    for (const command of commands) {
      const { code, stdout } = await conductorHere([command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: conductor ${command}`));
      for (const option of ['--dir <folder>', '--json', '--help']) assert.ok(stdout.includes(option));
      assert.equal((await conductorHere(['help', command])).stdout, stdout);
    }
  });

  it('answers wrong usage with 2, the usage on standard error and nothing on standard output', async () => {
    const folder = folderWith(google);
    for (const [words, said] of [
      [[], /No command was given/],
      [['frobnicate'], /There is no command "frobnicate"/],
      [['statsu'], /Did you mean conductor status\?/],
      [['status', '--jsn'], /no option --jsn\.[^]*Did you mean --json\?/],
      [['status', '-x'], /no option -x/],
      [['status', 'a', 'b'], /"b"/],
      [['status', '--json=yes'], /json/],
      [['status', '--dir'], /dir/],
      [['show'], /needs <track>/],
      [['show', 'a', 'b'], /"b"/],
      [['new'], /needs <name>/],
      [['new', 'User', 'login'], /quotes/],
      [['step'], /needs <track>/],
      [['step', 'dark', '--outcome', 'maybe'], /passed or failed/],
      [['step', 'dark', '--reason', 'x'], /--outcome failed/],
      [['run'], /needs <track>/],
      [['run', 'dark', '--mode', 'all'], /confirm-gates/],
      [['run', 'dark', '--workers', 'many'], /"many"/],
      [['board', 'dark', '--checkpoint', 'SOON'], /PRE_LAUNCH/],
      [['answer'], /needs <track>/],
      [['init', 'here'], /"here"/],
      [['validate', 'a', 'b'], /"b"/],
      [['mark', 'dark', '--frce'], /Did you mean --force\?/],
    ] as const) {
      const { code, stdout, stderr } = await conductorHere(words, { cwd: folder });
      assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, said, words.join(' '));
      assert.match(stderr, /Usage: conductor/);
      assert.equal(stdout, '');
    }
  });

  it('gives programs the error as JSON too', async () => {
    const finished = await conductor(['show', '--json']);
    assert.equal(finished.code, 2);
    assert.equal(errorShape.parse(documentOf(finished)).error.code, 'usage');
  });

  it('takes what follows -- as arguments, whatever it looks like', async () => {
    const finished = await conductor(['show', '--', '--json'], { cwd: folderWith(google) });
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /no track "--json"/);
  });

  it('is silent when its reader stops reading', async () => {
    const tracks = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [
        `conductor/tracks/track_with_a_rather_long_name_${i}/plan.md`,
        `# Track ${i}\n\n- [ ] Task: one\n`,
      ]),
    );
    const folder = folderWith({ ...google, ...tracks });
    const child = spawn(process.execPath, [await program(), 'status', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });

  it('prints everything before it ends, however much it is', async () => {
    const tasks = Array.from({ length: 20_000 }, (_, i) => `- [ ] Task ${i}.1: A task with some text\n`).join(
      '',
    );
    const folder = folderWith({
      ...google,
      'conductor/tracks/big/plan.md': `# Big\n\n## Phase 1: All\n\n${tasks}`,
    });
    const finished = await conductor(['show', 'big', '--json'], { cwd: folder });
    assert.equal(finished.code, 0);
    assert.equal((documentOf(finished) as { checkboxes: { total: number } }).checkboxes.total, 20_000);
  });

  it('says on every command but status that there is no conductor directory, with 1', async () => {
    const folder = temporaryFolder();
    for (const words of [
      ['show', 'x'],
      ['mark', 'x', '1', 'done'],
      ['step', 'x'],
      ['new', 'x'],
      ['validate'],
    ]) {
      const { code, stderr, stdout } = await conductorHere(words, { cwd: folder });
      assert.equal(code, 1, words.join(' '));
      assert.match(stderr, /no conductor directory[^]*conductor init/);
      assert.equal(stdout, '');
    }
  });
});
