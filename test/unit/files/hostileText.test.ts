import assert from 'node:assert/strict';
import { metadataSchema } from '../../../src/model/schemas/metadata';
import { completeTrackInIndexEdits } from '../../../src/files/indexFile';
import { parseMetadata } from '../../../src/files/metadataFile';
import { habitsOf, markTaskEdits } from '../../../src/files/planEdit';
import { parsePlan } from '../../../src/files/planFile';
import { parseTracks } from '../../../src/files/tracksFile';
import { statusCategory } from '../../../src/rules/statusCategory';

/*
 * Texts that somebody made to be slow, or to break a reader. Each of these took minutes to centuries, or ended in a
 * stack that was too small, with a reader that is careless about it; so a failure here may show as a run that does not end.
 */
describe('texts made to be slow or to overflow', () => {
  it('a track name with a long row of emoji before its end', () => {
    const [entry] = parseTracks(`- [ ] **Track: Launch ${'🚀'.repeat(300)} now**\n`).entries;
    assert.match(entry?.name ?? '', /^Launch .* now$/u);
  });

  it('a comment and a title with very long gaps', () => {
    const gap = ' '.repeat(200_000);
    assert.deepEqual(parseTracks(`<!-- archived: a_20260101${gap} x\n`).entries, []);
    const [entry] = parseTracks(`- [ ] **Track: Log${gap}in**\n`).entries;
    assert.match(entry?.name ?? '', /^Log/);
  });

  it('a status and a line of index.md that are one long run of signs', () => {
    assert.equal(statusCategory(`${'*'.repeat(1_000_000)}x`), 'unclear');
    const text = `${' '.repeat(1_000_000)}x\n`;
    assert.deepEqual(completeTrackInIndexEdits(text, { id: 'a', name: 'A', date: '2026-01-01' }), {
      edits: [],
    });
  });

  it('a list in tracks.md that is nested thousands of times', () => {
    const items = Array.from({ length: 1500 }, (_, i) => `${' '.repeat(i)}- [ ] deep ${i}`);
    assert.deepEqual(parseTracks(items.join('\n')).entries, []);
  });

  it('a line with more links than a call takes arguments', () => {
    const [entry] = parseTracks(`- [ ] **Track: Login**\n  *Link: ${'[a](b) '.repeat(140_000)}\n`).entries;
    assert.equal(entry?.links.length, 140_000);
  });

  it('a task with more sub-tasks than a call takes arguments can be marked', () => {
    const text = `- [ ] Task 1: Many\n${'  - [x] a\n'.repeat(140_000)}`;
    const plan = parsePlan(text);
    const result = markTaskEdits(
      text,
      plan,
      { taskId: '1', marker: 'done' },
      habitsOf([{ text, plan }], 'google'),
    );
    assert.deepEqual(result, { edits: [{ start: 3, end: 4, text: 'x' }] });
  });

  it('a dag block with more lines than a call takes arguments', () => {
    const plan = parsePlan(`\`\`\`yaml\ndag:\n${'  # x\n'.repeat(140_000)}\`\`\`\n- [ ] Task 1: a\n`);
    assert.equal(plan.checkboxes.total, 1);
    assert.equal(plan.dag?.endLine, 140_003);
  });

  it('a million problems of one kind become a hundred and a sentence', () => {
    const plan = parsePlan('-[x] a\n'.repeat(150_000));
    assert.equal(plan.problems.length, 101);
    assert.match(plan.problems.at(-1)?.message ?? '', /^149900 more problems of the same kind/);
  });

  it('metadata.json with a wrong value hundreds of thousands of times', () => {
    const text = JSON.stringify({ blockers: Array.from({ length: 140_000 }, () => 1) });
    assert.equal(metadataSchema.safeParse(JSON.parse(text)).success, false);
    const { problems } = parseMetadata(text);
    assert.equal(problems.length, 51);
    assert.match(problems.at(-1)?.message ?? '', /139950 more values/);
  });
});
