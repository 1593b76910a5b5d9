import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlanMarks } from '../../../../src/engine/parallel/planMarks';
import type { Track } from '../../../../src/model/track';
import { DiskFileEditor } from '../../../../src/store/fileEditor';
import { temporaryFolder } from '../../cli/conductorProcess';
import { trackOf } from '../../rules/builders';

const plan = `# Plan

## Phase 1: All

- [ ] Task 1.1: One
- [~] Task 1.2: Two
- [x] Task 1.3: Three <!-- abc1234 -->
- [ ] Task 1.4: Four
  - [ ] Write it
  - [!] Ask for a key
- [!] Task 1.5: Five
`;

function scene(text = plan): { marks: PlanMarks; track: Track; text: () => string; edits: () => number } {
  const root = temporaryFolder();
  const file = join(root, 'plan.md');
  writeFileSync(file, text);
  const disk = new DiskFileEditor({ settleMs: 0 });
  let edits = 0;
  const marks = new PlanMarks({
    edit: (request) => {
      edits++;
      return disk.edit(request);
    },
    create: (request) => disk.create(request),
  });
  const track = { ...trackOf({}), root, documents: { plan: file } };
  return { marks, track, text: () => readFileSync(file, 'utf8'), edits: () => edits };
}

describe('PlanMarks', () => {
  it('makes marks of several tasks in one edit, each in its place', async () => {
    const { marks, track, text, edits } = scene();
    const outcomes = await Promise.all([
      marks.doing(track, '1.1'),
      marks.open(track, '1.2'),
      marks.done(track, '1.3', 'def5678'),
      marks.done(track, '1.4', 'def5678'),
    ]);
    assert.deepEqual(outcomes, Array(4).fill({ marked: true }));
    assert.equal(edits(), 1);
    assert.equal(
      text(),
      plan
        .replace('[ ] Task 1.1', '[~] Task 1.1')
        .replace('[~] Task 1.2', '[ ] Task 1.2')
        .replace('[ ] Task 1.4: Four', '[x] Task 1.4: Four <!-- def5678 -->')
        .replace('[ ] Write it', '[x] Write it'),
    );
  });

  it('takes back only what it marked: what a person blocked or ticked stays', async () => {
    const { marks, track, text } = scene();
    await Promise.all(['1.3', '1.5'].flatMap((id) => [marks.doing(track, id), marks.open(track, id)]));
    assert.equal(text(), plan);
  });

  it('marks of one task are made one after the other', async () => {
    const { marks, track, text, edits } = scene();
    await Promise.all([marks.doing(track, '1.1'), marks.done(track, '1.1', undefined)]);
    assert.match(text(), /\[x\] Task 1\.1/);
    assert.equal(edits(), 2);
  });

  it('a task that plan.md does not have is refused, and does not hold up the others', async () => {
    const { marks, track, text } = scene();
    const [gone, there] = await Promise.all([marks.done(track, '9.9', undefined), marks.doing(track, '1.1')]);
    assert.ok('refused' in gone && gone.refused.code === 'task-not-found');
    assert.deepEqual(there, { marked: true });
    assert.match(text(), /\[~\] Task 1\.1/);
  });

  it('a task whose state follows from its heading has no box to mark: no second try helps', async () => {
    const { marks, track } = scene('# Plan\n\n## Phase 1: All\n\n### Task 1.1: One\n\n- Some words\n');
    const outcome = await marks.done(track, '1.1', undefined);
    assert.ok(
      'marked' in outcome ? outcome.warning !== undefined : outcome.refused.code === 'task-not-found',
    );
  });

  it('a plan.md that is not there is a reason to try again', async () => {
    const { marks, track } = scene();
    rmSync(track.documents.plan!);
    const outcome = await marks.doing(track, '1.1');
    assert.ok('refused' in outcome && outcome.refused.code === 'file-missing');
  });
});
