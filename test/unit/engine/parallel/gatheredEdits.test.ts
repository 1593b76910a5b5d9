import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GatheredEdits } from '../../../../src/engine/parallel/gatheredEdits';
import { applyEdits } from '../../../../src/files/textEdit';
import { jsonEdits } from '../../../../src/files/jsonEdit';
import type { EditOutcome, EditRequest, FileEditor } from '../../../../src/store/fileEditor';

/** One text in memory; edits take a turn of the event loop. */
class Memory implements FileEditor {
  edits = 0;

  constructor(public text: string) {}

  async edit({ change }: EditRequest): Promise<EditOutcome> {
    this.edits++;
    await new Promise((resolve) => setImmediate(resolve));
    const before = this.text;
    const result = change(before);
    if ('refused' in result) return result;
    this.text = applyEdits(before, result.edits);
    return { changed: before !== this.text, where: 'disk', before, after: this.text };
  }

  create(): Promise<EditOutcome> {
    return Promise.resolve({ refused: { code: 'exists', message: '' } });
  }
}

const set = (key: string, value: unknown): EditRequest => ({
  root: '/r',
  file: 'f.json',
  change: (text) => jsonEdits(text, [{ path: [key], value }]),
});
const refusing: EditRequest = {
  root: '/r',
  file: 'f.json',
  change: () => ({ refused: { code: 'no', message: 'No.' } }),
};

describe('GatheredEdits', () => {
  it('makes what is asked for at the same time in one edit, with an answer for each', async () => {
    const memory = new Memory('{}');
    const editor = new GatheredEdits(memory);
    const outcomes = await Promise.all([
      editor.edit(set('a', 1)),
      editor.edit(refusing),
      editor.edit(set('b', 2)),
    ]);
    assert.deepEqual(JSON.parse(memory.text), { a: 1, b: 2 });
    assert.deepEqual(
      outcomes.map((outcome) => ('refused' in outcome ? outcome.refused.code : outcome.changed)),
      [true, 'no', true],
    );
    // The one that was refused among others was asked again alone: a half-written text may have refused it.
    assert.equal(memory.edits, 2);
  });

  it('refuses each for its own reason when the text refuses all', async () => {
    const editor = new GatheredEdits(new Memory('{"a": '));
    const outcomes = await Promise.all([editor.edit(set('a', 1)), editor.edit(refusing)]);
    assert.deepEqual(
      outcomes.map((outcome) => ('refused' in outcome ? outcome.refused.code : '')),
      ['json-invalid', 'no'],
    );
  });

  it('comes to the same as one edit after the other', async () => {
    const change = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.oneof(fc.integer(), fc.constant(undefined)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const [together, apart] = [
          new Memory('{\n  "a": 0,\n  "z": "\u{1F600}"\n}\n'),
          new Memory('{\n  "a": 0,\n  "z": "\u{1F600}"\n}\n'),
        ];
        const editor = new GatheredEdits(together);
        await Promise.all(changes.map(([key, value]) => editor.edit(set(key, value))));
        for (const [key, value] of changes) await apart.edit(set(key, value));
        assert.equal(together.text, apart.text);
      }),
      { numRuns: 60 },
    );
  });

  it('a failure of the editor reaches everybody who asked, and the next one is tried', async () => {
    const memory = new Memory('{}');
    const edit = memory.edit.bind(memory);
    let broken = true;
    memory.edit = (request) => (broken ? Promise.reject(new Error('gone')) : edit(request));
    const editor = new GatheredEdits(memory);
    await Promise.all([
      assert.rejects(editor.edit(set('a', 1)), /gone/),
      assert.rejects(editor.edit(set('b', 1)), /gone/),
    ]);
    broken = false;
    await editor.edit(set('a', 1));
    assert.deepEqual(JSON.parse(memory.text), { a: 1 });
  });
});
