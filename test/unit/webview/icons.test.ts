import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { icons } from '../../../webview/ui/icons';

describe('the icons of the panels', () => {
  const list = createRequire(__filename).resolve('@vscode/codicons/dist/codicon.csv');
  const font = new Map(
    fs
      .readFileSync(list, 'utf8')
      .split(/\r?\n/)
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', character = ''] = line.split(',');
        return [name, character] as const;
      }),
  );

  it('are those of the font, by its own list', () => {
    assert.ok(font.size > 400, `${font.size} icons in the list`);
    const codeOf = (character: string): string => character.codePointAt(0)?.toString(16) ?? '';
    assert.deepEqual(
      Object.fromEntries(Object.entries(icons).map(([name, character]) => [name, codeOf(character)])),
      Object.fromEntries(Object.keys(icons).map((name) => [name, codeOf(font.get(name) ?? '')])),
    );
  });
});
