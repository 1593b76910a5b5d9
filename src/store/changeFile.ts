import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeText, encodeText, type Encoding } from '../files/textFile';
import { applyEdits } from '../files/textEdit';
import type { EditRefusal, EditResult } from '../model/edit';
import type { EditOutcome } from './editOutcome';
import { hasCode } from './ioError';
import { largestFile, megabytes } from './limits';
import type { Lease } from './lock';
import { stillCarries } from './stillCarries';
import { isTemporaryForEdit, temporaryForEdit } from './temporaryFiles';
import type { FileFacts, OpenFile, WritingDisk } from './writingDisk';

export interface FileChange {
  /** Real path of a file that exists. */
  readonly path: string;
  readonly change: (text: string) => EditResult;
  readonly lease: Lease;
  readonly disk: WritingDisk;
  readonly settleMs: number;
  readonly tries: number;
  readonly signal?: AbortSignal;
}

/**
 * Changes one file whose lock is held, among programs that know no lock (DESIGN §4):
 *
 * 1. Read, work out the change, write the result to a temporary file in the same folder, fsync.
 * 2. Without letting anything of this process in between: compare the file with what was read, rename. When it moved,
 *    begin again on the new text.
 * 3. Still under the lock, watch for `settleMs`. A program that read before our rename and writes after it overwrites
 *    the edit (seen at the file's name) or writes into the file that our rename replaced (seen through the descriptor
 *    that we kept). In both cases the change is made again, on that program's text.
 *
 * So an edit that is reported as made survives every writer that needs less than `settleMs` from its read to its
 * write. What remains open: a writer that renames within the microseconds between our comparison and our rename
 * loses that write, since node offers no exchanging rename; and one that holds an old text for longer can write it
 * back over anything, as it can with any other program.
 */
export async function changeFile(o: FileChange): Promise<EditOutcome> {
  await removeLeftBehind(o);
  let work: Work = { source: await readSettled(o), instead: undefined };
  let lastRefusal: EditRefusal | undefined;
  // From the first rename on it is too late to stop half-way.
  let signal = o.signal;
  let made: PlannedChange | undefined;
  for (let attempt = 1; attempt <= o.tries; attempt++) {
    signal?.throwIfAborted();
    const planned = work.carried ? { ...work.carried, bytes: undefined } : planChange(o, work.source);

    if ('refused' in planned) {
      if (work.instead) {
        await putBack(o, work);
        return planned;
      }
      lastRefusal = planned.refused;
      // A half-written file refuses everything: believe it only when it stays so.
      await sleep(o.settleMs, undefined, { signal });
      const again = await readSettled(o);
      if (same(again, work.source)) return planned;
      work = { source: again, instead: undefined };
      continue;
    }
    lastRefusal = undefined;
    if (planned.bytes === undefined && !work.instead) {
      // Made before, and carried on by another program since.
      if (made) return { changed: true, where: 'disk', ...textsOf(made) };
      return { changed: false, where: 'disk', before: planned.before, after: planned.before };
    }

    const written = planned.bytes ?? work.source;
    const expected = work.instead ?? work.source;
    const facts = await o.disk.facts(o.path);
    const refused = await refusalToWrite(o, facts, written);
    if (refused) return { refused };
    const replaced = await replace(o, expected, written, facts, signal);
    if (replaced === 'moved') {
      // Give the other program a moment, and not always the same one.
      await sleep(2 + Math.random() * 8 * attempt, undefined, { signal });
      work = { source: await readSettled(o), instead: undefined };
      continue;
    }
    signal = undefined;
    if (!work.carried) made = planned;
    try {
      const fate = await watchOver(o, { ...planned, expected, written }, replaced);
      if (fate === 'stands') {
        return { changed: true, where: 'disk', ...textsOf(made ?? planned) };
      }
      work = fate;
    } finally {
      replaced?.close();
    }
  }
  if (work.instead) await putBack(o, work);
  if (work.carried) return { changed: true, where: 'disk', ...textsOf(work.carried) };
  return {
    refused: lastRefusal ?? {
      code: 'file-busy',
      message: `${o.path} was not changed: another program kept writing to it (${o.tries} tries). Try again when it rests.`,
    },
  };
}

function textsOf({ before, after }: { before: string; after: string }): { before: string; after: string } {
  return { before, after };
}

/**
 * Another program's text went into the file that we replaced, and our change found no place in it: that text is what
 * the file would hold without us, so it gets its name back.
 */
async function putBack(o: FileChange, work: Work): Promise<void> {
  if (!work.instead) return;
  const facts = await o.disk.facts(o.path);
  const replaced = await replace(o, work.instead, work.source, facts, undefined);
  if (replaced !== 'moved') replaced?.close();
}

/** What to work on next: the text to change, and what the file holds instead of that text when it is not there. */
interface Work {
  readonly source: Uint8Array;
  readonly instead: Uint8Array | undefined;
  /** The edit, when `source` has it already. */
  readonly carried?: { readonly before: string; readonly after: string };
}

interface PlannedChange {
  readonly before: string;
  readonly after: string;
  /** Absent when the text already says so. */
  readonly bytes: Uint8Array | undefined;
}

function planChange(o: FileChange, source: Uint8Array): PlannedChange | { refused: EditRefusal } {
  if (source.length > largestFile) {
    return refusal(
      'too-large',
      `${o.path} has ${megabytes(source.length)}; only files up to ${megabytes(largestFile)} are changed.`,
    );
  }
  const decoded = decodeText(source);
  if (!decoded) return refusal('binary', `${o.path} is not a text file and was left as it is.`);
  const result = o.change(decoded.text);
  if ('refused' in result) return result;
  const before = decoded.text;
  const after = applyEdits(before, result.edits);
  if (after === before) return { before, after, bytes: undefined };
  const bytes = encodeText(after, decoded.encoding);
  if (!holds(decoded.encoding, after, bytes)) {
    return refusal(
      'encoding',
      `${o.path} is written in ${decoded.encoding}, which cannot hold the new text, so it was left as it is.`,
    );
  }
  return { before, after, bytes };
}

function holds(encoding: Encoding, text: string, bytes: Uint8Array): boolean {
  // Latin1 is what a damaged UTF-8 file is read as; encodeText knows what to do with other characters there.
  return encoding === 'latin1' || decodeText(bytes)?.text === text;
}

async function refusalToWrite(
  o: FileChange,
  facts: FileFacts,
  bytes: Uint8Array,
): Promise<EditRefusal | undefined> {
  // Root may write anything; a file that says read-only means it all the same.
  if ((facts.mode & 0o222) === 0) {
    return { code: 'read-only', message: `${o.path} is read-only. Make it writable, then try again.` };
  }
  if (!(await o.disk.canWrite(o.path))) {
    return {
      code: 'not-writable',
      message: `${o.path} was not changed: you have no permission to write it.`,
    };
  }
  return bytes.length > largestFile
    ? {
        code: 'too-large',
        message: `${o.path} would grow beyond ${megabytes(largestFile)} and was left as it is.`,
      }
    : undefined;
}

/** Only holders of the lock use such names, so what is there now is from one that was killed. */
async function removeLeftBehind(o: FileChange): Promise<void> {
  for (const name of await o.disk.names(dirname(o.path))) {
    if (isTemporaryForEdit(o.path, name)) await o.disk.remove(join(dirname(o.path), name));
  }
}

/**
 * Puts `bytes` in place of `expected`, at once or not at all. `moved`: the file holds something else by now, and was not
 * touched. Otherwise the file that was replaced, still open (on Windows an open file cannot be replaced: undefined).
 */
async function replace(
  o: FileChange,
  expected: Uint8Array,
  bytes: Uint8Array,
  facts: FileFacts,
  signal: AbortSignal | undefined,
): Promise<OpenFile | undefined | 'moved'> {
  const temporary = temporaryForEdit(o.path);
  let renamed = false;
  try {
    await o.disk.writeNew(temporary, bytes, facts);
    signal?.throwIfAborted();
    for (let attempt = 1; ; attempt++) {
      try {
        const replaced = swap(o, temporary, expected);
        renamed = replaced !== 'moved';
        return replaced;
      } catch (error) {
        // Windows refuses while a virus scanner or an indexer looks at the file.
        if (!hasCode(error, 'EPERM', 'EACCES', 'EBUSY') || attempt === 5) throw error;
        await sleep(10 * attempt, undefined, { signal });
      }
    }
  } finally {
    if (!renamed) await o.disk.remove(temporary);
  }
}

/** Synchronous from the comparison to the rename: the gap in which another program's rename would go unseen is one system call. */
function swap(o: FileChange, temporary: string, expected: Uint8Array): OpenFile | undefined | 'moved' {
  let old: OpenFile;
  try {
    old = o.disk.openSync(o.path);
  } catch (error) {
    // Between the unlink and the create of a program that saves in that way.
    if (hasCode(error, 'ENOENT')) return 'moved';
    throw error;
  }
  let unseen: OpenFile | undefined = old;
  try {
    if (!o.lease.isHeld() || !same(old.read(), expected) || !old.isAt(o.path)) return 'moved';
    // Windows does not replace a file that is open.
    if (process.platform === 'win32') {
      unseen = undefined;
      old.close();
    }
    o.disk.renameSync(temporary, o.path);
    const replaced = unseen;
    unseen = undefined;
    return replaced;
  } finally {
    unseen?.close();
  }
}

interface WrittenChange extends PlannedChange {
  /** What the file held when it was replaced. */
  readonly expected: Uint8Array;
  readonly written: Uint8Array;
}

/** Watches the edit that was just made for `settleMs`: it stands, or here is the text on which to make it again. */
async function watchOver(
  o: FileChange,
  change: WrittenChange,
  replaced: OpenFile | undefined,
): Promise<Work | 'stands'> {
  const deadline = performance.now() + o.settleMs;
  let accepted = change.written;
  let stamp: string | undefined;
  for (;;) {
    const last = performance.now() >= deadline;
    if (replaced && !same(replaced.read(), change.expected)) {
      const theirs = await atRest(() => Promise.resolve(replaced.read()));
      // With yet another text at the name, that one is newer; it is judged below.
      if (theirs.length > 0 && same(await readSettled(o), change.written)) {
        const text = decodeText(theirs)?.text;
        const carried = text !== undefined && stillCarries(o.change, change, text) ? change : undefined;
        return { source: theirs, instead: change.written, carried };
      }
    }
    // The last look reads whatever the stamp says: two writes within one tick of the disk's clock have the same.
    const before = stamp;
    stamp = last ? undefined : await stampOf(o);
    const touched = before !== undefined && stamp !== before;
    if ((last || touched) && !same(await readSettled(o), accepted)) {
      const theirs = await atRest(() => readSettled(o));
      const text = decodeText(theirs)?.text;
      if (text === undefined || !stillCarries(o.change, change, text)) {
        return { source: theirs, instead: undefined };
      }
      accepted = theirs;
    }
    if (last) return 'stands';
    await sleep(Math.min(15, Math.max(1, deadline - performance.now())));
  }
}

async function stampOf(o: Pick<FileChange, 'disk' | 'path'>): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await o.disk.facts(o.path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'away';
    throw error;
  }
}

/** Reads; waits a little for a file that is empty or away, since that is what a save in progress looks like. */
async function readSettled(o: Pick<FileChange, 'disk' | 'path' | 'settleMs'>): Promise<Uint8Array> {
  const deadline = performance.now() + Math.max(o.settleMs, 30);
  for (;;) {
    const late = performance.now() >= deadline;
    try {
      const bytes = await o.disk.read(o.path);
      if (bytes.length > 0 || late) return bytes;
    } catch (error) {
      if (late || !hasCode(error, 'ENOENT')) throw error;
    }
    await sleep(3);
  }
}

/** The content once two looks 10 ms apart see the same, and not nothing; after 250 ms whatever is there. */
async function atRest(read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const deadline = performance.now() + 250;
  let before = await read();
  for (;;) {
    await sleep(10);
    const now = await read();
    if ((now.length > 0 && same(now, before)) || performance.now() >= deadline) return now;
    before = now;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function refusal(code: string, message: string): { refused: EditRefusal } {
  return { refused: { code, message } };
}
