import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { EditResult } from '../../../src/model/edit';
import { DiskFileEditor, type EditOutcome } from '../../../src/store/fileEditor';
import { writingDisk, type WritingDisk } from '../../../src/store/writingDisk';
import { temporaryFolder } from './temporaryFolder';

/** Sets the one box of the text; asks for nothing when it is set. */
function tick(text: string): EditResult {
  const box = text.indexOf('[ ]');
  if (box >= 0) return { edits: [{ start: box + 1, end: box + 2, text: 'x' }] };
  if (text.includes('[x]')) return { edits: [] };
  return { refused: { code: 'task-not-found', message: 'no box' } };
}

/** Adds a line each time it is asked: it cannot tell whether it was asked before. */
function addLine(text: string): EditResult {
  return { edits: [{ start: text.length, end: text.length, text: 'added\n' }] };
}

describe('DiskFileEditor.edit', () => {
  const folder = temporaryFolder();
  let root: string;
  let plan: string;
  let count = 0;
  const editor = new DiskFileEditor({ settleMs: 20 });

  beforeEach(() => {
    root = folder.make(`${++count}`);
    plan = folder.write(`${count}/plan.md`, '# Plan\r\n- [ ] one\r\n');
  });

  afterEach(() => {
    const names = existsSync(root) ? readdirSync(root) : [];
    assert.deepEqual(
      names.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock')),
      [],
      'nothing is left behind',
    );
  });

  it('changes the text and says what it was before and after', async () => {
    const outcome = await editor.edit({ root, file: plan, change: tick });
    assert.deepEqual(outcome, {
      changed: true,
      where: 'disk',
      before: '# Plan\r\n- [ ] one\r\n',
      after: '# Plan\r\n- [x] one\r\n',
    });
    assert.equal(readFileSync(plan, 'utf8'), '# Plan\r\n- [x] one\r\n');
  });

  it('does not touch a file that already says so', async () => {
    await editor.edit({ root, file: plan, change: tick });
    const before = statSync(plan);
    const outcome = await editor.edit({ root, file: plan, change: tick });
    assert.equal('changed' in outcome && outcome.changed, false);
    const after = statSync(plan);
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
  });

  it('passes a refusal of the change on, with the file untouched', async () => {
    const ino = statSync(plan).ino;
    const outcome = await editor.edit({
      root,
      file: plan,
      change: () => ({ refused: { code: 'sub-tasks-open', message: 'open' } }),
    });
    assert.deepEqual(outcome, { refused: { code: 'sub-tasks-open', message: 'open' } });
    assert.equal(statSync(plan).ino, ino);
  });

  for (const [name, bytes] of [
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFF- [ ] café\r\n', 'utf8')],
    ['UTF-16', Buffer.from('\uFEFF- [ ] café\r\n', 'utf16le')],
    ['bytes that are not UTF-8', Buffer.from('- [ ] caf\xe9', 'latin1')],
  ] as const) {
    it(`keeps the encoding: ${name}`, async () => {
      writeFileSync(plan, bytes);
      await editor.edit({ root, file: plan, change: tick });
      const changed = readFileSync(plan);
      assert.equal(changed.length, bytes.length);
      const places = [...changed.keys()].filter((i) => changed[i] !== bytes[i]);
      assert.equal(places.length, 1, 'one byte differs');
    });
  }

  it('keeps the mode', async () => {
    chmodSync(plan, 0o640);
    await editor.edit({ root, file: plan, change: tick });
    assert.equal(statSync(plan).mode & 0o777, 0o640);
  });

  it('follows a link to a file in the root, and keeps the link', async () => {
    const link = join(root, 'link.md');
    symlinkSync('plan.md', link);
    await editor.edit({ root, file: link, change: tick });
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.match(readFileSync(plan, 'utf8'), /\[x\]/);
  });

  it('refuses what lies outside of the root, also by a link', async () => {
    const outside = folder.write('outside.md', '- [ ] x');
    symlinkSync(outside, join(root, 'way-out.md'));
    for (const file of ['../outside.md', outside, 'way-out.md']) {
      refusedWith(await editor.edit({ root, file, change: tick }), 'outside-root');
    }
    assert.equal(readFileSync(outside, 'utf8'), '- [ ] x');
  });

  it('refuses a read-only file, also for root', async () => {
    chmodSync(plan, 0o444);
    refusedWith(await editor.edit({ root, file: plan, change: tick }), 'read-only');
    assert.match(readFileSync(plan, 'utf8'), /\[ \]/);
  });

  it('refuses binary files, folders, and files that are not there', async () => {
    writeFileSync(plan, Buffer.from([0, 1, 2, 3]));
    refusedWith(await editor.edit({ root, file: plan, change: tick }), 'binary');
    mkdirSync(join(root, 'folder.md'));
    refusedWith(await editor.edit({ root, file: 'folder.md', change: tick }), 'not-a-file');
    refusedWith(await editor.edit({ root, file: 'nowhere.md', change: tick }), 'file-missing');
  });

  it('refuses a file of more than 5 MB', async () => {
    truncateSync(plan, 0);
    writeFileSync(plan, Buffer.alloc(5 * 1024 * 1024 + 1, 'a'));
    refusedWith(await editor.edit({ root, file: plan, change: tick }), 'too-large');
  });

  it('refuses text that the encoding cannot hold', async () => {
    const outcome = await editor.edit({
      root,
      file: plan,
      change: () => ({ edits: [{ start: 0, end: 0, text: '\ud800' }] }),
    });
    refusedWith(outcome, 'encoding');
  });

  it('refuses on a full disk, with the file whole', async () => {
    const before = readFileSync(plan);
    const full = new DiskFileEditor({
      disk: {
        ...writingDisk,
        async writeNew(path, bytes) {
          await writingDisk.writeNew(path, bytes.subarray(0, 3));
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
            code: 'ENOSPC',
            syscall: 'write',
          });
        },
      },
    });
    const outcome = await full.edit({ root, file: plan, change: tick });
    refusedWith(outcome, 'disk-full');
    assert.deepEqual(readFileSync(plan), before);
  });

  it('says that the disk is read-only or fails, and leaves the file whole', async () => {
    for (const [code, refusal] of [
      ['EROFS', 'not-writable'],
      ['EIO', 'io-error'],
    ] as const) {
      const failing = new DiskFileEditor({
        disk: {
          ...writingDisk,
          renameSync: () => {
            throw Object.assign(new Error(code), { code, syscall: 'rename' });
          },
        },
      });
      refusedWith(await failing.edit({ root, file: plan, change: tick }), refusal);
    }
  });

  it('removes the temporary file of a process that was killed, and nothing else', async () => {
    const left = `.plan.md.edit-00000000-0000-4000-8000-000000000000.tmp`;
    writeFileSync(join(root, left), 'half');
    writeFileSync(join(root, '.plan.md.edit-mine.txt'), 'mine');
    writeFileSync(join(root, '.plan.md.swp'), 'theirs');
    await editor.edit({ root, file: plan, change: tick });
    assert.deepEqual(readdirSync(root).sort(), ['.plan.md.edit-mine.txt', '.plan.md.swp', 'plan.md']);
  });

  it('makes edits of one process in the order that they were asked for', async () => {
    const set = (character: string) => (text: string) => {
      const box = text.indexOf('[');
      return { edits: [{ start: box + 1, end: box + 2, text: character }] };
    };
    await Promise.all(
      ['x', '~', '!', '-'].map((character) => editor.edit({ root, file: plan, change: set(character) })),
    );
    assert.match(readFileSync(plan, 'utf8'), /\[-\] one/);
  });

  it('does nothing when cancelled', async () => {
    const outcome = await editor.edit({ root, file: plan, change: tick, signal: AbortSignal.abort() });
    refusedWith(outcome, 'cancelled');
    assert.match(readFileSync(plan, 'utf8'), /\[ \]/);
  });

  it('says who holds the lock when the file is busy', async () => {
    mkdirSync(`${plan}.lock`);
    const impatient = new DiskFileEditor({ lockWaitMs: 20 });
    refusedWith(await impatient.edit({ root, file: plan, change: tick }), 'file-busy');
    rmSync(`${plan}.lock`, { recursive: true });
  });

  describe('among programs that know no lock', () => {
    /** A disk on which `act` happens once, right before or after something of ours. */
    function meanwhile(
      step: 'before compare' | 'after compare' | 'after rename',
      act: () => void,
    ): WritingDisk {
      let done = false;
      const once = (): void => {
        if (done) return;
        done = true;
        act();
      };
      return {
        ...writingDisk,
        openSync(path) {
          if (step === 'before compare') once();
          return writingDisk.openSync(path);
        },
        renameSync(from, to) {
          if (step === 'after compare') once();
          writingDisk.renameSync(from, to);
          if (step === 'after rename') once();
        },
      };
    }

    const theirs = '# Plan\r\n- [ ] one\r\n- theirs\r\n';
    const both = '# Plan\r\n- [x] one\r\n- theirs\r\n';

    const replaceFile = (text: string): void => {
      writeFileSync(`${plan}.theirs`, text);
      renameSync(`${plan}.theirs`, plan);
    };
    const rewriteFile = (text: string): void => writeFileSync(plan, text);

    for (const [how, write] of [
      ['renames over it', replaceFile],
      ['rewrites it in place', rewriteFile],
    ] as const) {
      it(`makes the change on the new text when another program ${how} before the comparison`, async () => {
        const disk = meanwhile('before compare', () => write(theirs));
        const outcome = await new DiskFileEditor({ disk, settleMs: 20 }).edit({
          root,
          file: plan,
          change: tick,
        });
        assert.equal('changed' in outcome && outcome.before, theirs);
        assert.equal(readFileSync(plan, 'utf8'), both);
      });

      it(`makes the change again when another program ${how} with an older text after the rename`, async () => {
        const disk = meanwhile('after rename', () => write(theirs));
        const outcome = await new DiskFileEditor({ disk, settleMs: 20 }).edit({
          root,
          file: plan,
          change: tick,
        });
        assert.equal('changed' in outcome && outcome.changed, true);
        assert.equal(readFileSync(plan, 'utf8'), both);
      });

      it(`lets stand what another program ${how} with, when it has our change`, async () => {
        const disk = meanwhile('after rename', () => write(both));
        await new DiskFileEditor({ disk, settleMs: 20 }).edit({ root, file: plan, change: tick });
        assert.equal(readFileSync(plan, 'utf8'), both);
      });

      it(`never makes a change twice that cannot tell, when another program ${how}`, async () => {
        const disk = meanwhile('after rename', () => write('# Plan\r\n- [ ] one\r\nadded\nand more\n'));
        await new DiskFileEditor({ disk, settleMs: 20 }).edit({ root, file: plan, change: addLine });
        assert.equal(readFileSync(plan, 'utf8').match(/added/g)?.length, 1);
      });
    }

    it('brings back what another program wrote in place between the comparison and the rename', async () => {
      const disk = meanwhile('after compare', () => rewriteFile(theirs));
      const outcome = await new DiskFileEditor({ disk, settleMs: 20 }).edit({
        root,
        file: plan,
        change: tick,
      });
      assert.equal('changed' in outcome && outcome.changed, true);
      assert.equal(readFileSync(plan, 'utf8'), both);
    });

    it('gives way to what was written in place in that moment, when the change has no place in it', async () => {
      const disk = meanwhile('after compare', () => rewriteFile('# All new\n'));
      const outcome = await new DiskFileEditor({ disk, settleMs: 20 }).edit({
        root,
        file: plan,
        change: tick,
      });
      refusedWith(outcome, 'task-not-found');
      assert.equal(readFileSync(plan, 'utf8'), '# All new\n');
    });

    it('waits for a file that is empty or away for a moment', async () => {
      const text = readFileSync(plan, 'utf8');
      let reads = 0;
      const disk: WritingDisk = {
        ...writingDisk,
        read(path) {
          reads++;
          if (reads === 1) return Promise.resolve(new Uint8Array());
          if (reads === 2) {
            return Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open' }));
          }
          return writingDisk.read(path);
        },
      };
      const outcome = await new DiskFileEditor({ disk, settleMs: 20 }).edit({
        root,
        file: plan,
        change: tick,
      });
      assert.equal('changed' in outcome && outcome.before, text);
    });

    it('believes a refusal only when the text stays so', async () => {
      let reads = 0;
      const disk: WritingDisk = {
        ...writingDisk,
        read: (path) => (++reads === 1 ? Promise.resolve(Buffer.from('# Pl')) : writingDisk.read(path)),
      };
      const outcome = await new DiskFileEditor({ disk, settleMs: 20 }).edit({
        root,
        file: plan,
        change: tick,
      });
      assert.equal('changed' in outcome && outcome.changed, true);
    });

    it('gives up after five tries on a file that never rests, with the last text of the other program', async () => {
      let n = 0;
      const disk: WritingDisk = {
        ...writingDisk,
        openSync(path) {
          rewriteFile(`- [ ] one\n- theirs ${++n}\n`);
          return writingDisk.openSync(path);
        },
      };
      const outcome = await new DiskFileEditor({ disk, settleMs: 5 }).edit({
        root,
        file: plan,
        change: tick,
      });
      refusedWith(outcome, 'file-busy');
      assert.equal(n, 5);
      assert.equal(readFileSync(plan, 'utf8'), '- [ ] one\n- theirs 5\n');
    });

    it('writes nothing once another process has taken its lock', async () => {
      const disk: WritingDisk = {
        ...writingDisk,
        openSync(path) {
          rmSync(`${plan}.lock`, { recursive: true, force: true });
          return writingDisk.openSync(path);
        },
      };
      const outcome = await new DiskFileEditor({ disk, settleMs: 5 }).edit({
        root,
        file: plan,
        change: tick,
      });
      refusedWith(outcome, 'file-busy');
      assert.match(readFileSync(plan, 'utf8'), /\[ \]/);
    });
  });
});

describe('DiskFileEditor.create', () => {
  const folder = temporaryFolder();
  const editor = new DiskFileEditor();

  it('makes the file and the folders on the way', async () => {
    const root = folder.make('a');
    const file = join(root, 'tracks', 'new_20260101', 'plan.md');
    const outcome = await editor.create({ root, file, text: '# Plan\n' });
    assert.deepEqual(outcome, { changed: true, where: 'disk', before: '', after: '# Plan\n' });
    assert.equal(readFileSync(file, 'utf8'), '# Plan\n');
    assert.deepEqual(readdirSync(join(root, 'tracks', 'new_20260101')), ['plan.md']);
  });

  it('refuses when something of that name is there, which stays', async () => {
    const root = folder.make('b');
    const file = folder.write('b/plan.md', 'mine');
    refusedWith(await editor.create({ root, file, text: 'other' }), 'exists');
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    assert.deepEqual(readdirSync(root), ['plan.md']);
  });

  it('lets exactly one of many win', async () => {
    const root = folder.make('c');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => editor.create({ root, file: 'plan.md', text: `${n}` })),
    );
    const won = outcomes.flatMap((outcome, n) => ('refused' in outcome ? [] : [n]));
    assert.equal(won.length, 1);
    assert.equal(readFileSync(join(root, 'plan.md'), 'utf8'), `${won[0]}`);
  });

  it('makes nothing outside of the root', async () => {
    const root = folder.make('d');
    refusedWith(await editor.create({ root, file: '../escaped/plan.md', text: 'x' }), 'outside-root');
    assert.equal(existsSync(join(folder.path, 'escaped')), false);
  });

  it('works on disks that know no second names', async () => {
    const root = folder.make('e');
    const plain = new DiskFileEditor({
      disk: {
        ...writingDisk,
        link: () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'link' })),
      },
    });
    const created = await plain.create({ root, file: 'plan.md', text: 'x' });
    assert.equal('changed' in created && created.changed, true);
    refusedWith(await plain.create({ root, file: 'plan.md', text: 'y' }), 'exists');
  });

  it('refuses when a part of the path is a file', async () => {
    const root = folder.make('f');
    folder.write('f/tracks', 'a file');
    refusedWith(
      await editor.create({ root, file: 'tracks/a/plan.md', text: 'x' }),
      'exists',
      'io-error',
      'outside-root',
    );
  });
});

function refusedWith(outcome: EditOutcome, ...codes: string[]): void {
  assert.ok('refused' in outcome, 'was not refused');
  assert.ok(codes.includes(outcome.refused.code), JSON.stringify(outcome.refused));
  assert.ok(outcome.refused.message.length > 0);
}
