import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MarkHistory } from '../../../src/engine/undoMark';
import { writeDag, writeDagEdits } from '../../../src/engine/writeDag';
import { parsePlan } from '../../../src/files/planFile';
import { applyEdits } from '../../../src/files/textEdit';
import type { Track } from '../../../src/model/track';
import { taskGraphOf } from '../../../src/rules/taskGraph';
import { trackOf } from '../rules/builders';
import { id, loopProject, makeProject, plan as threeTasks, type Project } from './project';

const plan = `# Login — Execution Plan

## Context

- **Track**: login

## Phase 1: Base

- [x] Task 1.1: Make the "store" <!-- files: src/store.ts, parallel: pg-1 -->
- [ ] Task 1.2: Resolve: all # of it <!-- files: src/store.ts, parallel: pg-1 -->

## Phase 2: Use

- [ ] Task 2.1: Wire <!-- deps: 1.2 -->
- [ ] Task without a number

## Discovered Work

- [ ] None
`;

function edited(text: string, track: Track = trackOf({})): string {
  const result = writeDagEdits(text, track);
  assert.ok(!('refused' in result), JSON.stringify(result));
  assert.equal(result.edits.length, 1);
  assert.equal(result.edits[0]!.start, result.edits[0]!.end);
  return applyEdits(text, result.edits);
}

const codeOf = (text: string): string | undefined => {
  const result = writeDagEdits(text, trackOf({}));
  return 'refused' in result ? result.refused.code : undefined;
};

const drawn = (text: string): unknown => {
  const { nodes, edges } = taskGraphOf(trackOf({ plan: parsePlan(text) }));
  return {
    nodes: nodes.map(({ id: node, group, state, phase, files }) => ({ node, group, state, phase, files })),
    edges: edges.map(({ from, to }) => `${from}>${to}`),
  };
};

describe('writeDag', () => {
  it('writes nothing into the plan of an archived track', async () => {
    const editor = { edit: () => assert.fail('was written'), create: () => assert.fail('was made') };
    const result = await writeDag({ editor }, trackOf({ plan: parsePlan(plan), archived: true }));
    assert.equal('refused' in result && result.refused.code, 'archived');
  });

  it('writes the derived graph in the form of spec 003, before the first phase', () => {
    const text = edited(plan);
    const block = `## Dependency Graph

\`\`\`yaml
dag:
  nodes:
    - id: "1.1"
      name: "Make the \\"store\\""
      files: ["src/store.ts"]
      depends_on: []
      phase: 1
    - id: "1.2"
      name: "Resolve: all # of it"
      files: ["src/store.ts"]
      depends_on: []
      phase: 1
    - id: "2.1"
      name: "Wire"
      files: []
      depends_on: ["1.2"]
      phase: 2
    - id: "2/task-without-a-number"
      name: "Task without a number"
      files: []
      depends_on: ["2.1"]
      phase: 2

  parallel_groups:
    - id: "pg-1"
      tasks: ["1.1", "1.2"]
      conflict_free: false
      shared_resources: ["src/store.ts"]
      coordination_strategy: "file_lock"
\`\`\`

`;
    assert.equal(text, plan.replace('## Phase 1', `${block}## Phase 1`));
    assert.deepEqual(drawn(text), drawn(plan));
    const graph = taskGraphOf(trackOf({ plan: parsePlan(text) }));
    assert.equal(graph.source, 'dag');
    assert.deepEqual(graph.problems, []);
  });

  it('keeps line ends, the level of the phases, and a file without a last line break', () => {
    const crlf = edited(plan.replaceAll('\n', '\r\n'));
    assert.equal(crlf, edited(plan).replaceAll('\n', '\r\n'));
    const deep = '# P\n## Tasks\n### Phase 1: One\n- [ ] A\n- [ ] B';
    assert.match(
      edited(deep),
      /^# P\n## Tasks\n\n### Dependency Graph\n\n```yaml\n[^]*```\n\n### Phase 1: One\n- \[ \] A\n- \[ \] B$/,
    );
  });

  it('stands at the end where tasks have no heading above them', () => {
    const text = '- [ ] Task 1: One\n- [x] Task 2: Two';
    const result = edited(text);
    assert.ok(result.startsWith(`${text}\n\n## Dependency Graph\n\n\`\`\`yaml\ndag:\n`));
    assert.deepEqual(drawn(result), drawn(text));
  });

  it('refuses what is no plan for a DAG, with the place', () => {
    assert.equal(codeOf(edited(plan)), 'dag-present');
    assert.equal(codeOf('```yaml\ndag:\n  nodes: [\n```\n- [ ] Task 1: A\n'), 'dag-present');
    assert.equal(codeOf('# Plan\n\nWords.\n'), 'no-tasks');
    assert.equal(codeOf(''), 'no-tasks');
    const phase = '## Phase 1: A\n\n';
    assert.equal(codeOf(`${phase}- [ ] Task 1.1: A <!-- deps: 9.9 -->\n`), 'dependency-unknown');
    assert.equal(
      codeOf(`${phase}- [ ] Task 1.1: A <!-- deps: 1.2 -->\n- [ ] Task 1.2: B <!-- deps: 1.1 -->\n`),
      'dag-circular',
    );
    assert.equal(codeOf('- [ ] Task 1: A\n\n```\nnever closed'), 'dag-not-readable');
  });

  it('leaves prose and drawings of a graph alone', () => {
    const text = '# P\n\n## DAG\n\n```\nA → B\n```\n\n## Phase 1: X\n\n- [ ] Task 1.1: A\n';
    const result = edited(text);
    assert.ok(result.includes('## DAG\n\n```\nA → B\n```\n\n## Dependency Graph\n'));
  });

  it('of any plan: adds one block, changes no other byte, and draws the same graph', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, '')),
      fc.constantFrom(
        'Wire: "it" # now',
        "it's",
        '```',
        '- [ ] x',
        '\u2028',
        '{a: b}',
        '&x *x',
        '%',
        '\u0085 \ufeff é',
      ),
    );
    const task = fc.record({
      mark: fc.constantFrom(' ', 'x', '~', '!'),
      number: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      text: word,
      tail: fc.constantFrom('', ' <!-- deps: 1.1 -->', ' <!-- parallel: pg-1, files: a.ts -->', ' `abc1234`'),
    });
    const plans = fc
      .tuple(
        fc.array(fc.array(task, { maxLength: 4 }), { maxLength: 3 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
      )
      .map(([phases, eol, isHeaded]) =>
        [
          '# Plan',
          ...phases.flatMap((tasks, p) => [
            ...(isHeaded || p > 0 ? ['', `## Phase ${p + 1}: Part`, ''] : []),
            ...tasks.map(
              ({ mark, number, text, tail }) =>
                `- [${mark}] ${number === undefined ? '' : `Task ${p + 1}.${number}: `}${text}${tail}`,
            ),
          ]),
        ].join(eol),
      );
    let made = 0;
    fc.assert(
      fc.property(plans, (text) => {
        const result = writeDagEdits(text, trackOf({}));
        if ('refused' in result) return;
        made++;
        const [edit] = result.edits;
        const after = applyEdits(text, result.edits);
        assert.equal(after.slice(0, edit!.start) + after.slice(edit!.start + edit!.text.length), text);
        assert.deepEqual(drawn(after), drawn(text));
        assert.equal(codeOf(after), 'dag-present');
      }),
      { numRuns: 300 },
    );
    assert.ok(made > 30, `${made}`);
  });

  describe('on disk', () => {
    let project: Project | undefined;
    afterEach(async () => {
      await project?.dispose();
      project = undefined;
    });

    it('writes into plan.md, and can be undone like a marker', async () => {
      project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
      const file = `tracks/${id}/plan.md`;
      const before = await project.text(file);
      const track = await project.track(id);
      const outcome = await writeDag(project.ports, track);
      assert.ok('changed' in outcome && outcome.changed);
      assert.notEqual(await project.text(file), before);
      const now = await project.track(id);
      assert.equal(taskGraphOf(now).source, 'dag');
      assert.deepEqual(now.problems, track.problems);
      const again = await writeDag(project.ports, now);
      assert.ok('refused' in again && again.refused.code === 'dag-present');
      const history = new MarkHistory();
      history.record({ root: track.root, file: track.documents.plan!, what: 'DAG', outcome });
      const undone = await history.undo(project.ports);
      assert.ok('changed' in undone && undone.changed);
      assert.equal(await project.text(file), before);
    });

    it('refuses a track without a plan', async () => {
      project = await makeProject({
        'tracks/a_20260101/spec.md': '# Spec\n',
        'tracks/b_20260101/plan.md': threeTasks(' '),
      });
      const outcome = await writeDag(project.ports, await project.track('a_20260101'));
      assert.ok('refused' in outcome && outcome.refused.code === 'no-plan');
    });
  });
});
