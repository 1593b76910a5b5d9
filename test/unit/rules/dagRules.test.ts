import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkDag, cyclesOf, readyNodes, topologicalLevels } from '../../../src/rules/dagRules';
import { dagOf, nodeOf, phaseOf, planOf, taskOf } from './builders';

const codes = (...args: Parameters<typeof checkDag>) => checkDag(...args).map(({ code }) => code);
const group = (id: string, tasks: string[], o: object = {}) => ({
  id,
  tasks,
  sharedResources: [],
  line: 20,
  ...o,
});

describe('dagRules', () => {
  it('a good dag has no problems', () => {
    const dag = dagOf(
      [
        nodeOf('1.1', [], { files: ['a'] }),
        nodeOf('1.2', [], { files: ['b'] }),
        nodeOf('1.3', ['1.1', '1.2'], { files: ['a'] }),
      ],
      [group('pg-1', ['1.1', '1.2'], { conflictFree: true }), group('pg-2', ['1.3'], { conflictFree: true })],
    );
    assert.deepEqual(checkDag(dag), []);
    assert.deepEqual(topologicalLevels(dag), [['1.1', '1.2'], ['1.3']]);
  });

  it('names unknown ids, self references and duplicates with their lines', () => {
    const dag = dagOf([nodeOf('a', ['a', 'zz', 'zz'], { line: 4 }), nodeOf('a', [], { line: 9 })]);
    const problems = checkDag(dag);
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [
        ['dag-duplicate-id', 9],
        ['dag-self-reference', 4],
        ['dag-unknown-dependency', 4],
      ],
    );
    assert.match(problems[0]!.message, /line 4/);
  });

  it('shows a circle as a path, once', () => {
    const dag = dagOf([nodeOf('a', ['b']), nodeOf('b', ['c']), nodeOf('c', ['a']), nodeOf('d', ['a'])]);
    const [problem, ...others] = checkDag(dag);
    assert.deepEqual([problem?.code, problem?.severity, others.length], ['dag-cycle', 'error', 0]);
    assert.equal(cyclesOf(dag).length, 1);
    assert.deepEqual([...cyclesOf(dag)[0]!].sort(), ['a', 'b', 'c']);
    assert.deepEqual(topologicalLevels(dag), []);
  });

  it('nodes outside of a circle keep their level', () => {
    const dag = dagOf([nodeOf('x'), nodeOf('a', ['b', 'x']), nodeOf('b', ['a']), nodeOf('y', ['x'])]);
    assert.deepEqual(topologicalLevels(dag), [['x'], ['y']]);
  });

  it('groups: unknown tasks, other levels, shared files, untrue conflict_free', () => {
    const nodes = [nodeOf('a', [], { files: ['f'] }), nodeOf('b', [], { files: ['f'] }), nodeOf('c', ['a'])];
    assert.deepEqual(codes(dagOf(nodes, [group('g', ['a', 'nope'])])), ['dag-unknown-task']);
    assert.deepEqual(codes(dagOf(nodes, [group('g', ['a', 'c'])])), ['dag-group-levels']);
    assert.deepEqual(codes(dagOf(nodes, [group('g', ['a', 'b'], { conflictFree: true })])), [
      'dag-not-conflict-free',
    ]);
    assert.deepEqual(codes(dagOf(nodes, [group('g', ['a', 'b'], { conflictFree: false })])), [
      'dag-no-strategy',
    ]);
    assert.deepEqual(
      codes(
        dagOf(nodes, [group('g', ['a', 'b'], { conflictFree: false, coordinationStrategy: 'file_lock' })]),
      ),
      [],
    );
    assert.deepEqual(codes(dagOf(nodes, [group('g', ['a']), group('g', ['a'])])), [
      'dag-duplicate-group',
      'dag-task-in-two-groups',
    ]);
  });

  it('ids that the plan does not know are worth knowing, if the plan has ids', () => {
    const dag = dagOf([nodeOf('1.1'), nodeOf('9.9')]);
    assert.deepEqual(codes(dag, planOf('  ')), ['dag-task-not-in-plan']);
    const unnumbered = taskOf('phase/a', 'todo', { number: undefined });
    assert.deepEqual(codes(dag, planOf(phaseOf('1', [unnumbered]))), []);
  });

  it('ready: to do, and everything before it done or skipped', () => {
    const dag = dagOf([
      nodeOf('a'),
      nodeOf('b', ['a']),
      nodeOf('c', ['b']),
      nodeOf('d', ['nope']),
      nodeOf('e'),
    ]);
    const markers: Record<string, 'done' | 'skipped' | 'doing' | 'todo'> = {
      a: 'done',
      b: 'skipped',
      c: 'todo',
      e: 'doing',
    };
    assert.deepEqual(
      readyNodes(dag, (id) => markers[id]),
      ['c'],
    );
    assert.deepEqual(
      readyNodes(dag, () => undefined),
      ['a', 'e'],
    );
  });

  it('many problems of one kind are summed up', () => {
    const dag = dagOf(Array.from({ length: 500 }, (_, i) => nodeOf(`n${i}`, ['nope'])));
    const problems = checkDag(dag);
    assert.equal(problems.length, 21);
    assert.match(problems.at(-1)!.message, /480 more/);
  });

  it('a chain and a circle of 100,000 nodes do not exhaust the stack', function () {
    // Generous: machines that run tests are busy.
    this.timeout(60_000);
    const size = 100_000;
    const chain = dagOf(Array.from({ length: size }, (_, i) => nodeOf(`${i}`, i > 0 ? [`${i - 1}`] : [])));
    assert.equal(topologicalLevels(chain).length, size);
    assert.deepEqual(cyclesOf(chain), []);
    const circle = dagOf(Array.from({ length: size }, (_, i) => nodeOf(`${i}`, [`${(i + 1) % size}`])));
    assert.equal(cyclesOf(circle)[0]?.length, size);
    assert.ok(checkDag(circle)[0]!.message.length < 400);
  });

  it('every node is on a level or cannot start because of a circle; levels respect every dependency', () => {
    const dagArbitrary = fc
      .array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 10 })
      .map((edges) => dagOf(edges.map((to, i) => nodeOf(`${i}`, to.map(String)))));
    fc.assert(
      fc.property(dagArbitrary, (dag) => {
        const levels = topologicalLevels(dag);
        const levelOf = new Map(levels.flatMap((ids, level) => ids.map((id) => [id, level] as const)));
        for (const node of dag.nodes) {
          const level = levelOf.get(node.id);
          const known = node.dependsOn.filter(
            (id) => id !== node.id && dag.nodes.some((other) => other.id === id),
          );
          if (level === undefined) assert.ok(known.some((id) => levelOf.get(id) === undefined));
          else for (const id of known) assert.ok(levelOf.get(id)! < level);
        }
        assert.equal(
          cyclesOf(dag).some((c) => c.length > 1),
          levelOf.size < dag.nodes.length,
        );
        for (const cycle of cyclesOf(dag)) {
          cycle.forEach((id, i) => {
            const next = cycle[(i + 1) % cycle.length]!;
            assert.ok(dag.nodes.find((node) => node.id === id)!.dependsOn.includes(next), `${id} → ${next}`);
          });
        }
      }),
    );
  });
});
