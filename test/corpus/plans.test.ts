import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { applyEdits } from '../../src/files/textEdit';
import { decodeText, encodeText } from '../../src/files/textFile';
import { habitsOf, markTaskEdits } from '../../src/files/planEdit';
import { parsePlan } from '../../src/files/planFile';
import { settableMarkers } from '../../src/model/marker';
import type { SettableMarker } from '../../src/model/marker';
import type { Plan, Task } from '../../src/model/plan';
import { countCheckboxLines } from '../unit/files/checkboxCount';

const corpus = resolve(__dirname, '../../../shared/corpus');

interface CorpusPlan {
  /** `<dialect>/<repository>` */
  readonly directory: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly text: string;
  readonly plan: Plan;
}

describe('plan.md over the corpus', function () {
  this.timeout(120_000);

  if (!existsSync(corpus)) {
    it('has no corpus here: ../shared/corpus does not exist, so there is nothing to read', () => undefined);
    return;
  }

  let plans: CorpusPlan[] = [];

  before(() => {
    plans = readdirSync(corpus, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name === 'plan.md')
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const name = relative(corpus, file);
        const bytes = readFileSync(file);
        const decoded = decodeText(bytes);
        assert.ok(decoded, `${name} is text`);
        assert.ok(bytes.equals(encodeText(decoded.text, decoded.encoding)), `${name} survives decoding`);
        return {
          directory: name.split(/[\\/]/).slice(0, 2).join('/'),
          name,
          bytes,
          text: decoded.text,
          plan: parsePlan(decoded.text),
        };
      });
  });

  it('accounts for every check box: as many as a second scanner sees, each once', () => {
    assert.ok(plans.length > 500);
    for (const { name, text, plan } of plans) {
      const { total, tasks, elsewhere } = plan.checkboxes;
      assert.equal(total, countCheckboxLines(text), name);
      assert.equal(total, tasks + elsewhere, name);
      assert.equal(elsewhere, plan.elsewhere.length, name);
      assert.equal(tasks, allTasks(plan).filter((task) => task.place === 'listBox').length, name);
      const places = [
        ...plan.elsewhere.map((box) => box.markerRange.start),
        ...allTasks(plan).flatMap((task) => task.markerRange?.start ?? []),
      ];
      assert.equal(new Set(places).size, places.length, `${name}: no box is counted twice`);
    }
  });

  it('counts what the index of the corpus counts', () => {
    const [header, ...rows] = readFileSync(join(corpus, 'INDEX.tsv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split('\t'));
    const column = header?.indexOf('checkbox_lines') ?? -1;
    let compared = 0;
    for (const row of rows) {
      const expected = row[column] ?? '';
      if (expected === '') {
        continue;
      }
      const directory = `${row[0] ?? ''}/${row[1] ?? ''}`;
      const counted = plans
        .filter((plan) => plan.directory === directory)
        .reduce((sum, { plan }) => sum + plan.checkboxes.total, 0);
      assert.equal(counted, Number(expected), directory);
      compared++;
    }
    assert.ok(compared > 15);
  });

  it('gives every task of a plan an id of its own', () => {
    for (const { name, plan } of plans) {
      const ids = allTasks(plan).map((task) => task.id);
      assert.equal(new Set(ids).size, ids.length, name);
      const keys = plan.phases.map((phase) => phase.key);
      assert.equal(new Set(keys).size, keys.length, name);
    }
  });

  it('marks every task and marks it back: only its one character changes, and the bytes are the same again', () => {
    let marked = 0;
    for (const { name, bytes, text, plan } of plans) {
      const habits = habitsOf([{ text, plan }], 'unknown');
      const encoding = decodeText(bytes)?.encoding ?? 'utf8';
      allTasks(plan).forEach((task, index) => {
        const original = task.marker;
        if (!task.markerRange || !isSettable(original)) {
          return;
        }
        const other = original === 'done' ? 'todo' : 'done';
        const changed = edit(text, plan, task, other, habits);
        assert.equal(changed.length, text.length, name);
        assert.equal(changed.slice(0, task.markerRange.start), text.slice(0, task.markerRange.start));
        assert.equal(changed.slice(task.markerRange.end), text.slice(task.markerRange.end));
        // Reading again is what really happens; for the sake of time only now and then.
        const reread = index % 9 === 0 ? parsePlan(changed) : plan;
        const again = index % 9 === 0 ? allTasks(reread).find(({ id }) => id === task.id) : task;
        assert.ok(again, `${name}: ${task.id} keeps its id`);
        if (index % 9 === 0) {
          assert.equal(again.marker, other, `${name}: ${task.id}`);
        }
        const restored = edit(changed, reread, again, original, habits);
        assert.ok(bytes.equals(encodeText(restored, encoding)), `${name}: ${task.id}`);
        marked++;
      });
    }
    assert.ok(marked > 10_000);
  });

  it('adds a commit without changing any other line, and finds it again', () => {
    let added = 0;
    for (const { name, text, plan } of plans) {
      const habits = habitsOf([{ text, plan }], 'google');
      allTasks(plan)
        .filter((task, index) => index % 11 === 0 && task.markerRange)
        .forEach((task) => {
          const commit = 'c0ffee1';
          const mark = { taskId: task.id, marker: 'done' as const, commit, force: true };
          const result = markTaskEdits(text, plan, mark, habits);
          assert.ok('edits' in result, name);
          const changed = applyEdits(text, result.edits);
          const before = text.split('\n');
          const after = changed.split('\n');
          assert.equal(after.length, before.length, name);
          const different = after.filter((line, index) => line !== before[index]).length;
          assert.ok(different <= 2, `${name}: ${task.id} changes its line and the end of its paragraph`);
          const again = allTasks(parsePlan(changed)).find(({ id }) => id === task.id);
          assert.ok(again?.commits.includes(commit), `${name}: ${task.id} line ${task.line}`);
          added++;
        });
    }
    assert.ok(added > 800);
  });
});

function isSettable(marker: string): marker is SettableMarker {
  return (settableMarkers as readonly string[]).includes(marker);
}

function edit(
  text: string,
  plan: Plan,
  task: Task,
  marker: SettableMarker,
  habits: Parameters<typeof markTaskEdits>[3],
): string {
  const result = markTaskEdits(text, plan, { taskId: task.id, marker, force: true }, habits);
  assert.ok('edits' in result);
  return applyEdits(text, result.edits);
}

function allTasks(plan: Plan): Task[] {
  const found: Task[] = [];
  const add = (tasks: readonly Task[]): void => {
    for (const task of tasks) {
      found.push(task);
      add(task.tasks);
    }
  };
  for (const phase of plan.phases) {
    add(phase.tasks);
  }
  return found;
}
