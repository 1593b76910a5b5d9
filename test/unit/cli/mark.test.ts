import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { conductorHere } from './conductorHere';
import { conductor, documentOf, filesBelow, folderWith, type Finished } from './conductorProcess';
import { google, loopPlan, shop } from './projects';
import { allTasks, errorShape, showShape } from './shapes';

const plan = 'conductor/tracks/checkout_20260110/plan.md';

const markShape = z.strictObject({
  version: z.literal(1),
  track: z.string(),
  task: z.string(),
  marker: z.string(),
  before: z.string().nullable(),
  file: z.string(),
  line: z.int().nullable(),
  changed: z.boolean(),
});

function bigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** The same plan as different programs write it. */
const encodings: Record<string, Uint8Array> = {
  'UTF-8 with line feeds': Buffer.from(loopPlan),
  'UTF-8 with CRLF': Buffer.from(loopPlan.replace(/\n/g, '\r\n')),
  'UTF-8 with a byte order mark': Buffer.from('\ufeff' + loopPlan),
  'UTF-16LE with CRLF': Buffer.from('\ufeff' + loopPlan.replace(/\n/g, '\r\n'), 'utf16le'),
  'UTF-16BE': bigEndian('\ufeff' + loopPlan),
  'mixed line ends, no final newline, emoji': Buffer.from(
    loopPlan
      .replace(/\n(?=- )/g, '\r\n')
      .replace('Card form', 'Card form 💳')
      .trimEnd(),
  ),
  'Latin-1': Buffer.from(loopPlan.replace('Receipt', 'Reçu détaillé'), 'latin1'),
};

function ok(finished: Finished): Finished {
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  return finished;
}

describe('conductor mark', function () {
  this.timeout(120_000);

  it('changes one character and says what it did', async () => {
    const folder = folderWith(shop);
    const finished = ok(await conductor(['mark', 'checkout', '2.1', 'doing', '--json'], { cwd: folder }));
    assert.deepEqual(markShape.parse(documentOf(finished)), {
      version: 1,
      track: 'checkout_20260110',
      task: '2.1',
      marker: 'doing',
      before: 'todo',
      file: join(folder, plan),
      line: loopPlan.split('\n').findIndex((line) => line.includes('Task 2.1')) + 1,
      changed: true,
    });
    assert.equal(
      readFileSync(join(folder, plan), 'utf8'),
      loopPlan.replace('- [ ] Task 2.1', '- [~] Task 2.1'),
    );
    const again = ok(await conductor(['mark', 'checkout', '2.1', 'doing', '--json'], { cwd: folder }));
    assert.equal(markShape.parse(documentOf(again)).changed, false);
    const human = ok(await conductor(['mark', 'checkout', '2.1', 'todo'], { cwd: folder }));
    assert.match(human.stdout, /2\.1: doing → todo .*plan\.md:\d+/);
  });

  for (const [name, bytes] of Object.entries(encodings)) {
    it(`restores every byte when a task is marked and marked back: ${name}`, async () => {
      const folder = folderWith({ ...google, [plan]: bytes });
      const shown = ok(await conductorHere(['show', 'checkout', '--json'], { cwd: folder }));
      const tasks = allTasks(showShape.parse(documentOf(shown)).phases).filter((task) => task.markable);
      assert.equal(tasks.length, 7);
      for (const task of [tasks[0], tasks[3], tasks[4], tasks[6]]) {
        assert.ok(task);
        for (const marker of ['doing', 'blocked', task.marker]) {
          ok(await conductorHere(['mark', 'checkout', task.id, marker, '--force'], { cwd: folder }));
          if (marker !== task.marker)
            assert.notDeepEqual(readFileSync(join(folder, plan)), Buffer.from(bytes));
        }
      }
      assert.deepEqual(readFileSync(join(folder, plan)), Buffer.from(bytes));
    });
  }

  it('marks the one that is meant of two tasks with the same text', async () => {
    const folder = folderWith(shop);
    const file = join(folder, 'conductor/tracks/search_20260112/plan.md');
    const before = readFileSync(file, 'utf8').split('\n');
    const shown = showShape.parse(documentOf(await conductor(['show', 'search', '--json'], { cwd: folder })));
    const twins = allTasks(shown.phases).filter((task) => task.text.includes('Rank results'));
    assert.equal(twins.length, 2);
    for (const twin of [...twins].reverse()) {
      ok(await conductor(['mark', 'search', twin.id, 'done'], { cwd: folder }));
      const after = readFileSync(file, 'utf8').split('\n');
      assert.equal(after[twin.line - 1], before[twin.line - 1]?.replace('[ ]', '[x]'));
    }
  });

  it("names a commit and a summary in the file's own form", async () => {
    const folder = folderWith(shop);
    ok(
      await conductor(
        ['mark', 'checkout', '2.3', 'done', '--commit', 'fee1dea', '--note', 'Prints on the till'],
        { cwd: folder },
      ),
    );
    const text = readFileSync(join(folder, plan), 'utf8');
    assert.match(text, /- \[x\] Task 2\.3: Receipt <!-- commit: fee1dea -->\n {2}- Prints on the till\n/);
  });

  it('refuses done while sub-tasks are open, unless forced', async () => {
    const folder = folderWith(shop);
    const before = readFileSync(join(folder, plan));
    const finished = await conductor(['mark', 'checkout', '1.2', 'done'], { cwd: folder });
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /sub-task.*--force/is);
    assert.equal(finished.stdout, '');
    assert.deepEqual(readFileSync(join(folder, plan)), before);
    ok(await conductor(['mark', 'checkout', '1.2', 'done', '--force'], { cwd: folder }));
  });

  it('answers 1 for a task or track that is not there, and touches nothing', async () => {
    const folder = folderWith(shop);
    const before = filesBelow(folder);
    for (const [words, code] of [
      [['mark', 'checkout', '7.7', 'done'], 'task-not-found'],
      [['mark', 'payments', '1.1', 'done'], 'track-not-found'],
    ] as const) {
      const finished = await conductor([...words, '--json'], { cwd: folder });
      assert.equal(finished.code, 1);
      assert.equal(errorShape.parse(documentOf(finished)).error.code, code);
    }
    assert.deepEqual(filesBelow(folder), before);
  });

  it('refuses a track without plan.md', async () => {
    const folder = folderWith({ ...google, 'conductor/tracks/idea/spec.md': '# Idea\n' });
    const finished = await conductor(['mark', 'idea', '1', 'done'], { cwd: folder });
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /plan\.md/);
  });

  it('counts an unknown marker, a missing argument and a broken commit as wrong usage', async () => {
    const folder = folderWith(shop);
    const before = filesBelow(folder);
    for (const [words, hint] of [
      [['mark', 'checkout', '2.1', 'finished'], /Markers are: todo, doing, done, blocked, skipped/],
      [['mark', 'checkout', '2.1', 'don'], /Did you mean done\?/],
      [['mark', 'checkout', '2.1'], /needs <todo\|doing\|done\|blocked\|skipped>/],
      [['mark', 'checkout'], /needs <task> </],
      [['mark'], /needs <track> <task>/],
      [['mark', 'checkout', '2.1', 'done', 'now'], /"now"/],
      [['mark', 'checkout', '2.1', 'done', '--commit', 'abc --> x'], /is no commit/],
      [['mark', 'checkout', '2.1', 'done', '--commit'], /commit/],
      [['mark', 'checkout', '2.1', 'done', '--commit', 'a', '--commit', 'b'], /2 times/],
    ] as const) {
      const finished = await conductorHere(words, { cwd: folder });
      assert.equal(finished.code, 2, words.join(' '));
      assert.match(finished.stderr, hint);
      assert.match(finished.stderr, /Usage: conductor mark/);
      assert.equal(finished.stdout, '');
    }
    assert.deepEqual(filesBelow(folder), before);
  });

  it('loses no mark when several processes mark one plan at once', async () => {
    const tasks = Array.from({ length: 12 }, (_, i) => `- [ ] Task 1.${i + 1}: Part ${i + 1}\n`).join('');
    const folder = folderWith({
      ...google,
      'conductor/tracks/many/plan.md': `# Many\n\n## Phase 1: All\n\n${tasks}`,
    });
    const finished = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        conductor(['mark', 'many', `1.${i + 1}`, 'done'], { cwd: folder }),
      ),
    );
    finished.forEach(ok);
    const text = readFileSync(join(folder, 'conductor/tracks/many/plan.md'), 'utf8');
    assert.equal(text, `# Many\n\n## Phase 1: All\n\n${tasks.replaceAll('[ ]', '[x]')}`);
    const left = [...filesBelow(folder).keys()].filter(
      (path) => path.includes('many') && !path.endsWith('plan.md'),
    );
    assert.deepEqual(left, []);
  });
});
