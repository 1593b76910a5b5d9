import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  eventFileName,
  lockEdits,
  mostLineBytes,
  newBusFiles,
  queueLine,
  unlockEdits,
  workerStatusEdits,
  workerStatusesEdits,
} from '../../../src/files/busWriting';
import { parseLocks, parseQueueLines, parseWorkerStatus } from '../../../src/files/messageBusFiles';
import { applyEdits } from '../../../src/files/textEdit';
import {
  workerFileText,
  workerIdFor,
  workerTemplateFor,
  workerTemplateValues,
} from '../../../src/files/workerFiles';
import type { EditResult } from '../../../src/model/edit';

const now = new Date('2026-02-01T12:00:00Z');
const after = (text: string, result: EditResult): string => {
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
};
const code = (result: EditResult): string | undefined =>
  'refused' in result ? result.refused.code : undefined;

describe('busWriting: queue.jsonl', () => {
  it('one bounded line a message, whatever the texts hold, and the reader reads it back', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2500 }),
        fc.string({ maxLength: 20 }),
        (error, taskId) => {
          const result = queueLine(
            'TASK_FAILED',
            { task_id: `t${taskId}`, error, stack_trace: error },
            { id: 'msg-1', source: 'w', at: now },
          );
          assert.ok('line' in result);
          assert.ok(Buffer.byteLength(result.line) <= mostLineBytes);
          assert.equal(result.line.indexOf('\n'), result.line.length - 1);
          const [message] = parseQueueLines(result.line, 1).messages;
          assert.equal(message?.payload['task_id'], `t${taskId}`);
          if (error.length <= 300 && !/\p{Cs}/u.test(error)) assert.equal(message?.payload['error'], error);
        },
      ),
    );
  });

  it('what cannot be shortened is refused, not cut to something else', () => {
    const many = Array.from({ length: 500 }, (_, i) => `src/file-${i}.ts`);
    const result = queueLine(
      'TASK_COMPLETE',
      { task_id: '1', commit_sha: null, files_modified: many, unblocks: [] },
      { id: 'm', source: 'w', at: now },
    );
    assert.ok('refused' in result && result.refused.code === 'message-too-long');
  });

  it('a new bus begins with msg-init', () => {
    const files = newBusFiles('conductor/tracks/login', now);
    const { messages } = parseQueueLines(files['queue.jsonl']!, 1);
    assert.deepEqual(
      messages.map(({ id, type, payload }) => [id, type, payload]),
      [['msg-init', 'BUS_INIT', { track_path: 'conductor/tracks/login', version: '1.0' }]],
    );
  });

  it('event files keep to their folder', () => {
    assert.equal(eventFileName('TASK_COMPLETE', '1.2'), 'TASK_COMPLETE_1.2.event');
    assert.equal(eventFileName('FILE_UNLOCK'), 'FILE_UNLOCK_all.event');
    assert.equal(eventFileName('BOARD_RESOLVE'), 'BOARD_RESOLVE.event');
    assert.equal(eventFileName('TASK_FAILED', '../../etc/passwd'), 'TASK_FAILED_etc-passwd.event');
  });
});

describe('busWriting: locks.json', () => {
  const held = `{\n    "src/a.ts": { "worker_id": "them", "expires_at": "2026-02-01T12:10:00Z", "note": "keep" }\n}\n`;

  it('locks for 30 minutes, keeps what others wrote', () => {
    const text = after(held, lockEdits(held, { paths: ['./src/b.ts'], workerId: 'w', now }));
    assert.ok(text.startsWith(held.slice(0, held.lastIndexOf('\n}'))));
    assert.deepEqual(parseLocks(text).locks[1], {
      path: 'src/b.ts',
      workerId: 'w',
      acquiredAt: '2026-02-01T12:00:00.000Z',
      expiresAt: '2026-02-01T12:30:00.000Z',
    });
  });

  it('all or none: a held path refuses the others, and names the holder', () => {
    const result = lockEdits(held, { paths: ['src/b.ts', 'src\\a.ts'], workerId: 'w', now });
    assert.equal(code(result), 'locked');
    assert.match(
      'refused' in result ? result.refused.message : '',
      /them holds src\/a\.ts until 2026-02-01T12:10/,
    );
    assert.equal(code(lockEdits(held, { paths: ['src/'], workerId: 'w', now })), 'locked');
  });

  it('takes over an expired lock, and one of another spelling with it', () => {
    const old = '{"./src/a.ts": {"worker_id": "them", "expires_at": "2026-02-01T11:59:59Z"}}';
    const { locks } = parseLocks(after(old, lockEdits(old, { paths: ['src/a.ts'], workerId: 'w', now })));
    assert.deepEqual(
      locks.map(({ path, workerId }) => [path, workerId]),
      [['src/a.ts', 'w']],
    );
  });

  it('only the owner unlocks', () => {
    assert.equal(code(unlockEdits(held, { paths: ['src/a.ts'], workerId: 'w' })), 'not-owner');
    assert.equal(after(held, unlockEdits(held, { paths: ['src/x.ts'], workerId: 'w' })), held);
    assert.deepEqual(
      parseLocks(after(held, unlockEdits(held, { paths: ['src/a.ts'], workerId: 'them' }))).locks,
      [],
    );
  });

  it('refuses damaged files, begins empty ones', () => {
    assert.equal(code(lockEdits('{"a": ', { paths: ['a'], workerId: 'w', now })), 'json-invalid');
    assert.equal(code(lockEdits('[]', { paths: ['a'], workerId: 'w', now })), 'json-path');
    assert.equal(
      parseLocks(after(' ', lockEdits(' ', { paths: ['a'], workerId: 'w', now }))).locks.length,
      1,
    );
  });
});

describe('busWriting: worker-status.json, worker files', () => {
  it('changes one worker and keeps its unknown keys', () => {
    const text = '{\n  "w1": { "status": "RUNNING", "mood": "good" },\n  "w2": { "status": "RUNNING" }\n}\n';
    const result = after(
      text,
      workerStatusEdits(text, 'w1', {
        taskId: '1',
        status: 'COMPLETE',
        progressPct: 140,
        heartbeat: now.toISOString(),
      }),
    );
    assert.match(result, /"mood": "good"/);
    assert.match(result, /"w2": \{ "status": "RUNNING" \}/);
    assert.deepEqual(parseWorkerStatus(result).workers[0]?.progress, 100);
    assert.deepEqual(
      parseWorkerStatus(
        after(
          result,
          workerStatusesEdits(
            result,
            new Map([
              ['w1', 'gone'],
              ['nobody', 'gone'],
            ]),
          ),
        ),
      ).workers.map((w) => w.workerId),
      ['w2'],
    );
  });

  it('worker ids: the form of the spec, never the same twice, never a path', () => {
    const first = workerIdFor('1.2', now);
    assert.equal(first, 'worker-1.2-20260201120000');
    assert.equal(workerIdFor('1.2', now, new Set([first])), `worker-1.2-${now.getTime()}`);
    assert.equal(workerIdFor('../x y', now), 'worker-x-y-20260201120000');
  });

  it('templates by type; front matter survives odd names', () => {
    assert.deepEqual(['code', 'UI', 'docs', undefined].map(workerTemplateFor), [
      'code',
      'ui',
      'task',
      'task',
    ]);
    const task = {
      taskId: '1',
      taskName: 'Say "no": `x`\n---',
      trackId: 't',
      files: ['a'],
      dependsOn: [],
      unblocks: [],
      messageBusPath: 'b',
      workerId: 'w',
      timestamp: now.toISOString(),
    };
    assert.equal(
      workerFileText(task, 'code', 'Body')
        .split('\n')
        .filter((line) => line === '---').length,
      2,
    );
    assert.equal(workerTemplateValues(task, '')['depends_on'], 'None');
    assert.equal(workerTemplateValues(task, '')['files'], '- a');
  });
});
