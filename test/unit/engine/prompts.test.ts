import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { promptNames, promptTemplate } from '../../../src/engine/prompts/promptTemplates';
import { directorRoles, directorValues } from '../../../src/engine/prompts/roles';
import { placeholdersOf, PromptTemplateError, renderPrompt } from '../../../src/engine/prompts/renderPrompt';
import { workerTemplateValues } from '../../../src/files/workerFiles';

const folder = path.join(__dirname, '../../../src/engine/prompts/templates');

describe('prompts', () => {
  it('the bundled texts are those of the Markdown files (else run: node scripts/prompts.mjs)', () => {
    assert.deepEqual([...promptNames], fs.readdirSync(folder).sort());
    for (const name of promptNames) {
      assert.equal(
        promptTemplate(name).text,
        fs.readFileSync(path.join(folder, name), 'utf8').replace(/\r\n/g, '\n'),
      );
    }
  });

  it('values stand as they are, whatever they hold', () => {
    const nasty = '"\'`$(rm -rf /)`\n\r\n$& $1 {track_id} {{x}} \\';
    assert.equal(renderPrompt('a {v} b {v}', { v: nasty }), `a ${nasty} b ${nasty}`);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (v) => renderPrompt('<{v}>', { v }) === `<${v}>`));
  });

  it('unknown placeholders are errors with their lines; prototype names are unknown; {{x}} is text', () => {
    assert.throws(
      () => renderPrompt('x\n{constructor} {nope}', {}, 'p.md'),
      (error: unknown) => {
        assert.ok(error instanceof PromptTemplateError);
        assert.deepEqual(error.unknown, [
          { name: 'constructor', line: 2 },
          { name: 'nope', line: 2 },
        ]);
        return true;
      },
    );
    assert.equal(renderPrompt('{{x}} { "a": 1 } ${A}', {}), '{x} { "a": 1 } ${A}');
  });

  it('the project’s own template wins, an empty one does not', () => {
    assert.equal(promptTemplate('planner.md', { 'planner.md': 'Mine {track_id}' }).from, 'project');
    assert.equal(promptTemplate('planner.md', { 'planner.md': ' \n' }).from, 'built-in');
  });

  it('worker templates use only the placeholders of FORMATS 4.16; no other template has front matter or a stray brace', () => {
    const task = {
      taskId: '1',
      taskName: 'n',
      trackId: 't',
      files: [],
      dependsOn: [],
      unblocks: [],
      messageBusPath: 'b',
      workerId: 'w',
      timestamp: 'now',
    };
    for (const name of promptNames.filter((n) => /worker/.test(n))) {
      renderPrompt(promptTemplate(name).text, workerTemplateValues(task, 'protocol'), name);
    }
    for (const name of promptNames) {
      const { text } = promptTemplate(name);
      assert.ok(text.startsWith(name.startsWith('base') ? '1.' : '# '), name);
      assert.equal(text.match(/[{}]/g)!.length, 2 * text.match(/\{[a-z_]+\}/g)!.length, name);
      assert.ok(placeholdersOf(text).length > 0);
    }
  });

  it('the weights of each director add up to 100', () => {
    for (const { breakdown } of Object.values(directorRoles)) {
      assert.equal(
        Object.values(breakdown).reduce((a, b) => a + b, 0),
        100,
      );
    }
    assert.match(directorValues('CSO')['extras']!, /vulnerabilities/);
  });
});
