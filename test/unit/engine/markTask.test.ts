import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completePhase } from '../../../src/engine/completePhase';
import { markTask } from '../../../src/engine/markTask';
import { MarkHistory } from '../../../src/engine/undoMark';
import type { TaskMark } from '../../../src/files/planEdit';
import type { Track } from '../../../src/model/track';
import { DiskFileEditor, type EditOutcome } from '../../../src/store/fileEditor';
import { readConductor } from '../../../src/store/readConductor';
import { temporaryFolder } from '../store/temporaryFolder';

const plan = `# Plan

## Phase 1: First

- [x] Task 1.1: One
- [ ] Task 1.2: Two
    - [ ] Sub-task of two
- [ ] Task 1.3: Three

## Phase 2: Second

- [x] Task 2.1: Four
`;

describe('markers of a track on disk', () => {
  const folder = temporaryFolder();
  const ports = {
    editor: new DiskFileEditor({ settleMs: 5 }),
    git: { headCommit: () => Promise.resolve('abc1234') },
  };
  let count = 0;
  let file: string;
  let track: Track;

  async function open(text = plan): Promise<void> {
    const name = `${++count}`;
    file = folder.write(join(name, 'conductor/tracks/a_20260101/plan.md'), text);
    track = await readTrack(join(folder.path, name));
  }

  const content = (): string => readFileSync(file, 'utf8');

  describe('markTask', () => {
    it('changes one character, and marking back restores the file', async () => {
      await open(plan.replaceAll('\n', '\r\n'));
      const before = content();
      made(await markTask(ports, track, { taskId: '1.3', marker: 'blocked' }));
      assert.equal(content(), before.replace('[ ] Task 1.3', '[!] Task 1.3'));
      made(await markTask(ports, track, { taskId: '1.3', marker: 'todo' }));
      assert.equal(content(), before);
    });

    it('finds the task in the file as it is now, not as it was shown', async () => {
      await open();
      writeFileSync(file, `<!-- new first line -->\n${plan}`);
      made(await markTask(ports, track, { taskId: '1.3', marker: 'doing' }));
      assert.match(content(), /^<!-- new first line -->[^]*- \[~\] Task 1\.3: Three/);
    });

    it("writes the commit in the plan's own form, and the note below", async () => {
      await open(plan.replace('- [x] Task 1.1: One', '- [x] Task 1.1: One [1234567]'));
      made(
        await markTask(ports, track, { taskId: '1.3', marker: 'done', commit: 'abc1234', note: 'It works' }),
      );
      assert.match(content(), /- \[x\] Task 1\.3: Three \[abc1234\]\n\s+- .*It works/);
    });

    it('refuses open sub-tasks unless forced', async () => {
      await open();
      const mark: TaskMark = { taskId: '1.2', marker: 'done' };
      refused(await markTask(ports, track, mark), 'sub-tasks-open');
      assert.equal(content(), plan);
      made(await markTask(ports, track, { ...mark, force: true }));
      assert.match(content(), /- \[x\] Task 1\.2/);
    });

    it('refuses a task that is not there, and a track without a plan', async () => {
      await open();
      refused(await markTask(ports, track, { taskId: '9.9', marker: 'done' }), 'task-not-found');
      refused(
        await markTask(ports, { ...track, documents: {} }, { taskId: '1.1', marker: 'done' }),
        'no-plan',
      );
    });

    it('refuses a plan that has become a binary file', async () => {
      await open();
      writeFileSync(file, Buffer.from([0, 0, 0]));
      refused(await markTask(ports, track, { taskId: '1.1', marker: 'todo' }), 'binary');
    });
  });

  describe('completePhase', () => {
    const confirmed = {
      Deliverables: true,
      'Quality Gates': true,
      Testing: true,
      Documentation: true,
      'Sign-off': true,
    };

    it('writes the checkpoint into the heading where the dialect has them', async () => {
      await open();
      const outcome = await completePhase(ports, { ...track, dialect: 'google' }, '2', { confirmed });
      made(outcome);
      assert.match(content(), /## Phase 2: Second \[checkpoint: abc1234\]/);
    });

    it('refuses while tasks are open, naming them', async () => {
      await open();
      const outcome = await completePhase(ports, track, '1', { confirmed });
      refused(outcome, 'phase-not-verified');
      assert.ok('refused' in outcome && outcome.refused.message.includes('Two'));
      assert.equal(content(), plan);
    });

    it('refuses what nobody has verified', async () => {
      await open();
      const outcome = await completePhase(ports, track, '2', { confirmed: { ...confirmed, Testing: false } });
      refused(outcome, 'phase-not-verified');
      refused(await completePhase(ports, track, '2'), 'phase-not-verified');
    });

    it('judges by the file as it is now', async () => {
      await open();
      writeFileSync(file, plan.replace('[x] Task 2.1', '[~] Task 2.1'));
      refused(await completePhase(ports, track, '2', { confirmed }), 'phase-not-verified');
    });
  });

  describe('MarkHistory', () => {
    let history: MarkHistory;

    beforeEach(() => {
      history = new MarkHistory();
    });

    async function mark(what: TaskMark): Promise<void> {
      const outcome = await markTask(ports, track, what);
      made(outcome);
      history.record({ root: track.root, file, outcome, what: `${what.taskId}: ${what.marker}` });
    }

    it('takes edits back one after the other, to the byte', async () => {
      await open(plan.replaceAll('\n', '\r\n'));
      const before = content();
      await mark({ taskId: '1.3', marker: 'done', commit: 'abc1234', note: 'First line\nSecond line' });
      const between = content();
      await mark({ taskId: '1.1', marker: 'todo' });
      assert.equal(history.last?.what, '1.1: todo');
      made(await history.undo(ports));
      assert.equal(content(), between);
      made(await history.undo(ports));
      assert.equal(content(), before);
      assert.equal(history.last, undefined);
      refused(await history.undo(ports), 'nothing-to-undo');
    });

    it('takes back its own lines from a file that others have changed elsewhere', async () => {
      await open();
      await mark({ taskId: '1.3', marker: 'done', commit: 'abc1234', note: 'It works' });
      writeFileSync(file, `intro\n${content()}- [ ] Task 2.2: Five\n`);
      made(await history.undo(ports));
      assert.equal(content(), `intro\n${plan}- [ ] Task 2.2: Five\n`);
    });

    it('takes back only the marker when others have changed the task itself', async () => {
      await open();
      await mark({ taskId: '1.3', marker: 'done', commit: 'abc1234' });
      writeFileSync(file, content().replace('Three', 'Three and a half'));
      made(await history.undo(ports));
      assert.match(content(), /- \[ \] Task 1\.3: Three and a half .*abc1234/);
    });

    it('leaves a task alone that others have marked since', async () => {
      await open();
      await mark({ taskId: '1.3', marker: 'doing' });
      writeFileSync(file, content().replace('[~] Task 1.3', '[!] Task 1.3'));
      const now = content();
      refused(await history.undo(ports), 'undo-overtaken');
      assert.equal(content(), now);
      assert.equal(history.last, undefined, 'it is forgotten');
    });

    it('leaves the plan alone when the task is gone', async () => {
      await open();
      await mark({ taskId: '1.3', marker: 'doing' });
      writeFileSync(file, '# Another plan\n\n## Phase 1\n\n- [ ] Task 1.1: Else\n');
      refused(await history.undo(ports), 'undo-overtaken');
    });

    it('has nothing to do when others have taken it back already', async () => {
      await open();
      await mark({ taskId: '1.3', marker: 'doing' });
      writeFileSync(file, `${plan}\n`);
      const outcome = await history.undo(ports);
      assert.equal('changed' in outcome && outcome.changed, false);
      assert.equal(content(), `${plan}\n`);
    });

    it('keeps an edit that could not be taken back just now', async () => {
      await open();
      await mark({ taskId: '1.3', marker: 'doing' });
      const busy = {
        editor: {
          edit: () => Promise.resolve({ refused: { code: 'file-busy', message: 'busy' } }),
          create: () => Promise.reject(new Error('not asked for')),
        },
      };
      refused(await history.undo(busy), 'file-busy');
      made(await history.undo(ports));
      assert.equal(content(), plan);
    });

    it('does not remember what changed nothing, nor more than fifty edits', async () => {
      await open();
      const outcome = await markTask(ports, track, { taskId: '1.1', marker: 'done' });
      history.record({ root: track.root, file, outcome, what: 'nothing' });
      assert.equal(history.last, undefined);
      for (let n = 0; n < 60; n++) {
        history.record({
          root: track.root,
          file,
          what: `${n}`,
          outcome: { changed: true, where: 'disk', before: 'a', after: 'b' },
        });
      }
      const instant = {
        editor: {
          edit: () => Promise.resolve({ changed: true, where: 'disk' as const }),
          create: () => Promise.reject(new Error('not asked for')),
        },
      };
      let undone = 0;
      while (history.last) {
        await history.undo(instant);
        undone++;
      }
      assert.equal(undone, 50);
    });
  });
});

async function readTrack(workspace: string): Promise<Track> {
  const snapshot = await readConductor({ folders: [workspace] });
  const track = snapshot.roots[0]?.tracks[0];
  assert.ok(track);
  return track;
}

function made(outcome: EditOutcome): void {
  assert.ok('changed' in outcome && outcome.changed, JSON.stringify(outcome));
}

function refused(outcome: EditOutcome, code: string): void {
  assert.ok('refused' in outcome, 'was not refused');
  assert.equal(outcome.refused.code, code);
}
