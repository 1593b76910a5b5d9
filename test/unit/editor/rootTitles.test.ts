import assert from 'node:assert/strict';
import { rootTitles } from '../../../src/editor/views/rootTitles';

const titles = (...roots: readonly (readonly [folder: string, place: string])[]): string[] => [
  ...rootTitles(
    roots.map(([workspaceFolder, place]) => ({
      workspaceFolder,
      path: place === '' ? workspaceFolder : `${workspaceFolder}/${place}`,
    })),
  ).values(),
];

describe('titles of several roots', () => {
  it('are the names of the workspace folders where those tell them apart', () => {
    assert.deepEqual(titles(['/w/shop', 'conductor'], ['/w/tools', '.conductor']), ['shop', 'tools']);
  });

  it('say where in one workspace folder each root lies', () => {
    assert.deepEqual(titles(['/w/two', 'apps/a/conductor'], ['/w/two', 'apps/b/conductor']), [
      'two (apps/a)',
      'two (apps/b)',
    ]);
    assert.deepEqual(titles(['/w/two', 'conductor'], ['/w/two', 'docs/conductor']), [
      'two (conductor)',
      'two (docs)',
    ]);
  });

  it('tell workspace folders of one name apart by the folders above them', () => {
    assert.deepEqual(titles(['/w/apps/web', 'conductor'], ['/w/old/web', 'conductor']), [
      'apps/web',
      'old/web',
    ]);
  });

  it('are never the same for two roots', () => {
    const all = titles(
      ['/w/x', 'conductor'],
      ['/w/x', '.conductor'],
      ['/w/x', 'a/conductor'],
      ['/w/x', 'a/.conductor'],
      ['/w/x', 'a'],
      ['/v/x', 'conductor'],
      ['/v/x', ''],
    );
    assert.equal(new Set(all).size, all.length, all.join(' | '));
  });
});
