import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RunEntry } from '../../../../src/engine/run/runEntry';
import { RunFolderError, runFolderOf } from '../../../../src/engine/run/runFolder';
import { readJournal, RunJournal, RunJournalError } from '../../../../src/engine/run/runJournal';
import { folderWith, temporaryFolder } from '../../cli/conductorProcess';

const at = '2026-02-01T12:00:00.000Z';
const completed = (task: string): RunEntry => ({ kind: 'completed', at, task });

async function entriesIn(folder: string): Promise<readonly RunEntry[]> {
  const journal = await RunJournal.open(folder);
  await journal.close();
  return journal.entries;
}

describe('RunJournal', () => {
  it('gives back what was appended, in the order of the calls', async () => {
    const folder = temporaryFolder();
    const journal = await RunJournal.open(folder);
    const all = Array.from({ length: 40 }, (_, i) => completed(`Ä "task"\n${i}`));
    await Promise.all(all.map((entry) => journal.append(entry)));
    await journal.close();
    assert.deepEqual(await entriesIn(folder), all);
  });

  it('writes what comes together in one go, and fails it together', async () => {
    const folder = temporaryFolder();
    const journal = await RunJournal.open(folder);
    const first = journal.append(completed('1.1'));
    const together = ['1.2', '1.3', '1.4'].map((task) => journal.append(completed(task)));
    assert.equal(new Set([first, ...together]).size, 1);
    await first;
    assert.equal(readJournal(readFileSync(journal.file)).entries.length, 4);
    rmSync(journal.file);
    const lost = await Promise.allSettled(['1.5', '1.6'].map((task) => journal.append(completed(task))));
    assert.deepEqual(
      lost.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    await journal.close();
  });

  it('takes away a last line that was cut off, wherever it was cut, and goes on behind it', async () => {
    const whole = `${JSON.stringify(completed('1.1'))}\n`;
    const last = JSON.stringify(completed('1.2 ü'));
    for (let cut = 1; cut < Buffer.byteLength(last); cut += 7) {
      const folder = folderWith({
        'journal.jsonl': Buffer.concat([Buffer.from(whole), Buffer.from(last).subarray(0, cut)]),
      });
      const journal = await RunJournal.open(folder);
      assert.deepEqual(journal.entries, [completed('1.1')], `cut after ${cut} bytes`);
      await journal.append(completed('1.3'));
      await journal.close();
      assert.deepEqual(await entriesIn(folder), [completed('1.1'), completed('1.3')]);
    }
  });

  it('keeps a last line of which only the line end is missing', async () => {
    const folder = folderWith({ 'journal.jsonl': JSON.stringify(completed('1.1')) });
    const journal = await RunJournal.open(folder);
    await journal.append(completed('1.2'));
    await journal.close();
    assert.deepEqual(await entriesIn(folder), [completed('1.1'), completed('1.2')]);
  });

  it('names whole lines that it cannot read and leaves them in the file', async () => {
    const text = `${JSON.stringify(completed('1.1'))}\nnonsense\n{"kind":"of-a-later-version"}\n`;
    const folder = folderWith({ 'journal.jsonl': text });
    const journal = await RunJournal.open(folder);
    await journal.close();
    assert.deepEqual(journal.entries, [completed('1.1')]);
    assert.deepEqual(
      journal.unread.map(({ line }) => line),
      [2, 3],
    );
    assert.equal(readFileSync(journal.file, 'utf8'), text);
  });

  it('reads any bytes without throwing, and what it takes away is never a whole line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { tornFrom } = readJournal(bytes);
        if (tornFrom !== undefined) assert.ok(!bytes.subarray(tornFrom).includes(0x0a));
      }),
    );
  });

  it('does not write through a symbolic link', async () => {
    const outside = folderWith({ target: 'precious' });
    const folder = temporaryFolder();
    symlinkSync(join(outside, 'target'), join(folder, 'journal.jsonl'));
    await assert.rejects(RunJournal.open(folder), RunJournalError);
    assert.equal(readFileSync(join(outside, 'target'), 'utf8'), 'precious');
  });

  it('does not go on writing into a file that was deleted', async () => {
    const folder = temporaryFolder();
    const journal = await RunJournal.open(folder);
    await journal.append(completed('1.1'));
    rmSync(journal.file);
    await assert.rejects(journal.append(completed('1.2')), /could not be written: it was deleted/);
    await journal.close();
  });

  it('says which file could not be opened', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'journal.jsonl'));
    await assert.rejects(RunJournal.open(folder), /journal\.jsonl could not be opened: it is a folder/);
  });
});

describe('runFolderOf', () => {
  it('makes the folder below the message bus of the track', async () => {
    const root = temporaryFolder();
    const folder = await runFolderOf(root, join(root, 'tracks', 'login'));
    assert.equal(folder, join(root, 'tracks', 'login', '.message-bus', 'run'));
    assert.ok(existsSync(folder));
  });

  it('never leaves the root through a symbolic link', async () => {
    const outside = temporaryFolder();
    const root = folderWith({ 'tracks/login/plan.md': '' });
    symlinkSync(outside, join(root, 'tracks', 'login', '.message-bus'));
    await assert.rejects(runFolderOf(root, join(root, 'tracks', 'login')), RunFolderError);
    assert.ok(!existsSync(join(outside, 'run')));
  });

  it('says why it could not be made', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, '.message-bus'), 'a file');
    await assert.rejects(runFolderOf(root, root), RunFolderError);
  });
});
