import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { containedPath, isInside } from '../../../src/store/contain';
import { temporaryFolder } from './temporaryFolder';

describe('containedPath', () => {
  const folder = temporaryFolder();
  let root: string;

  before(() => {
    root = folder.make('root');
    folder.write('root/tracks/a/plan.md', 'x');
    folder.write('outside/secret.md', 'x');
  });

  it('gives the real path of a file in the root, relative or absolute', async () => {
    const plan = join(root, 'tracks', 'a', 'plan.md');
    assert.equal(await containedPath(root, 'tracks/a/plan.md'), plan);
    assert.equal(await containedPath(root, plan), plan);
    assert.equal(await containedPath(root, 'tracks/../tracks/a/plan.md'), plan);
  });

  it('gives the path of what does not exist yet, in folders that do not either', async () => {
    assert.equal(await containedPath(root, 'tracks/new/sub/plan.md'), join(root, 'tracks/new/sub/plan.md'));
  });

  it('refuses .. and absolute paths that leave the root', async () => {
    assert.equal(await containedPath(root, '../outside/secret.md'), undefined);
    assert.equal(await containedPath(root, resolve('/etc/passwd')), undefined);
    assert.equal(await containedPath(root, '..'), undefined);
    assert.equal(await containedPath(root, '../root-beside/x'), undefined);
  });

  it('refuses a way that leaves the root by a link, also to what does not exist yet', async () => {
    symlinkSync(join(folder.path, 'outside'), join(root, 'way-out'));
    assert.equal(await containedPath(root, 'way-out/secret.md'), undefined);
    assert.equal(await containedPath(root, 'way-out/new.md'), undefined);
  });

  it('refuses dangling links and circles', async () => {
    symlinkSync(join(folder.path, 'nowhere'), join(root, 'dangling'));
    symlinkSync('circle', join(root, 'circle'));
    assert.equal(await containedPath(root, 'dangling'), undefined);
    assert.equal(await containedPath(root, 'dangling/x'), undefined);
    assert.equal(await containedPath(root, 'circle'), undefined);
    assert.equal(await containedPath(root, 'circle/x'), undefined);
  });

  it('refuses a NUL character', async () => {
    assert.equal(await containedPath(root, 'a\0b'), undefined);
  });

  it('follows links that stay inside, and a root that is itself a link', async () => {
    symlinkSync(join(root, 'tracks', 'a'), join(root, 'current'));
    assert.equal(await containedPath(root, 'current/plan.md'), join(root, 'tracks/a/plan.md'));
    const alias = join(folder.path, 'alias');
    symlinkSync(root, alias);
    assert.equal(await containedPath(alias, 'tracks/a/plan.md'), join(root, 'tracks/a/plan.md'));
  });
});

describe('isInside', () => {
  it('knows names that only begin alike', () => {
    assert.equal(isInside('/a/b', '/a/b'), true);
    assert.equal(isInside('/a/b', '/a/b/c'), true);
    assert.equal(isInside('/a/b', '/a/bc'), false);
    assert.equal(isInside('/a/b', '/a'), false);
    assert.equal(isInside('/a/b', '/a/b/..c'), true);
  });
});
