import assert from 'node:assert/strict';
import fc from 'fast-check';
import { habitsOf, markTaskEdits } from '../../../src/files/planEdit';
import { parsePlan } from '../../../src/files/planFile';
import { parseReports } from '../../../src/files/evaluationReportFile';
import { applyEdits } from '../../../src/files/textEdit';
import { settableMarkers } from '../../../src/model/marker';
import type { Plan, Task } from '../../../src/model/plan';
import { countCheckboxLines } from './checkboxCount';

const indent = fc.constantFrom('', '', '', '  ', '    ', '   ', '\t', '      ');
const bullet = fc.constantFrom('- ', '- ', '* ', '+ ', '1. ', '2) ', '*   ');
const box = fc.constantFrom(
  '[ ] ',
  '[x] ',
  '[~] ',
  '[X] ',
  '[/] ',
  '[!] ',
  '[-] ',
  '[?] ',
  '[]',
  '[✅] ',
  '[x]',
);
const words = fc.constantFrom(
  'Task 1: Build',
  'Task 1.1: Build the **cart**',
  '**1.2** Add `x`',
  'Task: Same text',
  'Same text',
  '**T0.1 — Migrate**',
  'Conductor - User Manual Verification',
  '**File**: `a.ts`',
  'Größe 計画',
  '',
  '`<!-- x -->`',
);
const tail = fc.constantFrom(
  '',
  '',
  '',
  ' [abc1234]',
  ' abc1234',
  ' <!-- commit: pending -->',
  ' (abc1234)',
  '  ',
  ' <!-- deps: 1.1 -->',
);
const task = fc.tuple(indent, bullet, box, words, tail).map((parts) => parts.join(''));
const other = fc.constantFrom(
  '',
  '',
  '# Plan',
  '## Phase 1: A',
  '## Phase 1: A [checkpoint: abc1234]',
  '## Phase 2: B ✅',
  '### Task 1.1: Build [x]',
  '### [ ] T0.1 — Migrate',
  '### Task 1.2: Other',
  '## Acceptance Criteria',
  '## Task Checklist',
  '### Tasks',
  '## Notes of mine',
  '**Acceptance Criteria:**',
  '**Tasks:**',
  '- **Status:** [x] Complete',
  '- plain bullet',
  '  - note',
  'Some text',
  '  continued',
  '---',
  '====',
  '```yaml',
  '```',
  '~~~',
  '> - [ ] quoted',
  '<!-- files: a.ts -->',
  '| a | b |',
  'dag:',
  '  nodes: [{id: "1.1"}]',
  '## Plan Evaluation Report',
  '### Verdict: PASS',
);
const lineBreak = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');
const planText = fc
  .array(fc.tuple(fc.oneof({ weight: 2, arbitrary: task }, { weight: 3, arbitrary: other }), lineBreak), {
    maxLength: 40,
  })
  .map((lines) => lines.map(([line, end]) => line + end).join(''));

function allTasks(plan: Plan): Task[] {
  const below = (tasks: readonly Task[]): Task[] => tasks.flatMap((t) => [t, ...below(t.tasks)]);
  return below(plan.phases.flatMap((phase) => phase.tasks));
}

describe('any plan made of lines that occur', function () {
  this.timeout(120_000);

  it('is read: every box once, ids and keys unique, lines in order', () => {
    fc.assert(
      fc.property(planText, (text) => {
        const plan = parsePlan(text);
        const { total, tasks, elsewhere } = plan.checkboxes;
        assert.equal(total, countCheckboxLines(text));
        assert.equal(total, tasks + elsewhere);
        assert.equal(elsewhere, plan.elsewhere.length);
        const all = allTasks(plan);
        assert.equal(tasks, all.filter((t) => t.place === 'listBox').length);
        assert.equal(new Set(all.map((t) => t.id)).size, all.length);
        assert.equal(new Set(plan.phases.map((phase) => phase.key)).size, plan.phases.length);
        const lineCount = text.split(/\r\n|\r|\n/).length;
        for (const { line, endLine } of [...all, ...plan.phases, ...plan.sections]) {
          assert.ok(line >= 1 && line <= endLine && endLine <= lineCount);
        }
        for (const t of all) {
          assert.equal(t.markerRange === undefined, t.place === 'derived');
        }
      }),
      { numRuns: 700 },
    );
  });

  it('is marked one character at a time, and back', () => {
    fc.assert(
      fc.property(planText, fc.nat(), fc.constantFrom(...settableMarkers), (text, pick, marker) => {
        const plan = parsePlan(text);
        const markable = allTasks(plan).filter(
          (t) => t.markerRange && t.markerRange.end - t.markerRange.start === 1,
        );
        const chosen = markable[pick % Math.max(1, markable.length)];
        if (!chosen || chosen.marker === 'unclear' || !chosen.markerRange) {
          return;
        }
        const written = text.slice(chosen.markerRange.start, chosen.markerRange.end);
        const habits = { ...habitsOf([{ text, plan }], 'unknown') };
        const there = markTaskEdits(text, plan, { taskId: chosen.id, marker, force: true }, habits);
        assert.ok('edits' in there);
        assert.ok(there.edits.length <= 1);
        assert.ok(
          there.edits.every(
            (edit) => edit.start === chosen.markerRange?.start && edit.end === chosen.markerRange.end,
          ),
        );
        const changed = applyEdits(text, there.edits);
        const read = parsePlan(changed);
        const again = allTasks(read).find((t) => t.id === chosen.id);
        assert.equal(again?.marker, marker, 'keeps its id and has the marker');
        const style =
          chosen.marker === 'done' ? { done: written } : chosen.marker === 'doing' ? { doing: written } : {};
        const back = markTaskEdits(
          changed,
          read,
          { taskId: chosen.id, marker: chosen.marker, force: true },
          { ...habits, ...style },
        );
        assert.ok('edits' in back);
        assert.equal(applyEdits(changed, back.edits), text);
      }),
      { numRuns: 700 },
    );
  });

  it('takes a commit and a note without changing any other task', () => {
    fc.assert(
      fc.property(planText, fc.nat(), fc.string({ unit: 'binary', maxLength: 40 }), (text, pick, note) => {
        const plan = parsePlan(text);
        const markable = allTasks(plan).filter((t) => t.markerRange);
        const chosen = markable[pick % Math.max(1, markable.length)];
        if (!chosen) {
          return;
        }
        const wanted = { taskId: chosen.id, marker: 'done' as const, commit: 'fee1dea', note, force: true };
        const result = markTaskEdits(text, plan, wanted, habitsOf([], 'evaluate-loop'));
        assert.ok('edits' in result);
        const changed = applyEdits(text, result.edits);
        const read = parsePlan(changed);
        assert.deepEqual(read.checkboxes, plan.checkboxes);
        const before = allTasks(plan).map((t) => [t.id, t.number]);
        assert.deepEqual(
          allTasks(read).map((t) => [t.id, t.number]),
          before,
        );
        const again = allTasks(read).find((t) => t.id === chosen.id);
        assert.equal(again?.marker, 'done');
        assert.ok(again.commits.includes('fee1dea'));
        // What was there is still there, in order: nothing but the marker and a replaced commit is gone.
        assert.ok(changed.length >= text.length - 'pending'.length);
      }),
      { numRuns: 700 },
    );
  });
});

describe('any text at all', function () {
  this.timeout(120_000);

  it('is read without a throw, and its boxes are accounted for', () => {
    const symbols = fc.constantFrom(
      ...'-*+[]()#`~<!>-| \t\r\n:.1xX~/\\ab—✅"\'{}'.split(''),
      '\\n',
      '<!--',
      '-->',
      '```',
      '- [ ] ',
      '## Phase 1: ',
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: symbols, maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 100 })),
        (text) => {
          const plan = parsePlan(text);
          assert.equal(plan.checkboxes.total, plan.checkboxes.tasks + plan.checkboxes.elsewhere);
          assert.equal(plan.checkboxes.tasks, allTasks(plan).filter((t) => t.place === 'listBox').length);
          parseReports(text);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
