import assert from 'node:assert/strict';
import { parsePlan } from '../../../src/files/planFile';
import type { MessageBus } from '../../../src/model/messageBus';
import { pictureOf } from '../../../src/panels/graph/picture';
import { graphModelOf } from '../../../src/panels/graphModel';
import { taskGraphOf } from '../../../src/rules/taskGraph';
import type { GraphModel, GraphNode } from '../../../src/shared/graphModel';
import { busOf, loopOf, trackOf } from '../rules/builders';

const plan = `# Plan

\`\`\`yaml
dag:
  nodes:
    - id: "1.1"
      name: "Store"
      files: ["src/store.ts"]
      depends_on: []
      phase: 1
      estimated_duration: "2h"
      acceptance: "It stores"
    - id: "1.2"
      name: "Totals"
      files: ["src/totals.ts", "../../etc/passwd"]
      depends_on: []
      phase: 1
      estimated_duration: "30m"
    - id: "2.1"
      name: "Page"
      files: ["src/totals.ts"]
      depends_on: ["1.1", "9.9"]
      phase: 2
      estimated_duration: "1h"
  parallel_groups:
    - id: "pg-1"
      tasks: ["1.1", "1.2"]
      conflict_free: true
\`\`\`

## Phase 1: Base

- [x] **Task 1.1:** Store <!-- commit: abc1234 -->
- [~] **Task 1.2:** Totals

## Phase 2: Page

- [ ] **Task 2.1:** Page
`;

function modelOf(text: string, o: { bus?: MessageBus; loop?: ReturnType<typeof loopOf> } = {}): GraphModel {
  const track = trackOf({ plan: parsePlan(text), ...o });
  return graphModelOf(track, { readAt: 1, picture: pictureOf(taskGraphOf(track)) });
}

function nodeOf(model: GraphModel, id: string): GraphNode {
  const node = model.nodes.find((candidate) => candidate.id === id);
  assert.ok(node, id);
  return node;
}

describe('graphModelOf', () => {
  it('says how many, how long, and what can start', () => {
    const { summary, nodes } = modelOf(plan.replace(', "9.9"', ''));
    assert.equal(summary.tasks, '3 tasks');
    assert.deepEqual(summary.longest?.total, '3 h');
    assert.equal(summary.longest.left, 'about 1 h');
    assert.match(summary.longest.source, /estimates of 2 tasks/);
    assert.deepEqual(
      summary.canStart.first.map(({ node }) => nodes[node!]!.id),
      ['2.1'],
    );
  });

  it('gives each node its word, commit, estimate with its place on the path, and place in plan.md', () => {
    const model = modelOf(plan.replace(', "9.9"', ''));
    const store = nodeOf(model, '1.1');
    assert.equal(store.state, 'done');
    assert.equal(store.commit, 'abc1234');
    assert.equal(store.estimate, '2 h, first of two on the critical path');
    assert.equal(model.files[store.at![0]], '/w/conductor/tracks/login_20260101/plan.md');
    assert.equal(plan.split('\n')[store.at![1]! - 1]?.includes('Task 1.1'), true);
  });

  it('opens files of the project only, and names each path once', () => {
    const model = modelOf(plan);
    assert.deepEqual(
      model.paths.map(({ path, file }) => [path, file]),
      [
        ['src/store.ts', '/w/src/store.ts'],
        ['src/totals.ts', '/w/src/totals.ts'],
        ['../../etc/passwd', undefined],
      ],
    );
    assert.deepEqual(nodeOf(model, '2.1').files, [1]);
  });

  it('tells a missing task as a ghost, with a notice that leads to its line', () => {
    const model = modelOf(plan);
    assert.equal(nodeOf(model, '9.9').ghost, 'missing');
    assert.equal(nodeOf(model, '9.9').word, 'Not in the plan');
    const notice = model.notices.find(({ text }) => text.includes('9.9'));
    assert.ok(notice?.at?.[1]);
    assert.equal(nodeOf(model, '2.1').state, 'blocked');
    assert.equal(nodeOf(model, '2.1').word, 'Blocked by 9.9');
  });

  it('tells circles of a derived graph', () => {
    const model = modelOf(
      '# P\n\n## Phase 1: A\n\n- [ ] Task 1.1: One <!-- depends: 1.2 -->\n- [ ] Task 1.2: Two <!-- depends: 1.1 -->\n',
    );
    assert.equal(model.source, 'derived');
    assert.ok(
      model.notices.some(({ text }) => /circle: 1\.\d → 1\.\d → 1\.\d/.test(text)),
      JSON.stringify(model.notices),
    );
    assert.ok(model.edges.some(({ back }) => back));
  });

  it('keeps what the bus says of a task as its history, newest first', () => {
    const bus = busOf({
      messages: [
        {
          type: 'WORKER_DISPATCHED',
          source: 'orchestrator',
          timestamp: '2026-11-18T09:10:00Z',
          payload: { task_id: '1.2', worker_id: 'code-worker-1' },
          line: 3,
        },
        { type: 'PROGRESS', source: 'code-worker-1', payload: { task_id: '1.2', progress_pct: 62 }, line: 4 },
        { type: 'TASK_FAILED', source: 'x', payload: { task_id: '2.1', error: 'no\u202Ecolour' }, line: 5 },
      ],
    });
    const model = modelOf(plan, { bus });
    assert.deepEqual(
      nodeOf(model, '1.2').history?.map(({ text, at }) => [text, at?.[1]]),
      [
        ['at 62 % by code-worker-1', 4],
        ['claimed by code-worker-1', 3],
      ],
    );
    assert.equal(nodeOf(model, '2.1').history?.[0]?.text, 'failed by x: nocolour');
  });

  it('dispatches the task that the executor would begin with, and says why no other', () => {
    const without = modelOf(plan);
    assert.equal(without.dispatch.node, undefined);
    assert.match(without.dispatch.why, /keeps no evaluate-loop/);
    const text = plan.replace(', "9.9"', '').replace('[~]', '[x]');
    const model = modelOf(text, { loop: loopOf({ step: 'EXECUTE', stepStatus: 'NOT_STARTED' }) });
    assert.equal(model.dispatch.node === undefined ? undefined : model.nodes[model.dispatch.node]?.id, '2.1');
  });

  it('stays below a kB a task in large graphs', () => {
    const count = 2_500;
    const dag = Array.from(
      { length: count },
      (_, i) =>
        `    - id: "T${i}"\n      name: "Task number ${i}"\n      files: ["src/m${i % 400}/f.ts"]\n      depends_on: [${i < 20 ? '' : `"T${i - 20}", "T${i - 1 - (i % 19)}"`}]`,
    );
    const boxes = Array.from({ length: count }, (_, i) => `- [ ] **Task T${i}:** Task number ${i}`);
    const text = `# P\n\n\`\`\`yaml\ndag:\n  nodes:\n${dag.join('\n')}\n\`\`\`\n\n## Phase 1: A\n\n${boxes.join('\n')}\n`;
    const bytes = JSON.stringify(modelOf(text)).length;
    assert.ok(bytes < count * 1_000, `${bytes} bytes`);
  });
});

describe('pictureOf', () => {
  it('moves nothing when only markers change', () => {
    const before = pictureOf(taskGraphOf(trackOf({ plan: parsePlan(plan) })));
    const after = pictureOf(taskGraphOf(trackOf({ plan: parsePlan(plan.replace('[~]', '[x]')) })), before);
    assert.equal(after.layout, before.layout);
    assert.notEqual(after.graph, before.graph);
  });

  it('lays out anew when a task comes', () => {
    const before = pictureOf(taskGraphOf(trackOf({ plan: parsePlan(plan) })));
    const more = plan
      .replace('- [ ] **Task 2.1', '- [ ] **Task 2.0:** Other\n- [ ] **Task 2.1')
      .replace(
        '  parallel_groups',
        '    - id: "2.0"\n      name: "Other"\n      depends_on: ["1.2"]\n  parallel_groups',
      );
    const after = pictureOf(taskGraphOf(trackOf({ plan: parsePlan(more) })), before);
    assert.equal(after.layout.nodes.length, before.layout.nodes.length + 1);
  });
});
