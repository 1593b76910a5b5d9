import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { DiskView } from '../../../src/store/diskView';
import { QueueReader, type QueueState } from '../../../src/store/queueReader';
import type { ReadingDisk } from '../../../src/store/disk';
import { readingDisk } from '../../../src/store/readingDisk';
import { temporaryFolder } from './temporaryFolder';

function line(n: number, source = `w${n % 3}`): string {
  return JSON.stringify({ id: `msg-${n}`, type: 'PROGRESS', source, payload: { note: 'größer' } }) + '\n';
}

function lines(from: number, to: number): string {
  let text = '';
  for (let n = from; n <= to; n++) text += line(n);
  return text;
}

describe('QueueReader', () => {
  const folder = temporaryFolder();
  let file: string;
  let bytesRead: number;
  let view: DiskView;
  let reader: QueueReader;
  let count = 0;

  beforeEach(() => {
    file = join(folder.make(`${++count}`), 'queue.jsonl');
    bytesRead = 0;
    const disk: ReadingDisk = {
      ...readingDisk,
      async readPart(path, position, length) {
        const part = await readingDisk.readPart(path, position, length);
        bytesRead += part.length;
        return part;
      },
    };
    view = new DiskView(disk, [folder.path]);
    reader = new QueueReader(view, file);
  });

  async function read(): Promise<QueueState | undefined> {
    view.expire([file]);
    return reader.read();
  }

  it('knows nothing of a queue that is not there', async () => {
    assert.equal(await read(), undefined);
  });

  it('reads only the new bytes of a queue that has grown', async () => {
    writeFileSync(file, lines(1, 1_000));
    const first = await read();
    assert.equal(first?.messageCount, 1_000);
    const before = bytesRead;
    const added = lines(1_001, 1_003);
    appendFileSync(file, added);
    const second = await read();
    assert.equal(second?.messageCount, 1_003);
    assert.equal(second.messages.at(-1)?.line, 1_003);
    assert.ok(bytesRead - before <= Buffer.byteLength(added) + 512, `${bytesRead - before} bytes read`);
  });

  it('gives the same object when nothing was added, and does not read', async () => {
    writeFileSync(file, lines(1, 10));
    const first = await read();
    const before = bytesRead;
    assert.equal(await read(), first);
    assert.equal(bytesRead, before);
  });

  it('lets nobody wait for a task that is complete, whoever completed it', async () => {
    const of = (type: string, source: string, task: string): string =>
      JSON.stringify({ type, source, payload: { task_id: task } }) + '\n';
    writeFileSync(file, of('BLOCKED', 'w1', '1.1') + of('BLOCKED', 'w2', '1.2'));
    appendFileSync(file, of('TASK_COMPLETE', 'w3', '1.1'));
    assert.deepEqual(
      (await read())?.blocked.map(({ source }) => source),
      ['w2'],
    );
  });

  it('keeps the last 500 messages, and who is blocked however long ago it said so', async () => {
    const blocked = (source: string): string => JSON.stringify({ type: 'BLOCKED', source }) + '\n';
    writeFileSync(file, blocked('silent') + blocked('w0') + lines(3, 2_000) + blocked('late').trimEnd());
    const state = await read();
    assert.equal(state?.messages.length, 500);
    assert.equal(state.messages[0]?.line, 1_502);
    assert.deepEqual(
      state.blocked.map((message) => [message.source, message.line]),
      [
        ['silent', 1],
        ['late', 2_001],
      ],
    );
  });

  it('leaves out a line without end, keeps nothing of it, and reads on behind it', async () => {
    const long = 'x'.repeat(700_000);
    writeFileSync(file, line(1) + long);
    const before = bytesRead;
    const first = await read();
    assert.deepEqual([first?.messageCount, first?.problems[0]?.code], [1, 'queue-line-too-long']);
    assert.equal(bytesRead - before, Buffer.byteLength(line(1)) + long.length);
    appendFileSync(file, 'still the same line');
    await read();
    assert.ok(bytesRead - before < 750_000, 'the long line is not read again');
    appendFileSync(file, '\n' + line(3));
    const state = await read();
    assert.deepEqual(
      state?.messages.map((message) => [message.id, message.line]),
      [
        ['msg-1', 1],
        ['msg-3', 3],
      ],
    );
    assert.deepEqual(
      state.problems.map((problem) => problem.line),
      [2],
    );
  });

  it('shows a last line without its end as soon as it can be read, and counts it once', async () => {
    writeFileSync(file, line(1) + line(2).slice(0, 20));
    assert.equal((await read())?.messageCount, 1);
    writeFileSync(file, line(1) + line(2).trimEnd());
    assert.deepEqual(
      (await read())?.messages.map((m) => [m.id, m.line]),
      [
        ['msg-1', 1],
        ['msg-2', 2],
      ],
    );
    appendFileSync(file, '\n' + line(3));
    const state = await read();
    assert.equal(state?.messageCount, 3);
    assert.equal(state.messages.length, 3);
  });

  it('starts again when the queue was cut, replaced, or written anew with as much', async () => {
    writeFileSync(file, lines(1, 100));
    await read();
    truncateSync(file, Buffer.byteLength(lines(1, 40)));
    assert.equal((await read())?.messageCount, 40);
    renameSync(file, `${file}.1`);
    writeFileSync(file, lines(500, 560));
    assert.equal((await read())?.messages[0]?.id, 'msg-500');
    writeFileSync(file, lines(600, 680));
    const state = await read();
    assert.deepEqual([state?.messageCount, state?.messages[0]?.id], [81, 'msg-600']);
    rmSync(file);
    assert.equal(await read(), undefined);
  });

  it('reports lines that are no messages by their number, also beyond the first read', async () => {
    writeFileSync(file, line(1) + 'not json\n');
    await read();
    appendFileSync(file, line(3) + '\n[1]\n');
    const state = await read();
    assert.deepEqual(
      state?.problems.map((problem) => [problem.file, problem.line]),
      [
        [file, 2],
        [file, 5],
      ],
    );
  });

  it('says what is wrong with a queue that cannot be read, and recovers', async () => {
    writeFileSync(file, line(1));
    const broken = new DiskView(
      {
        ...readingDisk,
        readPart: () => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' })),
      },
      [],
    );
    const state = await new QueueReader(broken, file).read();
    assert.equal(state?.problems[0]?.code, 'unreadable');
    assert.equal((await read())?.messageCount, 1);
  });

  it('does not wait for the writer of a pipe', async () => {
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [file]);
    assert.equal((await read())?.problems[0]?.code, 'not-a-file');
  });

  it('comes to the same as one read of the whole, however the queue grows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 40 }), { maxLength: 12 }),
        fc.nat({ max: 60 }),
        async (sizes, torn) => {
          writeFileSync(file, '');
          reader = new QueueReader(view, file);
          let n = 0;
          let text = '';
          for (const size of sizes) {
            text += lines(n + 1, (n += size));
            writeFileSync(file, text + line(n + 1).slice(0, torn));
            await read();
          }
          writeFileSync(file, text);
          const grown = await read();
          const whole = await new QueueReader(new DiskView(readingDisk, []), file).read();
          assert.deepEqual(grown, whole);
        },
      ),
      { numRuns: 30 },
    );
  });

  describe('of a queue that is too long to read each line', () => {
    /** The state of a file, with all of its lines only looked through but for the last messages, or none. */
    const stateOf = async (parsedWhole: number): Promise<QueueState | undefined> => {
      view.expire([file]);
      return new QueueReader(view, file, parsedWhole).read();
    };

    it('shows the same as if each had been read, in whatever way messages are written', async () => {
      const source = fc.constantFrom('w1', 'w2', 'w 3', 'größe', '5', ' ', '', 'TASK_COMPLETE', 'a"b');
      const type = fc.constantFrom(
        'PROGRESS',
        'PROGRESS',
        'BLOCKED',
        'BLOCKED',
        'TASK_COMPLETE',
        'FILE_LOCK',
      );
      const task = fc.constantFrom('1.1', '1.2', 'BLOCKED');
      const forms: ((type: string, source: string, task: string) => string)[] = [
        (t, s, task_id) => JSON.stringify({ id: 'm', type: t, source: s, payload: { task_id } }),
        (t, s, task_id) =>
          JSON.stringify({ type: t, source: s, payload: { task_id } }, null, 1).replace(/\n/g, ' '),
        (t, s, task_id) => JSON.stringify({ payload: { task_id, source: 'w1' }, source: s, type: t }),
        (t, s, task_id) => JSON.stringify({ event_type: t, from: s, payload: { task_id } }),
        (t, s, task_id) => JSON.stringify({ type: t, payload: { worker_id: s, task_id } }),
        (t, s, task_id) => JSON.stringify({ type: t, text: '"source":"w1"', source: s, task_id }),
        (t, s) => `{"source":"w1","type":"${t}","source":${JSON.stringify(s)}}`,
        (t, s) => `{"type":"${t}","source":{"source":${JSON.stringify(s)}}}`,
        () => '{"type":"PROGRESS","sour',
        () => 'no message',
        () => '',
      ];
      const lineOf = fc
        .tuple(fc.constantFrom(...forms), type, source, task, fc.constantFrom('\n', '\n', '\r\n'))
        .map(([form, ...[t, s, task_id, end]]) => form(t, s, task_id) + end);
      await fc.assert(
        fc.asyncProperty(fc.array(lineOf, { maxLength: 60 }), async (written) => {
          writeFileSync(file, written.join(''));
          assert.deepEqual(await stateOf(0), await stateOf(Infinity));
        }),
        { numRuns: 150 },
      );
    });

    it('has the last 500 messages, and knows who has waited for long', async () => {
      const waits = JSON.stringify({ type: 'BLOCKED', source: 'old', payload: { task_id: '9.9' } }) + '\n';
      writeFileSync(file, waits + lines(1, 8_000));
      const state = await stateOf(0);
      assert.deepEqual(state, await stateOf(Infinity));
      assert.equal(state?.messages.length, 500);
      assert.equal(state.messageCount, 8_001);
      assert.deepEqual(
        state.blocked.map((message) => [message.source, message.line]),
        [['old', 1]],
      );
    });

    it('names lines that are no objects, of the whole file; what looks like one is believed', async () => {
      writeFileSync(file, `no message\n{"type":"PROG{"type":"A"}\n${lines(1, 8_000)}again\n`);
      const state = await stateOf(0);
      assert.equal(state?.messageCount, 8_003);
      assert.deepEqual(
        state.problems.map(({ line: at }) => at),
        [1, 8_003],
      );
    });
  });
});
