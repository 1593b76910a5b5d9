import assert from 'node:assert/strict';
import type { EditOutcome, FileEditor } from '../../../../src/store/fileEditor';
import { patientEditor } from '../../../../src/engine/run/patientEditor';

const busy: EditOutcome = { refused: { code: 'file-busy', message: 'Somebody holds the lock.' } };
const made: EditOutcome = { changed: true, where: 'disk' };
const request = { root: '/r', file: '/r/a', change: () => ({ edits: [] }) };

/** An editor that gives these outcomes, and then the last of them for ever; time passes only in sleep. */
function scene(outcomes: readonly EditOutcome[]) {
  let asked = 0;
  let time = 0;
  const stop = new AbortController();
  const editor: FileEditor = {
    edit: () => Promise.resolve(outcomes[Math.min(asked++, outcomes.length - 1)]!),
    create: () => Promise.resolve(made),
  };
  const ports = {
    clock: () => new Date(time),
    sleep: (ms: number) => {
      time += ms;
      return Promise.resolve();
    },
  };
  return {
    edit: () => patientEditor(editor, ports, stop.signal).edit(request),
    stop,
    asked: () => asked,
    time: () => time,
  };
}

describe('patientEditor', () => {
  it('waits for a file that another program holds up', async () => {
    const { edit, asked } = scene([busy, busy, made]);
    assert.deepEqual(await edit(), made);
    assert.equal(asked(), 3);
  });

  it('gives up when no lock can still be alive, and says what was in the way', async () => {
    const { edit, time } = scene([busy]);
    assert.deepEqual(await edit(), busy);
    assert.ok(time() >= 45_000, 'longer than the 30 s of a lock');
  });

  it('does not wait once the run is stopped', async () => {
    const { edit, stop, asked } = scene([busy]);
    stop.abort();
    assert.deepEqual(await edit(), busy);
    assert.equal(asked(), 1);
  });

  it('passes every other refusal on at once', async () => {
    const refused: EditOutcome = { refused: { code: 'read-only', message: 'No.' } };
    const { edit, asked } = scene([refused, made]);
    assert.deepEqual(await edit(), refused);
    assert.equal(asked(), 1);
  });
});
