import assert from 'node:assert/strict';
import { parseDag } from '../../../src/files/dagBlock';

/** The example of spec 003 in shape, with own content. */
const usual = `dag:
  nodes:
    - id: "1.1"
      name: "Make the store"
      type: "code"
      files: ["src/store.ts"]
      depends_on: []
      phase: 1
      estimated_duration: "30m"
      acceptance: "It stores"

    - id: '1.2'
      name: Resolve
      files:
        - src/resolve.ts
        - src/index.ts
      depends_on:
        - "1.1"

  parallel_groups:
    - id: "pg-1"
      tasks: ["1.1"]
      conflict_free: true
    - id: "pg-2"
      tasks: ["1.2"]
      conflict_free: false  # shares src/index.ts
      shared_resources: ["src/index.ts"]
      coordination_strategy: "file_lock"
      note: kept out
  critical_path: ["1.1", "1.2"]
`;

describe('parseDag', () => {
  it('reads nodes and groups with their lines', () => {
    const dag = parseDag(usual, 11);
    assert.deepEqual(dag.problems, []);
    assert.deepEqual(dag.nodes, [
      {
        id: '1.1',
        name: 'Make the store',
        type: 'code',
        files: ['src/store.ts'],
        dependsOn: [],
        phase: 1,
        estimatedDuration: '30m',
        acceptance: 'It stores',
        line: 13,
      },
      {
        id: '1.2',
        name: 'Resolve',
        type: undefined,
        files: ['src/resolve.ts', 'src/index.ts'],
        dependsOn: ['1.1'],
        phase: undefined,
        estimatedDuration: undefined,
        acceptance: undefined,
        line: 22,
      },
    ]);
    assert.deepEqual(
      dag.parallelGroups.map((group) => [group.id, group.tasks, group.conflictFree, group.line]),
      [
        ['pg-1', ['1.1'], true, 31],
        ['pg-2', ['1.2'], false, 34],
      ],
    );
    assert.deepEqual(dag.parallelGroups[1]?.sharedResources, ['src/index.ts']);
    assert.equal(dag.parallelGroups[1].coordinationStrategy, 'file_lock');
  });

  it('keeps numeric ids as they are written', () => {
    const dag = parseDag('dag:\n  nodes:\n    - id: 1.10\n      depends_on: [1.1, 2]\n    - id: 3\n', 1);
    assert.deepEqual(
      dag.nodes.map((node) => [node.id, node.name, node.dependsOn]),
      [
        ['1.10', '1.10', ['1.1', '2']],
        ['3', '3', []],
      ],
    );
  });

  it('reads single values where lists belong, and a mapping of nodes', () => {
    const dag = parseDag(
      'dag:\n  nodes:\n    a: {name: A, files: "x.ts, y.ts"}\n    b: {depends_on: a}\n    c: {depends_on: none}\n',
      1,
    );
    assert.deepEqual(
      dag.nodes.map((node) => [node.id, node.name, node.files, node.dependsOn]),
      [
        ['a', 'A', ['x.ts', 'y.ts'], []],
        ['b', 'b', [], ['a']],
        ['c', 'c', [], []],
      ],
    );
  });

  it('reads a dag without groups, with empty ones, and CR LF', () => {
    assert.deepEqual(parseDag('dag:\n  nodes:\n    - id: a\n', 1).parallelGroups, []);
    assert.deepEqual(
      parseDag('dag:\r\n  nodes:\r\n    - id: a\r\n  parallel_groups: []\r\n', 1).parallelGroups,
      [],
    );
    assert.equal(parseDag('dag:\r\n  nodes:\r\n    - id: a\r\n', 1).nodes[0]?.line, 3);
  });

  it('says where YAML is invalid and still reads what it can', () => {
    const dag = parseDag('dag:\n  nodes:\n    - id: a\n      name: "open\n    - id: b\n', 20);
    assert.ok(dag.problems.length > 0);
    assert.ok(
      dag.problems.every(
        ({ code, line, severity }) => code === 'dag-invalid' && severity === 'error' && (line ?? 0) >= 20,
      ),
    );
  });

  it('says which node has no id and which entry is none', () => {
    const dag = parseDag('dag:\n  nodes:\n    - name: A\n    - just words\n    - id: b\n', 5);
    assert.deepEqual(
      dag.problems.map(({ code, line }) => [code, line]),
      [
        ['dag-node-without-id', 7],
        ['dag-invalid', 8],
      ],
    );
    assert.deepEqual(
      dag.nodes.map((node) => node.id),
      ['b'],
    );
  });

  it('says so when there is nothing under dag', () => {
    for (const text of [
      '',
      'dag:',
      'dag: []',
      'nodes: []',
      '- a',
      'A -> B',
      '\t\tdag: x: y',
      'dag: *missing',
    ]) {
      const dag = parseDag(text, 3);
      assert.deepEqual(dag.nodes, [], text);
      assert.ok(dag.problems.length > 0, text);
    }
    assert.equal(parseDag('dag:\n  nodes: 5\n', 1).problems[0]?.code, 'dag-invalid');
  });

  it('follows aliases, but not without end', () => {
    const shared = parseDag(
      'dag:\n  nodes:\n    - &a {id: a, files: &f [x.ts]}\n    - {id: b, files: *f}\n',
      1,
    );
    assert.deepEqual(shared.nodes[1]?.files, ['x.ts']);
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) {
      const before = String.fromCharCode(96 + i);
      const name = String.fromCharCode(97 + i);
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }
    const dag = parseDag(`${bomb.join('\n')}\ndag:\n  nodes: *l\n`, 1);
    assert.deepEqual(dag.nodes, []);
    const many = `x: &x {id: a}\ndag:\n  nodes:\n${'    - *x\n'.repeat(500)}`;
    assert.ok(parseDag(many, 1).nodes.length <= 100);
    assert.ok(parseDag(many, 1).problems.some(({ code }) => code === 'dag-too-many-aliases'));
  });

  it('does not read a block of many megabytes, nor fall over deep nesting', function () {
    this.timeout(60_000);
    assert.deepEqual(
      parseDag(`dag:\n  nodes:\n${'    - id: a\n'.repeat(400_000)}`, 1).problems.map(({ code }) => code),
      ['dag-too-large'],
    );
    assert.ok(parseDag(`dag: ${'['.repeat(20_000)}`, 1).problems.length > 0);
  });

  it('counts lines from where the same block stands now', () => {
    assert.equal(parseDag('dag:\n  nodes:\n    - id: same\n', 10).nodes[0]?.line, 12);
    assert.equal(parseDag('dag:\n  nodes:\n    - id: same\n', 20).nodes[0]?.line, 22);
  });

  it('reads a thousand nodes', function () {
    this.timeout(60_000);
    const nodes = Array.from(
      { length: 1000 },
      (_, i) => `    - id: "${i}"\n      depends_on: ["${i - 1}"]\n`,
    );
    assert.equal(parseDag(`dag:\n  nodes:\n${nodes.join('')}`, 1).nodes.length, 1000);
  });
});
