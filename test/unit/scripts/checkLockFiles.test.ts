import assert from 'node:assert/strict';
import { wrongInLockFile } from '../../../scripts/lib/checkLockFiles.mjs';

describe('scripts/lib/checkLockFiles.mjs', () => {
  const wrong = (packages: object) => wrongInLockFile(JSON.stringify({ packages }));

  it('is content with a lock file that has all packages, wherever they lie', () => {
    assert.deepEqual(
      wrong({
        '': { dependencies: { a: '1.0.0' } },
        'node_modules/a': { version: '1.0.0', dependencies: { b: '^1' }, optionalDependencies: { c: '1' } },
        'node_modules/a/node_modules/b': { version: '1.0.0', dependencies: { c: '1' } },
        'node_modules/c': { version: '1.0.0' },
      }),
      [],
    );
  });

  it('names what a package asks for and the lock file lacks', () => {
    assert.deepEqual(
      wrong({ '': {}, 'node_modules/@x/a': { optionalDependencies: { '@x/a-win32': '1' } } }),
      ['lacks @x/a-win32, which node_modules/@x/a asks for'],
    );
  });

  it('does not take a package inside another for one that all may use', () => {
    assert.equal(wrong({ '': { dependencies: { b: '1' } }, 'node_modules/a/node_modules/b': {} }).length, 1);
  });

  it('names addresses that packages were fetched from', () => {
    assert.deepEqual(wrong({ '': {}, 'node_modules/a': { resolved: 'https://packages.example/a.tgz' } }), [
      'has addresses in "resolved"',
    ]);
  });
});
