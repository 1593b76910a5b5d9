import assert from 'node:assert/strict';
import { completePhaseEdits, findTask, habitsOf, markTaskEdits } from '../../../src/files/planEdit';
import type { MarkHabits, TaskMark } from '../../../src/files/planEdit';
import { parsePlan } from '../../../src/files/planFile';
import { applyEdits } from '../../../src/files/textEdit';
import { decodeText, encodeText } from '../../../src/files/textFile';
import type { EditResult } from '../../../src/model/edit';
import { settableMarkers } from '../../../src/model/marker';

const spec: MarkHabits = { doing: '~', done: 'x', commitForm: 'comment' };

function applied(text: string, result: EditResult): string {
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
}

function refusal(result: EditResult): string {
  assert.ok('refused' in result);
  assert.ok(result.refused.message.length > 30, 'says what happened and what to do');
  return result.refused.code;
}

function mark(text: string, wanted: Partial<TaskMark> = {}, habits = spec): string {
  const plan = parsePlan(text);
  const taskId = wanted.taskId ?? plan.phases[0]?.tasks[0]?.id ?? '';
  return applied(text, markTaskEdits(text, plan, { marker: 'done', ...wanted, taskId }, habits));
}

describe('markTaskEdits: the marker', () => {
  it('changes one character and nothing else', () => {
    const text = '# P\r\n- [ ] Task 1: a  \r\n  - note\r\n- [ ] Task 2: b';
    assert.equal(mark(text), text.replace('[ ]', '[x]'));
    assert.equal(mark(text, { marker: 'doing' }), text.replace('[ ]', '[~]'));
    assert.equal(mark(text, { marker: 'blocked' }), text.replace('[ ]', '[!]'));
    assert.equal(mark(text, { marker: 'skipped' }), text.replace('[ ]', '[-]'));
  });

  it('changes nothing when the marker is there already, in whatever character', () => {
    for (const text of ['- [X] a', '- [✔️] a', '- [x] a']) {
      assert.equal(mark(text), text);
    }
    assert.equal(mark('- [/] a', { marker: 'doing' }), '- [/] a');
    assert.equal(mark('- [] a', { marker: 'todo' }), '- [] a');
  });

  it('leaves commit and notes when a task is opened again', () => {
    const text = '- [x] a <!-- commit: abc1234 -->\n  - did it\n';
    assert.equal(mark(text, { marker: 'todo' }), text.replace('[x]', '[ ]'));
  });

  it('overwrites what is unclear and fills empty brackets', () => {
    assert.equal(mark('- [?] a'), '- [x] a');
    assert.equal(mark('- [] a'), '- [x] a');
    assert.equal(mark('- [🚀] a', { marker: 'todo' }), '- [ ] a');
  });

  it('restores the bytes of a file in any encoding, with any line breaks', () => {
    const lines = [
      '# Größe 計画',
      '## Phase 1: A [checkpoint: ]',
      '- [ ] Task 1: a  ',
      '\t- [x] b 🚀',
      '### [~] T1 — c',
      '',
    ];
    for (const eol of ['\n', '\r\n', '\r']) {
      for (const encoding of ['utf8', 'utf8bom', 'utf16le', 'utf16be'] as const) {
        for (const end of ['', eol]) {
          const bytes = encodeText(lines.join(eol) + end, encoding);
          const text = decodeText(bytes)?.text ?? '';
          for (const taskId of ['1', '1/b', 'T1']) {
            const was = findTask(parsePlan(text), taskId)?.marker;
            assert.ok(was && was !== 'unclear', taskId);
            for (const marker of settableMarkers) {
              const changed = mark(text, { taskId, marker, force: true });
              const back = mark(changed, { taskId, marker: was, force: true });
              assert.deepEqual(Buffer.from(encodeText(back, encoding)), Buffer.from(bytes));
            }
          }
        }
      }
    }
  });

  it('marks boxes in headings, Status fields and properties of heading tasks', () => {
    assert.equal(mark('### [~] T0.1 — a\n'), '### [x] T0.1 — a\n');
    assert.equal(mark('### Task 1.1: a [ ]\n'), '### Task 1.1: a [x]\n');
    assert.equal(
      mark('### Task 1.1: a\n- **Status:** [ ] Open\n'),
      '### Task 1.1: a\n- **Status:** [x] Open\n',
    );
    assert.equal(mark('### Task 1.1: a\n- [ ] **File**: b\n'), '### Task 1.1: a\n- [x] **File**: b\n');
  });

  it('marks the checklist line that stands for a heading task', () => {
    const text = '### Task 1.1: a\n## Task Checklist\n- [ ] **1.1** a\n';
    assert.equal(
      mark(text, { commit: 'abc1234' }),
      text.replace('[ ] **1.1** a', '[x] **1.1** a <!-- commit: abc1234 -->'),
    );
  });

  it('refuses what is not there, has no marker, or has open sub-tasks', () => {
    const text = '### Task 1: a\n- [ ] b\n- [x] c\n  - [ ] d\n  - [-] e\n';
    const plan = parsePlan(text);
    const marked = (taskId: string, more: Partial<TaskMark> = {}): EditResult =>
      markTaskEdits(text, plan, { taskId, marker: 'done', ...more }, spec);
    assert.equal(refusal(marked('9')), 'task-not-found');
    assert.equal(refusal(marked('1')), 'no-marker');
    assert.equal(refusal(marked('1/c')), 'sub-tasks-open');
    assert.equal(applied(text, marked('1/c', { force: true })), text);
    assert.equal(applied(text, marked('1/c', { marker: 'todo' })), text.replace('[x]', '[ ]'));
    assert.equal(refusal(marked('1/b', { commit: 'x --> y' })), 'commit-invalid');
    assert.equal(
      refusal(markTaskEdits(`new\n${text}`, plan, { taskId: '1/b', marker: 'done' }, spec)),
      'plan-changed',
    );
  });

  it('counts done and skipped sub-tasks as closed', () => {
    assert.equal(mark('- [ ] a\n  - [x] b\n  - [-] c\n'), '- [x] a\n  - [x] b\n  - [-] c\n');
  });
});

describe('markTaskEdits: the commit', () => {
  const withCommit = (line: string, form: MarkHabits['commitForm'] = 'comment'): string =>
    mark(line, { commit: 'abc1234' }, { ...spec, commitForm: form });

  it('is appended in the form of the project, before trailing white space', () => {
    assert.equal(withCommit('- [ ] a  \r\n'), '- [x] a <!-- commit: abc1234 -->  \r\n');
    assert.equal(withCommit('- [ ] a', 'commentSha'), '- [x] a <!-- abc1234 -->');
    assert.equal(withCommit('- [ ] a', 'brackets'), '- [x] a [abc1234]');
    assert.equal(withCommit('- [ ] a', 'parens'), '- [x] a (abc1234)');
    assert.equal(withCommit('- [ ] a', 'bare'), '- [x] a abc1234');
    assert.equal(withCommit('- [ ] a', 'backticks'), '- [x] a `abc1234`');
  });

  it('replaces a commit or placeholder inside its own form', () => {
    const forms: [string, string][] = [
      ['a [9bf0ea4]', 'a [abc1234]'],
      ['a (9bf0ea4)', 'a (abc1234)'],
      ['a *(9bf0ea4)*', 'a *(abc1234)*'],
      ['a `9bf0ea4`', 'a `abc1234`'],
      ['a 9bf0ea4', 'a abc1234'],
      ['a <!-- 9bf0ea4 -->', 'a <!-- abc1234 -->'],
      ['a <!-- commit: 9bf0ea4 --> <!-- id: 3 -->', 'a <!-- commit: abc1234 --> <!-- id: 3 -->'],
      ['a <!-- commit: pending -->', 'a <!-- commit: abc1234 -->'],
      ['a <!-- commit TBD -->', 'a <!-- commit abc1234 -->'],
      ['a <!-- commit-sha -->', 'a <!-- commit: abc1234 -->'],
      ['a <!-- commit: -->', 'a <!-- commit: abc1234 -->'],
      ['a <!--commit:-->', 'a <!--commit: abc1234-->'],
      ['a [checkpoint: TBD]', 'a [checkpoint: abc1234]'],
      ['a [commit: ]', 'a [commit: abc1234]'],
      ['a [checkpoint:]', 'a [checkpoint: abc1234]'],
    ];
    for (const [before, after] of forms) {
      assert.equal(withCommit(`- [ ] ${before}  \n`), `- [x] ${after}  \n`);
    }
  });

  it('is not written twice, also when one is an abbreviation', () => {
    assert.equal(withCommit('- [x] a [abc1234]'), '- [x] a [abc1234]');
    assert.equal(withCommit('- [x] a [abc1234def5678]'), '- [x] a [abc1234def5678]');
  });

  it('joins several that are listed', () => {
    assert.equal(withCommit('- [x] a (f55c47c + 65a68b6)'), '- [x] a (f55c47c + 65a68b6, abc1234)');
    assert.equal(
      withCommit('- [x] a <!-- f55c47c --> <!-- 65a68b6 -->'),
      '- [x] a <!-- f55c47c --> <!-- 65a68b6 --> <!-- commit: abc1234 -->',
    );
  });

  it('goes to the end of a paragraph of several lines', () => {
    assert.equal(
      withCommit('- [ ] a b\n      c d\n- [ ] e\n'),
      '- [x] a b\n      c d <!-- commit: abc1234 -->\n- [ ] e\n',
    );
  });

  it('goes to the heading of a heading task', () => {
    assert.equal(withCommit('### [ ] Task 1: a\n'), '### [x] Task 1: a <!-- commit: abc1234 -->\n');
    assert.equal(withCommit('### Task 1: a [ ]\n'), '### Task 1: a <!-- commit: abc1234 --> [x]\n');
    assert.equal(
      withCommit('### Task 1: a <!-- e38627c -->\n\n- **Status:** [ ] x\n'),
      '### Task 1: a <!-- abc1234 -->\n\n- **Status:** [x] x\n',
    );
    assert.equal(
      withCommit('### Task 1: a ###\n- [ ] **File**: b\n'),
      '### Task 1: a <!-- commit: abc1234 --> ###\n- [x] **File**: b\n',
    );
  });

  it('does not change the id of the task', () => {
    for (const form of ['comment', 'commentSha', 'brackets', 'parens', 'bare', 'backticks'] as const) {
      const text = '## Phase 1: A\n- [ ] Build the **cart** now\n';
      const after = withCommit(text, form);
      const [before, now] = [text, after].map((t) => parsePlan(t).phases[0]?.tasks[0]);
      assert.equal(now?.id, before?.id);
      assert.equal(now?.commit, 'abc1234');
    }
  });
});

describe('markTaskEdits: the note', () => {
  it('becomes bullets below, as in the spec', () => {
    assert.equal(
      mark('- [ ] Task 3: Build form\n- [ ] Task 4: b\n', {
        commit: 'abc1234',
        note: 'Created form.tsx\nAdded validation\n',
      }),
      '- [x] Task 3: Build form <!-- commit: abc1234 -->\n  - Created form.tsx\n  - Added validation\n- [ ] Task 4: b\n',
    );
  });

  it('becomes a reason when the task is blocked', () => {
    const blocked = { marker: 'blocked' as const };
    assert.equal(mark('- [ ] a', { ...blocked, note: 'no API key' }), '- [!] a\n  - Reason: no API key');
    assert.equal(mark('- [ ] a', { ...blocked, note: 'Blocked by 1.2' }), '- [!] a\n  - Blocked by 1.2');
    assert.deepEqual(parsePlan('- [!] a\n  - Reason: no API key').phases[0]?.tasks[0]?.notes, [
      'Reason: no API key',
    ]);
  });

  it('follows the notes that are there and precedes the sub-tasks', () => {
    assert.equal(
      mark('- [x] a\n  <!-- files: x -->\n  - old\n    more of old\n  - [x] sub\n- [ ] b\n', { note: 'new' }),
      '- [x] a\n  <!-- files: x -->\n  - old\n    more of old\n  - new\n  - [x] sub\n- [ ] b\n',
    );
    assert.equal(mark('- [x] a\n  - [x] sub\n', { note: 'new' }), '- [x] a\n  - new\n  - [x] sub\n');
  });

  it('is not written twice', () => {
    const text = '- [x] a\n  - did it\n  - and that\n';
    assert.equal(mark(text, { note: 'did it\nand that' }), text);
    assert.equal(mark(text, { note: 'did it\nmore' }), '- [x] a\n  - did it\n  - and that\n  - more\n');
  });

  it('is indented as the file does it, else as far as the box', () => {
    assert.equal(
      mark('- [ ] a\n- [ ] b\n    - [x] c\n', { note: 'n' }),
      '- [x] a\n    - n\n- [ ] b\n    - [x] c\n',
    );
    assert.equal(mark('- [ ] a\n- [ ] b\n\t- c\n', { note: 'n' }), '- [x] a\n\t- n\n- [ ] b\n\t- c\n');
    assert.equal(mark('1. [ ] a\n', { note: 'n' }), '1. [x] a\n   - n\n');
    assert.equal(mark('*   [ ] a\n', { note: 'n' }), '*   [x] a\n    - n\n');
    assert.equal(
      mark('- [ ] a\n  - [ ] b\n', { taskId: 'tasks/a/b', note: 'n' }),
      '- [ ] a\n  - [x] b\n    - n\n',
    );
    assert.equal(mark('- [x] a\n   - old\n', { note: 'n' }), '- [x] a\n   - old\n   - n\n');
  });

  it('has the line breaks of the file', () => {
    assert.equal(mark('- [ ] a\r\n- [ ] b', { note: 'n\nm' }), '- [x] a\r\n  - n\r\n  - m\r\n- [ ] b');
    assert.equal(mark('- [ ] a\r\n- [ ] b', { taskId: 'tasks/b', note: 'n' }), '- [ ] a\r\n- [x] b\r\n  - n');
  });

  it('stands in a list of its own below a heading task', () => {
    assert.equal(mark('### [ ] Task 1: a\nText.\n', { note: 'n' }), '### [x] Task 1: a\n\n- n\n\nText.\n');
    assert.equal(mark('### [ ] Task 1: a\n\nText.\n', { note: 'n' }), '### [x] Task 1: a\n\n- n\n\nText.\n');
    assert.equal(
      mark('### Task 1: a\n\n- **Status:** [ ] Open\n- **Files:**\n  - b\n\nText.\n', { note: 'n' }),
      '### Task 1: a\n\n- **Status:** [x] Open\n- **Files:**\n  - b\n- n\n\nText.\n',
    );
    assert.equal(mark('### [ ] Task 1: a', { note: 'n' }), '### [x] Task 1: a\n\n- n');
  });

  it('cannot make a task, heading, fence, quote, comment or rule', () => {
    const lines = [
      '[ ] fake',
      '- [ ] fake',
      '* + - [x] fake',
      '1. [ ] fake',
      '# Phase 9: fake',
      '## Phase 9: fake',
      '```',
      '~~~',
      '> quote',
      '<!-- - [ ] a',
      'a <!-- b',
      'a --> b',
      '---',
      '===',
      '***',
      '| a |',
      'a\r- [ ] b',
      'a\u2028- [ ] b',
      'a\u0000b\u0085c',
      '**Acceptance Criteria:**',
      '**Phase 7: fake**',
      '-',
      '[',
    ];
    const text = '## Phase 1: A\n- [ ] a\n- [ ] b\n  - [ ] c\n## Phase 2: B\n- [ ] d\n';
    const before = parsePlan(text);
    const outline = (t: string): unknown => {
      const plan = parsePlan(t);
      return [
        plan.checkboxes,
        plan.phases.map((phase) => [phase.key, phase.tasks.map((task) => [task.id, task.tasks.length])]),
      ];
    };
    for (const note of [...lines, lines.join('\n')]) {
      const after = mark(text, { note, marker: 'doing' });
      assert.deepEqual(outline(after), outline(text), JSON.stringify(note));
      assert.ok(after.split('\n').length > text.split('\n').length || note.trim() === '-', note);
      const inHeading = mark('### [ ] Task 1: a\n- [ ] b\n', { note, marker: 'doing' });
      assert.deepEqual(parsePlan(inHeading).checkboxes, { total: 1, tasks: 1, elsewhere: 0 }, note);
    }
    assert.equal(before.checkboxes.total, 4);
  });

  it('of white space only is none', () => {
    assert.equal(mark('- [ ] a', { note: ' \n ' }), '- [x] a');
  });
});

describe('completePhaseEdits', () => {
  const complete = (text: string, checkpoint?: string, key = '1'): string =>
    applied(text, completePhaseEdits(text, parsePlan(text), key, checkpoint));
  const done = '\r\n- [x] a\r\n- [-] b\r\n';

  it('puts the checkpoint at the end of the heading, once', () => {
    assert.equal(
      complete(`## Phase 1: A  ${done}`, 'abc1234'),
      `## Phase 1: A [checkpoint: abc1234]  ${done}`,
    );
    assert.equal(
      complete(`## Phase 1: A ##${done}`, 'abc1234'),
      `## Phase 1: A [checkpoint: abc1234] ##${done}`,
    );
    assert.equal(
      complete(`## Phase 1: A [checkpoint: ]${done}`, 'abc1234'),
      `## Phase 1: A [checkpoint: abc1234]${done}`,
    );
    assert.equal(
      complete(`## Phase 1: A [checkpoint: TBD] ✅${done}`, 'abc1234'),
      `## Phase 1: A [checkpoint: abc1234] ✅${done}`,
    );
    assert.equal(
      complete(`## Phase 1: A [checkpoint: abc1234]${done}`, 'abc1234'),
      `## Phase 1: A [checkpoint: abc1234]${done}`,
    );
  });

  it('ticks the box of the heading', () => {
    assert.equal(complete(`## [ ] Phase 1: A${done}`), `## [x] Phase 1: A${done}`);
    assert.equal(
      complete(`### Phase 1: A [~]${done}`, 'abc1234'),
      `### Phase 1: A [x] [checkpoint: abc1234]${done}`,
    );
    assert.equal(complete(`## Phase 1: A${done}`), `## Phase 1: A${done}`);
  });

  it('writes a checkpoint that is read again, also in a bold line that serves as heading', () => {
    for (const heading of [
      '## Phase 1: A',
      '### Phase 1: A [x]',
      '**Phase 1: A**',
      'Phase 1: A\n----------',
    ]) {
      const after = complete(`${heading}\n- [x] a\n`, 'abc1234');
      assert.equal(parsePlan(after).phases[0]?.checkpoint, 'abc1234', after);
      assert.equal(parsePlan(after).phases[0]?.key, '1');
    }
  });

  it('refuses with a reason', () => {
    const refused = (text: string, key = '1', checkpoint?: string): string =>
      refusal(completePhaseEdits(text, parsePlan(text), key, checkpoint));
    assert.equal(refused('## Phase 1: A\n- [x] a\n- [!] b\n'), 'phase-tasks-open');
    assert.equal(refused('## Phase 1: A\n- [x] a\n  - [ ] b\n'), 'phase-tasks-open');
    assert.equal(refused('## Phase 1: A\n- [x] a\n', '2'), 'phase-not-found');
    assert.equal(refused('## Phase 1: A\n', '1'), 'phase-without-tasks');
    assert.equal(refused('- [x] a\n', 'tasks'), 'phase-without-heading');
    assert.equal(refused('## Phase 1: A\n- [x] a\n', '1', 'not a sha]'), 'commit-invalid');
    assert.equal(
      refused('## Phase 1: A [checkpoint: Automated]\n- [x] a\n', '1', 'abc1234'),
      'checkpoint-present',
    );
    const plan = parsePlan('## Phase 1: A\n- [x] a\n');
    assert.equal(refusal(completePhaseEdits('gone', plan, '1')), 'plan-changed');
  });
});

describe('habitsOf', () => {
  const plan = (text: string) => ({ text, plan: parsePlan(text) });

  it('learns from the plan, then from others, then from the registry, then from the dialect', () => {
    const own = plan('- [X] a [abc1234]\n- [ ] b\n');
    const other = plan('- [/] a (abc1234)\n- [x] b (def5678)\n');
    assert.deepEqual(habitsOf([own, other], 'google'), { doing: '/', done: 'X', commitForm: 'brackets' });
    assert.deepEqual(habitsOf([plan(''), other], 'google', '- [~] x'), {
      doing: '/',
      done: 'x',
      commitForm: 'parens',
    });
    assert.deepEqual(habitsOf([plan('')], 'google', '- [/] **Track: x**'), {
      doing: '/',
      done: 'x',
      commitForm: 'bare',
    });
    assert.deepEqual(habitsOf([], 'evaluate-loop'), { doing: '~', done: 'x', commitForm: 'comment' });
  });

  it('takes the form that is used most, placeholders included', () => {
    const text =
      '- [x] a [abc1234]\n- [x] b <!-- commit: pending -->\n- [x] c <!-- commit: def5678 -->\n  - [x] d `abc1234`\n';
    assert.equal(habitsOf([plan(text)], 'google').commitForm, 'comment');
  });

  it('learns the default form of each dialect', () => {
    assert.equal(habitsOf([], 'wshobson').commitForm, 'backticks');
    assert.equal(habitsOf([], 'beads').commitForm, 'commentSha');
  });
});
