import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headCommit } from '../../../src/store/git';
import { gitLog, type GitLog, type GitLogQuery } from '../../../src/store/gitLog';
import { runGit } from '../../../src/store/gitProcess';
import { gitState } from '../../../src/store/gitState';
import { temporaryFolder } from './temporaryFolder';

describe('gitLog and gitState', () => {
  const folder = temporaryFolder();
  let count = 0;

  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ann “A” Author', '-c', 'user.email=ann@example.org', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();

  /** A repository; `commit` writes a file and commits it at a minute of one hour. */
  function repository(...init: string[]): {
    path: string;
    commit: (file: string, subject: string, minute: number) => string;
  } {
    const path = folder.make(`repository ${++count}`);
    git(path, 'init', '-q', '-b', 'main', ...init);
    return {
      path,
      commit(file, subject, minute) {
        folder.write(join(`repository ${path.split(' ').at(-1)!}`, file), `${subject} ${minute}`);
        const date = `2026-02-03T10:${String(minute).padStart(2, '0')}:00+01:00`;
        git(path, 'add', '-A');
        execFileSync(
          'git',
          [
            '-c',
            'user.name=Ann “A” Author',
            '-c',
            'user.email=ann@example.org',
            'commit',
            '-q',
            '--cleanup=verbatim',
            '-m',
            subject,
          ],
          {
            cwd: path,
            env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date },
            stdio: 'ignore',
          },
        );
        return git(path, 'rev-parse', 'HEAD');
      },
    };
  }

  async function withEnvironment(values: Record<string, string>, act: () => Promise<void>): Promise<void> {
    const before = { ...process.env };
    try {
      Object.assign(process.env, values);
      await act();
    } finally {
      for (const name of Object.keys(values)) delete process.env[name];
      Object.assign(process.env, before);
    }
  }

  async function logOf(path: string, query?: GitLogQuery): Promise<GitLog> {
    const log = await gitLog(path, query);
    assert.ok(!('unavailable' in log), JSON.stringify(log));
    return log;
  }

  it('lists commits that touch the folder and those that are named, newest first, each once', async () => {
    const { path, commit } = repository();
    const first = commit('tracks/a/plan.md', 'First', 1);
    const code = commit('src/a.ts', 'Code', 2);
    commit('src/b.ts', 'Other code', 3);
    const last = commit('tracks/a/plan.md', 'Odd: “tab\there”, $(rm -rf /) `x` %H \u202e\u{1F600}', 4);
    const { commits, more, shallow, unknown } = await logOf(join(path, 'tracks/a'), {
      commits: [code.slice(0, 7), first, 'abcdef1', '--all', 'HEAD', 'main'],
    });
    assert.deepEqual(
      commits.map(({ sha, subject }) => [sha, subject]),
      [
        [last, 'Odd: “tab\there”, $(rm -rf /) `x` %H \u202e\u{1F600}'],
        [code, 'Code'],
        [first, 'First'],
      ],
    );
    assert.equal(commits[0]!.author, 'Ann “A” Author');
    assert.equal(commits[0]!.date, '2026-02-03T10:04:00+01:00');
    assert.ok(commits[0]!.sha.startsWith(commits[0]!.shortSha));
    assert.deepEqual([more, shallow, unknown], [false, false, ['abcdef1']]);
  });

  it('stops at the limit and says so; takes paths literally', async () => {
    const { path, commit } = repository();
    for (let minute = 1; minute <= 5; minute++) commit('[x]/plan.md', `Change ${minute}`, minute);
    commit('x/plan.md', 'Another folder', 6);
    const { commits, more } = await logOf(path, { limit: 3, paths: ['[x]'] });
    assert.deepEqual(
      commits.map(({ subject }) => subject),
      ['Change 5', 'Change 4', 'Change 3'],
    );
    assert.equal(more, true);
  });

  it('does not take a branch for a commit, nor a tag or file', async () => {
    const { path, commit } = repository();
    commit('a.txt', 'One', 1);
    git(path, 'branch', 'deadbeef');
    git(path, 'tag', '-m', 'tag', 'cafecafe');
    const blob = git(path, 'rev-parse', 'HEAD:a.txt');
    const { unknown } = await logOf(path, { commits: ['deadbeef', 'cafecafe', blob] });
    assert.deepEqual(unknown, ['deadbeef', 'cafecafe', blob]);
  });

  it('reads repositories with sha256, shallow ones, and ones without a commit', async () => {
    const long = repository('--object-format=sha256');
    const sha = long.commit('a.txt', 'Long name', 1);
    assert.equal(sha.length, 64);
    assert.equal((await logOf(long.path, { paths: [], commits: [sha] })).commits[0]!.sha, sha);

    const deep = repository();
    const gone = deep.commit('a.txt', 'One', 1);
    deep.commit('a.txt', 'Two', 2);
    const clone = folder.make(`clone ${++count}`);
    execFileSync('git', ['clone', '-q', '--depth=1', `file://${deep.path}`, clone], { stdio: 'ignore' });
    const shallow = await logOf(clone, { commits: [gone] });
    assert.deepEqual([shallow.shallow, shallow.unknown, shallow.commits.length], [true, [gone], 1]);

    const empty = repository();
    assert.deepEqual((await logOf(empty.path, { commits: ['abcdef1'] })).commits, []);
    const state = await gitState(empty.path);
    assert.deepEqual(state, { state: { uncommitted: 0, branch: 'main' } });
  });

  it('says why there is nothing: no repository, no folder, no git', async () => {
    const plain = folder.make('plain');
    const codes = await Promise.all(
      [plain, join(plain, 'missing'), folder.write('file.txt', 'x')].map(async (path) => {
        const [log, state] = [await gitLog(path), await gitState(path)];
        assert.ok('unavailable' in log && 'unavailable' in state);
        assert.ok(log.unavailable.message.includes(path));
        return [log.unavailable.code, state.unavailable.code];
      }),
    );
    assert.deepEqual(codes, [
      ['no-repository', 'no-repository'],
      ['no-folder', 'no-folder'],
      ['no-folder', 'no-folder'],
    ]);
    const path = process.env['PATH'];
    try {
      process.env['PATH'] = plain;
      const log = await gitLog(plain);
      assert.ok('unavailable' in log && log.unavailable.code === 'no-git');
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('can be cancelled, and stops git that takes too long or prints too much', async () => {
    const { path, commit } = repository();
    commit('a.txt', 'One', 1);
    const control = new AbortController();
    const log = gitLog(path, { signal: control.signal });
    control.abort(new Error('closed'));
    await assert.rejects(log, /closed/);
    await assert.rejects(gitLog(path, { signal: control.signal }), /closed/);
    const slow = await runGit(path, ['-c', 'alias.wait=!sleep 5', 'wait'], { timeoutMs: 100 });
    assert.equal('unavailable' in slow ? slow.unavailable.code : JSON.stringify(slow), 'timeout');
    const long = await runGit(path, ['rev-parse', 'HEAD'], { mostBytes: 5 });
    assert.ok('output' in long && long.cut, JSON.stringify(long));
  });

  it('runs no program of the repository', async () => {
    const { path, commit } = repository();
    commit('a.txt', 'One', 1);
    const spy = folder.write(`spy${count}.sh`, `#!/bin/sh\ntouch ${JSON.stringify(join(path, 'spied'))}\n`);
    execFileSync('chmod', ['+x', spy]);
    for (const key of ['core.fsmonitor', 'core.pager', 'gpg.program', 'diff.external', 'core.editor'])
      git(path, 'config', key, spy);
    git(path, 'config', 'log.showSignature', 'true');
    await logOf(path, { commits: [git(path, 'rev-parse', 'HEAD')] });
    const state = await gitState(path);
    assert.deepEqual('state' in state && state.state.uncommitted, 0);
  });

  it('starts git itself, not a program of that name in the folder, though the PATH begins with it', async () => {
    const { path, commit } = repository();
    commit('a.txt', 'One', 1);
    const spied = join(path, 'spied');
    writeFileSync(join(path, 'git'), `#!/bin/sh\ntouch ${JSON.stringify(spied)}\n`, { mode: 0o755 });
    const head = git(path, 'rev-parse', '--short', 'HEAD');
    await withEnvironment({ PATH: `.:${process.env['PATH']}` }, async () => {
      await logOf(path);
      assert.equal(await headCommit(path), head);
    });
    assert.equal(existsSync(spied), false);
  });

  it('reads the repository of the folder, though VS Code was started by git of another one', async () => {
    const other = repository();
    other.commit('b.txt', 'Other', 1);
    const { path, commit } = repository();
    const sha = commit('a.txt', 'One', 2);
    await withEnvironment({ GIT_DIR: join(other.path, '.git'), GIT_INDEX_FILE: 'none' }, async () => {
      assert.deepEqual(
        (await logOf(path)).commits.map((one) => one.sha),
        [sha],
      );
      assert.ok(sha.startsWith((await headCommit(path)) ?? 'none'));
      const state = await gitState(path);
      assert.deepEqual('state' in state && state.state.uncommitted, 0);
    });
  });

  it('starts nothing when cancelled while the folder is looked at', async () => {
    const { path } = repository();
    const started = join(path, 'started');
    const control = new AbortController();
    const run = runGit(path, ['-c', `alias.note=!touch ${JSON.stringify(started)}`, 'note'], {
      signal: control.signal,
    });
    control.abort(new Error('closed'));
    await assert.rejects(run, /closed/);
    assert.equal(existsSync(started), false);
  });

  it('counts what is not committed, once a file, and names branch and HEAD', async () => {
    const { path, commit } = repository();
    commit('a.txt', 'One', 1);
    commit('old name.txt', 'Two', 2);
    const head = git(path, 'rev-parse', '--short', 'HEAD');
    assert.deepEqual(await gitState(path), { state: { uncommitted: 0, head, branch: 'main' } });
    renameSync(join(path, 'old name.txt'), join(path, 'new name.txt'));
    git(path, 'add', '-A');
    folder.write(join(`repository ${path.split(' ').at(-1)!}`, '? untracked.txt'), 'x');
    rmSync(join(path, 'a.txt'));
    git(path, 'checkout', '-q', '--detach');
    assert.deepEqual(await gitState(path), { state: { uncommitted: 3, head } });
  });
});
