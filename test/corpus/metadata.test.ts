import assert from 'node:assert/strict';
import { jsonEdits, type JsonChange } from '../../src/files/jsonEdit';
import { parseMetadata } from '../../src/files/metadataFile';
import { applyEdits } from '../../src/files/textEdit';
import { knownErrorsSchema, setupStateSchema } from '../../src/model/schemas/projectState';
import { corpusFiles, corpusMissing, corpusPresent } from './corpusFiles';

function change(text: string, ...changes: JsonChange[]): string {
  const result = jsonEdits(text, changes);
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
}

describe('metadata.json over the corpus', function () {
  this.timeout(60_000);

  if (!corpusPresent) {
    it(corpusMissing, () => undefined);
    return;
  }

  const files = corpusFiles('metadata.json');
  const valid = files.filter(({ text }) => !parseMetadata(text).invalid);
  const invalid = files.filter(({ text }) => parseMetadata(text).invalid);

  it(`reads all ${files.length}, and finds nothing odd in those that are JSON`, () => {
    assert.ok(files.length > 400);
    for (const { path, text } of valid) {
      const { metadata, problems } = parseMetadata(text);
      assert.ok(metadata, path);
      assert.ok(metadata.id ?? metadata.name, path);
      assert.deepEqual(problems, [], path);
    }
  });

  it(`reads the id of the ${invalid.length} that are not JSON, says where, and refuses to write them`, () => {
    assert.deepEqual(invalid.map(({ path }) => path).sort(), [
      'google/Aalwattar__ParrotInk/conductor/archive/fix_stale_hotkey_20260215/metadata.json',
      'google/gemini-cli-extensions__conductor@51370d2/conductor/tracks/archive/context_hygiene_20260131/metadata.json',
      'google/gemini-cli-extensions__conductor@51370d2/conductor/tracks/archive/git_native_vcs_20260131/metadata.json',
      'google/gemini-cli-extensions__conductor@51370d2/conductor/tracks/archive/setup_newtrack_ux_20260131/metadata.json',
    ]);
    for (const { path, text } of invalid) {
      const { metadata, problems } = parseMetadata(text);
      assert.equal(metadata?.id, path.split('/').at(-2), path);
      assert.match(problems[0]?.message ?? '', /line \d+ column \d+/);
      assert.ok('refused' in jsonEdits(text, [{ path: ['status'], value: 'x' }]), path);
    }
  });

  it('understands the step of every loop state', () => {
    const loops = files.flatMap(({ text }) => parseMetadata(text).metadata?.loop ?? []);
    assert.ok(loops.length >= 10);
    assert.deepEqual(
      loops.filter((loop) => !loop.understood),
      [],
    );
  });

  it('changes the status of every valid one and back: the same text', () => {
    for (const { path, text } of valid) {
      const raw = JSON.parse(text) as Record<string, unknown>;
      const key = 'status' in raw ? 'status' : 'state';
      const there = change(text, { path: [key], value: 'something else' });
      assert.equal((JSON.parse(there) as Record<string, unknown>)[key], 'something else', path);
      const back = change(there, { path: [key], value: raw[key] });
      if (key in raw) assert.equal(back, text, path);
      else assert.deepEqual(JSON.parse(back), raw, path);
    }
  });

  it('adds keys to every valid one and removes them again: the same text', () => {
    for (const { path, text } of valid) {
      const raw = JSON.parse(text) as Record<string, unknown>;
      const there = change(
        text,
        { path: ['added'], value: { deep: [1, { a: 'b' }] } },
        { path: ['added', 'deep', -1], value: 'c' },
      );
      assert.deepEqual(JSON.parse(there), { ...raw, added: { deep: [1, { a: 'b' }, 'c'] } }, path);
      assert.equal(change(there, { path: ['added'], value: undefined }), text, path);
    }
  });
});

describe('other JSON files over the corpus', () => {
  if (!corpusPresent) {
    it(corpusMissing, () => undefined);
    return;
  }

  it('setup_state.json is what its schema says, every one', () => {
    const files = corpusFiles('setup_state.json');
    assert.ok(files.length > 10);
    for (const { path, text } of files) assert.ok(setupStateSchema.safeParse(JSON.parse(text)).success, path);
  });

  it('knowledge/errors.json is what its schema says, every one', () => {
    const files = corpusFiles('errors.json');
    assert.ok(files.length > 0);
    for (const { path, text } of files)
      assert.ok(knownErrorsSchema.safeParse(JSON.parse(text)).success, path);
  });
});
