import assert from 'node:assert/strict';
import { parsePlan } from '../../../src/files/planFile';
import type { Plan, Task } from '../../../src/model/plan';

/** `marker id text` of each task, sub-tasks indented. */
function outline(plan: Plan): string[] {
  const lines: string[] = [];
  const add = (tasks: readonly Task[], depth: string): void => {
    for (const task of tasks) {
      lines.push(`${depth}${task.marker} ${task.id}: ${task.text}`);
      add(task.tasks, `${depth}  `);
    }
  };
  for (const phase of plan.phases) {
    lines.push(`# ${phase.key}: ${phase.name}`);
    add(phase.tasks, '  ');
  }
  return lines;
}

function taskOf(text: string): Task {
  const task = parsePlan(text).phases[0]?.tasks[0];
  assert.ok(task, 'there is a task');
  return task;
}

function elsewhere(plan: Plan): string[] {
  return plan.elsewhere.map((box) => `${box.under}: ${box.text}`);
}

describe('parsePlan: the form of spec 003', () => {
  const text = `# Shop — Execution Plan

## Phase 1: Data <!-- execution: sequential -->

- [x] Task 1.1: Build the store <!-- commit: abc1234 -->
  - Created src/store.ts
  - Added validation
- [~] Task 1.2: Wire it together <!-- deps: 1.1, parallel: pg-2 -->
  - [ ] Write tests

## Phase 2 — Screens
- [!] Task 2.1: Payment form
  Reason: no API key
- [ ] Task 2.2: Receipt

## Discovered Work
- [ ] Rate limits
`;

  it('has phases, tasks, sub-tasks', () => {
    assert.deepEqual(outline(parsePlan(text)), [
      '# 1: Data',
      '  done 1.1: Build the store',
      '  doing 1.2: Wire it together',
      '    todo 1.2/write-tests: Write tests',
      '# 2: Screens',
      '  blocked 2.1: Payment form',
      '  todo 2.2: Receipt',
    ]);
  });

  it('says where things are', () => {
    const plan = parsePlan(text);
    assert.equal(plan.title, 'Shop — Execution Plan');
    assert.deepEqual(
      plan.phases.map(({ line, endLine }) => [line, endLine]),
      [
        [3, 9],
        [11, 14],
      ],
    );
    const task = plan.phases[0]?.tasks[0];
    assert.deepEqual([task?.line, task?.endLine], [5, 7]);
    assert.equal(text.slice(task?.markerRange?.start, task?.markerRange?.end), 'x');
    assert.deepEqual(plan.sections, [{ name: 'Discovered Work', line: 16, endLine: 17 }]);
  });

  it('keeps commits, notes, reasons and dependencies with their task', () => {
    const [first, second] = parsePlan(text).phases[0]?.tasks ?? [];
    assert.equal(first?.commit, 'abc1234');
    assert.deepEqual(first.notes, ['Created src/store.ts', 'Added validation']);
    assert.deepEqual(second?.dependsOn, ['1.1']);
    assert.equal(second.parallelGroup, 'pg-2');
    assert.deepEqual(parsePlan(text).phases[1]?.tasks[0]?.notes, ['Reason: no API key']);
  });

  it('keeps discovered work apart', () => {
    const plan = parsePlan(text);
    assert.deepEqual(elsewhere(plan), ['Discovered Work: Rate limits']);
    assert.deepEqual(plan.checkboxes, { total: 6, tasks: 5, elsewhere: 1 });
  });
});

describe('parsePlan: other dialects', () => {
  it('reads Google plans: meta tasks are for a person, checkpoints mark phases', () => {
    const plan = parsePlan(`# Implementation Plan
## Phase 1: Setup [checkpoint: c87d8ff]
- [x] Task: Scaffold the project [9bf0ea4]
    - [x] Sub-task: Write tests
- [x] Task: Conductor - User Manual Verification 'Phase 1: Setup' (Protocol in workflow.md) a581361

## Phase: Review Fixes
- [ ] Task: Apply review suggestions
`);
    assert.deepEqual(outline(plan), [
      '# 1: Setup',
      '  done 1/scaffold-the-project: Scaffold the project',
      '    done 1/scaffold-the-project/write-tests: Write tests',
      "  done 1/conductor-user-manual-verification-phase-1-setup-pu3670: Conductor - User Manual Verification 'Phase 1: Setup' (Protocol in workflow.md)",
      '# review-fixes: Review Fixes',
      '  todo review-fixes/apply-review-suggestions: Apply review suggestions',
    ]);
    assert.deepEqual(
      plan.phases[0]?.tasks.map((task) => [task.commit, task.needsPerson]),
      [
        ['9bf0ea4', false],
        ['a581361', true],
      ],
    );
    assert.equal(plan.phases[0].checkpoint, 'c87d8ff');
    assert.equal(plan.phases[0].saysDone, true);
  });

  it('reads wshobson plans: verification is no task, the status line of the plan neither', () => {
    const plan = parsePlan(`# Implementation Plan: Cart
**Status:** [x] Complete

## Quality Gates
- [ ] npm test
## Phase 1: Cart
### Tasks
- [x] Task 1.1: Model
- [x] **Task 1.2**: View \`78f7c56\`
### Verification
- [ ] All green
## Final Verification
- [ ] Ready
`);
    assert.deepEqual(outline(plan), ['# 1: Cart', '  done 1.1: Model', '  done 1.2: View']);
    assert.deepEqual(elsewhere(plan), [
      'Quality Gates: npm test',
      'Verification: All green',
      'Final Verification: Ready',
    ]);
    assert.deepEqual(plan.checkboxes, { total: 5, tasks: 2, elsewhere: 3 });
  });

  it('reads Beads plans: files and dependencies in comments below', () => {
    const task = taskOf(`## Phase 1: A
- [x] Task 1: Model *(dad644b)*
  <!-- files: src/a.ts, src/b.ts -->
  <!-- depends: task0, phase0 -->
  - [x] First
`);
    assert.deepEqual(task.files, ['src/a.ts', 'src/b.ts']);
    assert.deepEqual(task.dependsOn, ['task0', 'phase0']);
    assert.equal(task.commit, 'dad644b');
    assert.equal(task.text, 'Model');
    assert.equal(task.tasks.length, 1);
  });

  it('reads phases on every level, in other languages, and by other names', () => {
    const headings = [
      '# Phase 1: Eins',
      '### Phase 2b: Zwei',
      '#### Phase 2.5 – Drei',
      '## Фаза 4: Подготовка (✅ Готово)',
      '## 第5阶段：测试',
      '## Wave 6: Sechs',
      '## Sprint 7 — Sieben',
      '## [x] Phase 8: Acht',
      '### Phase 9: Neun [x]',
      '## Phase A: Zehn',
      '## ✅ Phase 11: Elf',
      '## Phase 12',
      '## Fix Phase (Cycle 2)',
    ];
    const phases = headings.flatMap((heading) => parsePlan(`# Plan\n${heading}\n- [ ] a\n`).phases);
    assert.deepEqual(
      phases.map((phase) => [phase.number, phase.name]),
      [
        ['1', 'Eins'],
        ['2b', 'Zwei'],
        ['2.5', 'Drei'],
        ['4', 'Подготовка'],
        ['5', '测试'],
        ['6', 'Sechs'],
        ['7', 'Sieben'],
        ['8', 'Acht'],
        ['9', 'Neun'],
        ['A', 'Zehn'],
        ['11', 'Elf'],
        ['12', ''],
        [undefined, 'Fix Phase (Cycle 2)'],
      ],
    );
    assert.deepEqual(
      phases.filter((phase) => phase.saysDone).map((phase) => phase.number),
      ['4', '8', '9', '11'],
    );
  });

  it('reads the suffixes of phase headings', () => {
    const heading = (text: string) => {
      const phase = parsePlan(`${text}\n- [ ] a`).phases[0];
      return [phase?.name, phase?.checkpoint, phase?.saysDone];
    };
    assert.deepEqual(heading('## Phase 1: A [checkpoint: ]'), ['A', '', false]);
    assert.deepEqual(heading('## Phase 1: A [checkpoint: TBD]'), ['A', 'TBD', false]);
    assert.deepEqual(heading('## Phase 1: A (2 tasks) [checkpoint: fea0737]'), [
      'A (2 tasks)',
      'fea0737',
      true,
    ]);
    assert.deepEqual(heading('## Phase 1: A [checkpoint: fea0737] ✅'), ['A', 'fea0737', true]);
    assert.deepEqual(heading('## Phase 1: A ✅ COMPLETE'), ['A', undefined, true]);
    assert.deepEqual(heading('## Phase 1: A - ✅ COMPLETE'), ['A', undefined, true]);
    assert.deepEqual(heading('## Phase 1: A [COMPLETE]'), ['A', undefined, true]);
    assert.deepEqual(heading('## Phase 1: A [PENDING]'), ['A', undefined, false]);
    assert.deepEqual(heading('## Phase 1: A ⏳ IN PROGRESS'), ['A', undefined, false]);
    assert.deepEqual(heading('## Phase 1: A — MUST COMPLETE FIRST'), [
      'A — MUST COMPLETE FIRST',
      undefined,
      false,
    ]);
    assert.deepEqual(heading('## Phase 1: Make it complete'), ['Make it complete', undefined, false]);
    assert.deepEqual(heading('## Phase 1: A (#12) <!-- execution: parallel -->'), ['A', undefined, false]);
    assert.deepEqual(heading('## Phase 1: A ##'), ['A', undefined, false]);
    assert.deepEqual(heading('## Phase 6 (2026-08-12, redesigned): B'), ['B', undefined, false]);
  });

  it('takes a first heading for the title even when it names a phase', () => {
    const plan = parsePlan('# Phase 2: Migration — Plan\n\n- [ ] a\n');
    assert.equal(plan.title, 'Phase 2: Migration — Plan');
    assert.deepEqual(outline(plan), ['# tasks: ', '  todo tasks/a: a']);
  });

  it('makes tasks before any phase the first phase, without a name', () => {
    const plan = parsePlan('# Plan\n## Tasks\n- [ ] a\n## Phase 1: B\n- [ ] b\n');
    assert.deepEqual(outline(plan), ['# tasks: ', '  todo tasks/a: a', '# 1: B', '  todo 1/b: b']);
    assert.equal(plan.phases[0]?.line, 3);
  });

  it('makes a section that holds tasks a phase, and keeps subdivisions inside their phase', () => {
    const plan = parsePlan(
      '# Plan\n## Backend\n- [ ] a\n## Phase 1: X\n### Part one\n- [ ] b\n### Part two\n- [ ] c\n',
    );
    assert.deepEqual(outline(plan), [
      '# backend: Backend',
      '  todo backend/a: a',
      '# 1: X',
      '  todo 1/b: b',
      '  todo 1/c: c',
    ]);
  });

  it('takes a bold line for a phase heading where there is no other', () => {
    const plan = parsePlan('# Plan\n\n**Phase 1: Setup**\n\n- [ ] a\n\n**Phase 2: Rest**\n- [ ] b\n');
    assert.deepEqual(outline(plan), ['# 1: Setup', '  todo 1/a: a', '# 2: Rest', '  todo 2/b: b']);
  });
});

describe('parsePlan: heading tasks', () => {
  it('takes their state from a box before or behind, in any state', () => {
    const plan = parsePlan(`## Phase 0: Lab
### [x] T0.1 — depth workflow
### [~] T0.4 — quality bar — SKIPPED
### Task 1.1: Create the library [x]
### Task 8.1: Run gates [ ]
`);
    assert.deepEqual(outline(plan), [
      '# 0: Lab',
      '  done T0.1: depth workflow',
      '  doing T0.4: quality bar',
      '  done 1.1: Create the library',
      '  todo 8.1: Run gates',
    ]);
    assert.ok(plan.phases[0]?.tasks.every((task) => task.place === 'headingBox'));
    assert.equal(plan.checkboxes.total, 0);
  });

  it('takes their state from a Status field', () => {
    const plan = parsePlan(`### Task 0.1: Branch <!-- e38627c -->

- **Status:** [x] Complete
- **Files:**
  - \`src/a.ts\`
  - \`src/b.ts\`
- **Depends on:** Task 0.0, 1.1
- **Acceptance:** It works
`);
    const [task] = plan.phases[0]?.tasks ?? [];
    assert.equal(task?.place, 'statusField');
    assert.equal(task.marker, 'done');
    assert.equal(task.commit, 'e38627c');
    assert.deepEqual(task.files, ['src/a.ts', 'src/b.ts']);
    assert.deepEqual(task.dependsOn, ['0.0', '1.1']);
    assert.equal(task.acceptance, 'It works');
  });

  it('derives their state from the boxes below, else from their words', () => {
    const plan = parsePlan(`## Tasks
### Task 1: Some done
- [x] a
- [ ] b
### Task 2: All done
- [x] a
- [-] b
### Task 3: Blocked
- [!] a
- [x] b
### Task 4: Told ✅
### Task 5: Silent
`);
    assert.deepEqual(
      plan.phases[0]?.tasks.map((task) => [task.id, task.marker, task.place]),
      [
        ['1', 'doing', 'derived'],
        ['2', 'done', 'derived'],
        ['3', 'blocked', 'derived'],
        ['4', 'done', 'derived'],
        ['5', 'todo', 'derived'],
      ],
    );
  });

  it('belong to their phase also when they stand on its level', () => {
    const plan = parsePlan(
      '## Phase 1: A\n## Task 1.1: a\n- [ ] x\n## Phase 2: B\n## Task 2.1: b\n- [ ] y\n',
    );
    assert.deepEqual(
      plan.phases.map((phase) => phase.tasks.map((task) => task.id)),
      [['1.1'], ['2.1']],
    );
  });

  it('let the number of a task outrank that of a sub-task', () => {
    const plan = parsePlan('### Task 1: A\n- [x] Task 1 complete\n');
    assert.deepEqual(outline(plan), [
      '# tasks: ',
      '  done 1: A',
      '    done 1/task-1-complete: Task 1 complete',
    ]);
  });

  it('take over the one property that carries a box', () => {
    const plan = parsePlan(
      '### Task 1.1: Fix the test\n- [x] **File**: `a.test.ts:141`\n- **Issue**: fails\n',
    );
    const [task] = plan.phases[0]?.tasks ?? [];
    assert.equal(task?.marker, 'done');
    assert.equal(task.place, 'listBox');
    assert.deepEqual(task.tasks, []);
    assert.deepEqual(plan.checkboxes, { total: 1, tasks: 1, elsewhere: 0 });
  });

  it('leave several properties with boxes elsewhere and follow them', () => {
    const plan = parsePlan('### Task 1.1: Fix\n- [x] **File**: `a.ts`\n- [ ] **Acceptance**: green\n');
    assert.equal(plan.phases[0]?.tasks[0]?.marker, 'doing');
    assert.equal(plan.phases[0].tasks[0].place, 'derived');
    assert.deepEqual(plan.checkboxes, { total: 2, tasks: 0, elsewhere: 2 });
  });

  it('are not listed twice when a checklist repeats them: they take over its boxes', () => {
    const plan = parsePlan(`## Phase 1: Schema
### Task 1.1: Add columns
Words.
### Task 1.2: Add more
## Task Checklist
### Phase 1: Schema
- [x] **1.1** Add columns [abc1234]
  - done well
- [ ] **1.2** Add more
- [ ] **1.3** Only here
`);
    assert.deepEqual(outline(plan), [
      '# schema: Schema',
      '  done 1.1: Add columns',
      '  todo 1.2: Add more',
      '# schema#2: Schema',
      '  todo 1.3: Only here',
    ]);
    const [task] = plan.phases[0]?.tasks ?? [];
    assert.deepEqual(
      [task?.line, task?.place, task?.commit, task?.notes],
      [2, 'listBox', 'abc1234', ['done well']],
    );
    assert.deepEqual(plan.checkboxes, { total: 3, tasks: 3, elsewhere: 0 });
  });

  it('keep their own marker when a checklist repeats them, and say where the two disagree', () => {
    const plan = parsePlan(
      '### [x] Task 1.1: A\n### [x] Task 1.2: B\n## Task Checklist\n- [x] 1.1 A\n- [ ] 1.2 B\n  - [ ] sub\n',
    );
    assert.deepEqual(outline(plan), ['# tasks: ', '  done 1.1: A', '  done 1.2: B']);
    assert.deepEqual(elsewhere(plan), ['Task Checklist: A', 'Task Checklist: B', 'Task Checklist: sub']);
    assert.deepEqual(
      plan.problems.map(({ code, line }) => [code, line]),
      [['task-copies-disagree', 5]],
    );
  });
});

describe('parsePlan: what is no task', () => {
  it('boxes under criteria, deliverables, reports, gates, legends and the like', () => {
    const names = [
      'Acceptance Criteria',
      'Deliverables',
      'Quality Gates Passed',
      'Completion Report',
      'Phase 1 Completion Report',
      'Phase 1 Complete:',
      'Definition of Done',
      'Verification Checklist',
      'Execution Summary',
      'Legend',
      'Plan Evaluation Report',
      '✅ QUALITY PASSED (2026-01-01)',
      'Status Tracking',
      '5. Verification',
    ];
    for (const name of names) {
      const plan = parsePlan(`# Plan\n## Phase 1: A\n- [ ] task\n## ${name}\n### Deeper\n- [ ] no task\n`);
      assert.deepEqual(plan.checkboxes, { total: 2, tasks: 1, elsewhere: 1 }, name);
    }
  });

  it('boxes under a bold label, until other text or another label follows', () => {
    const plan = parsePlan(`## Phase 1: A
- [ ] one

**Acceptance Criteria:**

- [ ] criterion

**Tasks:**
- [ ] two

Acceptance criteria:
- [ ] criterion 2

More work:
- [ ] three
- [ ] four
  - **Acceptance Criteria:**
    - [ ] criterion 3
  - [ ] sub
- [ ] five
  **Deliverables**
  - [ ] deliverable
- [ ] six
`);
    assert.deepEqual(
      plan.phases[0]?.tasks.map((task) => [task.text, task.tasks.length]),
      [
        ['one', 0],
        ['two', 0],
        ['three', 0],
        ['four', 1],
        ['five', 0],
        ['six', 0],
      ],
    );
    assert.deepEqual(elsewhere(plan), [
      'Acceptance Criteria: criterion',
      'Acceptance criteria: criterion 2',
      'Acceptance Criteria: criterion 3',
      'Deliverables: deliverable',
    ]);
  });

  it('boxes in quotes and comments count, but elsewhere; boxes in code do not', () => {
    const plan = parsePlan(
      '## Phase 1: A\n> - [ ] quoted\n<!--\n- [x] legend\n-->\n```\n- [ ] code\n```\n- [ ] task\n',
    );
    assert.deepEqual(elsewhere(plan), ['quote: quoted', 'comment: legend']);
    assert.deepEqual(plan.checkboxes, { total: 3, tasks: 1, elsewhere: 2 });
  });

  it('a phase named after verification is still a phase', () => {
    const plan = parsePlan('## Phase 4: Verification\n- [ ] Task 4.1: Verify\n');
    assert.equal(plan.checkboxes.tasks, 1);
  });
});

describe('parsePlan: task lines', () => {
  const read = (line: string): [string | undefined, string, string | undefined] => {
    const task = taskOf(`- [ ] ${line}`);
    return [task.number, task.text, task.commit];
  };

  it('have ids in many forms', () => {
    assert.deepEqual(read('Task 1.1: Extend')[0], '1.1');
    assert.deepEqual(read('Task 3: Build').slice(0, 2), ['3', 'Build']);
    assert.deepEqual(read('Task: Build').slice(0, 2), [undefined, 'Build']);
    assert.deepEqual(read('**Task 1.1:** Create').slice(0, 2), ['1.1', 'Create']);
    assert.deepEqual(read('**Task 1: Create it**').slice(0, 2), ['1', 'Create it']);
    assert.deepEqual(read('**Task 1**: Run').slice(0, 2), ['1', 'Run']);
    assert.deepEqual(read('**1.1** Add `a**b`').slice(0, 2), ['1.1', 'Add `a**b`']);
    assert.deepEqual(read('**1.1.1** Create').slice(0, 2), ['1.1.1', 'Create']);
    assert.deepEqual(read('**T1.1 — Migration**').slice(0, 2), ['T1.1', 'Migration']);
    assert.deepEqual(read('1.1 — cameras: serve').slice(0, 2), ['1.1', 'cameras: serve']);
    assert.deepEqual(read('1. Run lint').slice(0, 2), ['1', 'Run lint']);
    assert.deepEqual(read('**1. [MODIFY] `a.py`**: x').slice(0, 2), ['1', '[MODIFY] `a.py`: x']);
    assert.deepEqual(read('Sub-task 2.1: Write').slice(0, 2), ['2.1', 'Write']);
    assert.deepEqual(read('Fix 1: Null check').slice(0, 2), ['Fix 1', 'Null check']);
    assert.deepEqual(read('UI-1: Confirm').slice(0, 2), ['UI-1', 'Confirm']);
    assert.deepEqual(read('P1-T2 — Confirm').slice(0, 2), ['P1-T2', 'Confirm']);
    assert.deepEqual(read('Build <!-- id: 7 -->').slice(0, 2), ['7', 'Build']);
    assert.deepEqual(read('Задача 2: Сделать').slice(0, 2), ['2', 'Сделать']);
  });

  it('have none where a number is just a number', () => {
    for (const line of ['3 files changed', 'Fix the bug', 'Task force meets', 'Step 1: Ping', '2 spaces']) {
      assert.deepEqual(read(line).slice(0, 2), [undefined, line]);
    }
  });

  it('name commits in many forms', () => {
    assert.deepEqual(read('A [9bf0ea4]').slice(1), ['A', '9bf0ea4']);
    assert.deepEqual(read('A a581361').slice(1), ['A', 'a581361']);
    assert.deepEqual(read('**A.** (f69cc1e)').slice(1), ['A.', 'f69cc1e']);
    assert.deepEqual(read('A *(dad644b)*').slice(1), ['A', 'dad644b']);
    assert.deepEqual(read('A `78f7c56`').slice(1), ['A', '78f7c56']);
    assert.deepEqual(read('A (`78f7c56`)').slice(1), ['A', '78f7c56']);
    assert.deepEqual(read('A [checkpoint: 5aa22f4]').slice(1), ['A', '5aa22f4']);
    assert.deepEqual(read('A [commit: 91cad97]').slice(1), ['A', '91cad97']);
    assert.deepEqual(read('A [SHA: f14e746]').slice(1), ['A', 'f14e746']);
    assert.deepEqual(read('A (commit 9a6de2e)').slice(1), ['A', '9a6de2e']);
    assert.deepEqual(read('A <!-- commit: cc3ec54 -->').slice(1), ['A', 'cc3ec54']);
    assert.deepEqual(read('A <!-- 2890c54 --> ').slice(1), ['A', '2890c54']);
    assert.deepEqual(read('A [abc1234] <!-- deps: 1.1 -->').slice(1), ['A', 'abc1234']);
    assert.deepEqual(taskOf('- [x] A [commit: c6ff46c, 750f6c1]').commits, ['c6ff46c', '750f6c1']);
    assert.deepEqual(taskOf('- [x] A (f55c47c + 65a68b6)').commits, ['f55c47c', '65a68b6']);
  });

  it('do not take numbers, words and placeholders for commits', () => {
    for (const line of [
      'Raise the limit to 1000000',
      'He was effaced',
      'See run (29156484950)',
      'Use [ab]',
    ]) {
      assert.deepEqual(read(line).slice(1), [line, undefined]);
    }
    assert.deepEqual(read('A <!-- commit: pending -->').slice(1), ['A', undefined]);
    assert.deepEqual(read('A <!-- commit TBD -->').slice(1), ['A', undefined]);
    assert.deepEqual(read('Add `<!-- commit: abc1234 -->` marker').slice(1), [
      'Add `<!-- commit: abc1234 -->` marker',
      undefined,
    ]);
  });

  it('go on over indented lines', () => {
    const task = taskOf('- [x] Capture the entry\n      points and terms. (abc1234)\n- [ ] next');
    assert.deepEqual(
      [task.text, task.commit, task.endLine],
      ['Capture the entry points and terms.', 'abc1234', 2],
    );
  });

  it('nest by two columns or more; a bullet without box keeps what is below it apart', () => {
    const plan = parsePlan(`- [ ] a
   - [ ] b
        - [ ] c
 - [ ] d
1. [ ] e
\t- [ ] f
- group
  - [ ] g
- [ ] h

  - [ ] i

Text.

  - [ ] j
`);
    const shape = (tasks: readonly Task[]): unknown[] =>
      tasks.map((task) => (task.tasks.length > 0 ? [task.text, ...shape(task.tasks)] : task.text));
    assert.deepEqual(shape(plan.phases[0]?.tasks ?? []), [
      ['a', ['b', 'c']],
      'd',
      ['e', 'f'],
      'g',
      ['h', 'i'],
      'j',
    ]);
  });

  it('may hold any character in the box', () => {
    const plan = parsePlan('- [/] a\n- [-] b\n- [?] c\n- [] d\n- [✔️] e\n- [X] f\n');
    assert.deepEqual(
      plan.phases[0]?.tasks.map((task) => task.marker),
      ['doing', 'skipped', 'unclear', 'todo', 'done', 'done'],
    );
    assert.deepEqual(plan.phases[0].tasks[3]?.markerRange, { start: 27, end: 27 });
    assert.deepEqual(
      plan.problems.map(({ code, line }) => [code, line]),
      [['marker-unclear', 3]],
    );
  });
});

describe('parsePlan: identity', () => {
  it('keeps the id of a task when a commit is added, lines move and others change', () => {
    const ids = (text: string) =>
      parsePlan(text).phases.flatMap((phase) => phase.tasks.map((task) => task.id));
    const before = ids('## Phase 1: A\n- [ ] Task: Build the cart\n- [ ] Task: Build the cart\n');
    const after = ids(
      '# New\n\n## Phase 1: A ✅\n- [ ] other\n- [x] Task: **Build** the cart [abc1234]\n- [x] Task: Build the cart <!-- commit: abc1234 -->\n',
    );
    assert.deepEqual(before, ['1/build-the-cart', '1/build-the-cart#2']);
    assert.deepEqual(after.slice(1), before);
  });

  it('does not use a number that the plan repeats', () => {
    const plan = parsePlan(
      '## Phase 1: A\n- [ ] Task 1: a\n- [ ] Task 2: b\n## Phase 2: B\n- [ ] Task 1: a\n',
    );
    assert.deepEqual(
      plan.phases.flatMap((phase) => phase.tasks.map((task) => [task.id, task.number])),
      [
        ['1/a', '1'],
        ['2', '2'],
        ['2/a', '1'],
      ],
    );
  });

  it('keeps letters of every script and cuts long texts with a hash', () => {
    const plan = parsePlan(
      '## Phase 1: A\n- [ ] Größe ÄNDERN\n- [ ] 計画を作成する\n- [ ] ' +
        'very long text '.repeat(9) +
        '1\n- [ ] ' +
        'very long text '.repeat(9) +
        '2\n- [ ] !!!\n',
    );
    const ids = plan.phases[0]?.tasks.map((task) => task.id) ?? [];
    assert.deepEqual(ids.slice(0, 2), ['1/größe-ändern', '1/計画を作成する']);
    assert.ok((ids[2]?.length ?? 99) < 64);
    assert.notEqual(ids[2], ids[3]);
    assert.equal(ids[4], '1/untitled');
  });

  it('is the same for composed and decomposed letters', () => {
    assert.equal(taskOf('- [ ] caf\u00e9').id, taskOf('- [ ] cafe\u0301').id);
  });

  it('gives repeated phases keys of their own', () => {
    const plan = parsePlan('## Phase 1: A\n- [ ] a\n## Phase 1: A\n- [ ] b\n## Phase 2: B\n- [ ] c\n');
    assert.deepEqual(
      plan.phases.map((phase) => phase.key),
      ['a', 'a#2', '2'],
    );
  });
});

describe('parsePlan: dag and reports', () => {
  it('finds the dag in its fence and joins what it says with the tasks', () => {
    const plan = parsePlan(`# Plan
## DAG
<!-- generated -->
\`\`\`yaml
# graph
dag:
  nodes:
    - id: "1.1"
      name: "A"
      depends_on: []
    - id: "1.2"
      name: "B"
      files: ["b.ts"]
      depends_on: ["1.1"]
  parallel_groups:
    - id: "pg-1"
      tasks: ["1.2"]
\`\`\`
## Phase 1: X
- [ ] Task 1.1: A
- [ ] Task 1.2: B
`);
    assert.deepEqual([plan.dag?.line, plan.dag?.endLine], [4, 18]);
    assert.deepEqual(
      plan.dag?.nodes.map((node) => node.line),
      [8, 11],
    );
    const second = plan.phases[0]?.tasks[1];
    assert.deepEqual([second?.dependsOn, second?.files, second?.parallelGroup], [['1.1'], ['b.ts'], 'pg-1']);
  });

  it('finds it in an indented or quoted-key fence, bare, and in front matter', () => {
    const nodes = (text: string) => parsePlan(text).dag?.nodes.map((node) => [node.id, node.line]);
    assert.deepEqual(nodes('- x\n  ```yml\n  dag:\n    nodes:\n      - id: a\n  ```\n'), [['a', 5]]);
    assert.deepEqual(nodes('```\n"dag":\n  nodes: [{id: a}]\n```\n'), [['a', 3]]);
    assert.deepEqual(nodes('# P\ndag:\n  nodes:\n    - id: a\n\n## Next\n'), [['a', 4]]);
    assert.deepEqual(nodes('---\ntitle: x\ndag:\n  nodes:\n    - id: a\n---\n# P\n'), [['a', 5]]);
  });

  it('leaves drawings and other YAML alone', () => {
    assert.equal(parsePlan('## DAG\n```\nA → B\n```\n```yaml\nname: dag: x\n```\n').dag, undefined);
  });

  it('finds reports inside the plan, whose boxes are no tasks', () => {
    const plan = parsePlan('## Phase 1: A\n- [x] a\n## Plan Evaluation Report\n- [ ] b\n### Verdict: PASS\n');
    assert.deepEqual(
      plan.reports.map(({ kind, verdict, line }) => [kind, verdict, line]),
      [['plan', 'PASS', 3]],
    );
    assert.equal(plan.checkboxes.elsewhere, 1);
  });
});

describe('parsePlan: bad input', () => {
  it('says that a plan stands on one line with literal \\n, and shows no tasks rather than wrong ones', () => {
    const plan = parsePlan('- [ ] Task 1: a\\n- [x] Task 2: b\\n');
    assert.deepEqual(
      plan.problems.map(({ code }) => code),
      ['literal-newlines'],
    );
    assert.deepEqual(plan.phases, []);
    assert.deepEqual(plan.checkboxes, { total: 1, tasks: 0, elsewhere: 1 });
    assert.equal(parsePlan('# Plan\\n\\n1. Modify\\n2. Update\n').problems[0]?.code, 'literal-newlines');
  });

  it('says which single line holds several boxes', () => {
    const plan = parsePlan('# P\n\n- [ ] a\\n- [ ] b\n- [ ] c\n- [ ] see `a\\nb`\n');
    assert.deepEqual(
      plan.problems.map(({ code, line }) => [code, line]),
      [['literal-newlines', 3]],
    );
  });

  it('does not mistake a \\n in the words of a short plan for a line break', () => {
    for (const text of ['# P\n- [ ] join with \\n- please\n', '- [ ] join with `\\n- `\n']) {
      assert.equal(parsePlan(text).checkboxes.tasks, 1, text);
    }
  });

  it('says which lines only look like tasks', () => {
    const plan = parsePlan('- [ ] a\n- [x ] b\n- [  ] c\n\n-[ ] d\n- [ab] e\n- [Link] f\n- [ ](x) g\n');
    assert.deepEqual(
      plan.problems.map(({ code, line }) => [code, line]),
      [
        ['box-malformed', 2],
        ['box-malformed', 3],
        ['box-malformed', 5],
      ],
    );
  });

  it('says that a code block is never closed', () => {
    const plan = parsePlan('- [ ] a\n```\n- [ ] b\n- [ ] c\n');
    assert.deepEqual(
      plan.problems.map(({ code, line }) => [code, line]),
      [['fence-not-closed', 2]],
    );
  });

  it('says that a merge conflict was left', () => {
    assert.deepEqual(
      parsePlan('- [ ] a\n<<<<<<< HEAD\n- [ ] b\n').problems.map(({ code, line }) => [code, line]),
      [['merge-conflict', 2]],
    );
  });

  it('reads an empty text, one without tasks, and one without line breaks', () => {
    assert.deepEqual(parsePlan('').phases, []);
    assert.deepEqual(parsePlan('words').checkboxes, { total: 0, tasks: 0, elsewhere: 0 });
    assert.equal(parsePlan('- [ ] a').phases[0]?.tasks.length, 1);
  });

  it('reads lines of megabytes, whatever they are full of', function () {
    this.timeout(60_000);
    const million = 1_000_000;
    const fillings = [
      'a',
      ' ',
      '`',
      '*',
      '[',
      '(',
      '-',
      '<!--',
      '-->',
      '#',
      '\\n',
      '> ',
      '\t',
      '|',
      '_',
      'a1',
      '：',
      '<!-- x --> ',
    ];
    for (const filling of fillings) {
      const long = filling.repeat(million / filling.length);
      const text = `- [ ] Task 1: ${long}\n  ${long}\n${long}\n## ${long}\n- [ ] end\n`;
      assert.ok(parsePlan(text).checkboxes.total >= 1, filling);
    }
    assert.equal(parsePlan(`- [ ] ${'word '.repeat(million)}`).checkboxes.total, 1);
  });

  it('reads many lines of the same kind', function () {
    this.timeout(60_000);
    const kinds = [
      '- [ ] a',
      '<!--',
      '```',
      '> - [ ] a',
      '# h',
      '**Phase 1: a**',
      '- **Files:**',
      '**Acceptance:**',
      '---',
      '| a |',
      '- [ ] a <!--',
      '\r',
    ];
    for (const kind of kinds) {
      parsePlan(`${kind}\n`.repeat(50_000));
    }
    assert.equal(parsePlan('- [ ] a\n'.repeat(50_000)).checkboxes.tasks, 50_000);
  });

  it('reads nesting of any depth', function () {
    this.timeout(60_000);
    const text = Array.from({ length: 3000 }, (_, depth) => `${'\t'.repeat(depth)}- [ ] a`).join('\n');
    assert.equal(parsePlan(text).checkboxes.tasks, 3000);
  });
});
