import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { commitSummary, headCommit, repositoryRoot } from '../../../src/store/git';
import { temporaryFolder } from './temporaryFolder';

describe('git', () => {
  const folder = temporaryFolder();
  let repository: string;
  let plain: string;

  before(() => {
    repository = folder.make('repository');
    plain = folder.make('plain');
    git('init', '-q');
  });

  it('knows nothing of a repository without a commit', async () => {
    assert.equal(await headCommit(repository), undefined);
    assert.equal(await repositoryRoot(repository), repository);
  });

  it('names HEAD in short, from any folder in the repository', async () => {
    folder.write('repository/a.txt', 'a');
    git('add', 'a.txt');
    git(
      '-c',
      'user.name=Ann Author',
      '-c',
      'user.email=ann@example.org',
      'commit',
      '-q',
      '-m',
      'Add "a" (first)',
    );
    const head = git('rev-parse', 'HEAD').trim();
    const short = await headCommit(folder.make('repository', 'sub'));
    assert.ok(short !== undefined && short.length >= 7 && head.startsWith(short), short);
    assert.equal(await repositoryRoot(join(repository, 'sub')), repository);

    const summary = await commitSummary(repository, short);
    assert.equal(summary?.sha, head);
    assert.equal(summary.subject, 'Add "a" (first)');
    assert.equal(summary.author, 'Ann Author');
    assert.ok(!Number.isNaN(Date.parse(summary.date)));
  });

  it('knows nothing of unknown commits, and of names that are no commits', async () => {
    assert.equal(await commitSummary(repository, 'abcdef1'), undefined);
    assert.equal(await commitSummary(repository, '--version'), undefined);
    assert.equal(await commitSummary(repository, 'HEAD; rm -rf .'), undefined);
  });

  it('knows nothing outside of a repository, and of folders that are not there', async () => {
    assert.equal(await headCommit(plain), undefined);
    assert.equal(await repositoryRoot(plain), undefined);
    assert.equal(await headCommit(join(plain, 'nowhere')), undefined);
  });

  function git(...args: string[]): string {
    return execFileSync('git', args, { cwd: repository, encoding: 'utf8' });
  }
});
