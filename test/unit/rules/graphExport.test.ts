import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cutToWidth, plainLine } from '../../../src/rules/exportText';
import { taskGraphDot, taskGraphMermaid } from '../../../src/rules/graphExport';
import { taskGraphSvg } from '../../../src/rules/graphSvg';
import { taskGraphOf, type TaskGraph } from '../../../src/rules/taskGraph';
import { layoutTaskGraph } from '../../../src/rules/taskGraphLayout';
import { estimateMinutes } from '../../../src/rules/taskGraph/estimate';
import { busOf, dagOf, nodeOf, phaseOf, planOf, taskOf, trackOf } from './builders';

/** A small graph with one of each: a group, a conflict, a circle, a ghost, a running task, a critical path. */
function sampleGraph(
  names: readonly string[] = ['Create store', 'Build resolver', 'Wire together', 'Ship'],
): TaskGraph {
  const [a = '', b = '', c = '', d = ''] = names;
  const dag = dagOf(
    [
      nodeOf('1.1', [], { name: a, files: ['src/a.ts'] }),
      nodeOf('1.2', [], { name: b, files: ['src/a.ts'] }),
      nodeOf('1.3', ['1.1', '1.2', 'gone'], { name: c }),
      nodeOf('1.4', ['1.4', '1.1'], { name: d }),
    ],
    [{ id: 'pg-1', tasks: ['1.1', '1.2'], conflictFree: true, sharedResources: [], line: 9 }],
  );
  const tasks = [
    taskOf('1.1', 'done', { commit: 'abc1234' }),
    taskOf('1.2', 'doing'),
    taskOf('1.3', 'todo'),
    taskOf('1.4', 'todo'),
  ];
  const workers = [{ workerId: 'code-worker-2', taskId: '1.2', status: 'RUNNING', progress: 62 }];
  return taskGraphOf(trackOf({ plan: { ...planOf(phaseOf('1', tasks)), dag }, bus: busOf({ workers }) }));
}

const hostile = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '"quoted" \'single\' & \\ back`tick` %d #35; ]]> --> {x} [y] (z) | ; //',
  'שלום עולם \u202Ereversed\u202C العربية\nsecond\r\nline\u2028third\ttab\u0000null',
  `${'long name '.repeat(50)}${'\u{1F469}\u200D\u{1F4BB}'.repeat(5)}\uD800`,
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...hostile),
);

describe('the graph as SVG', () => {
  it('draws every node, edge, lane and conflict, with what they are as classes and words', () => {
    const graph = sampleGraph();
    const svg = taskGraphSvg(graph, layoutTaskGraph(graph), 'Login');
    const elements = elementsOf(svg);
    const withClass = (name: string): Element[] => elements.filter((e) => e.classes.includes(name));
    assert.equal(withClass('node').length, 5);
    assert.equal(withClass('edge').length, 5);
    assert.equal(withClass('tip').length, 5);
    assert.equal(withClass('lane').length, graph.lanes.length);
    assert.equal(withClass('conflict').length, 1);
    assert.equal(withClass('cycle').length, 2);
    assert.equal(withClass('critical').length, 2);
    assert.equal(withClass('ghost').length, 1);
    assert.equal(withClass('running').length, 1);
    for (const text of [
      'Create store',
      'Running, 62 %',
      'Done',
      'abc1234',
      'Not in the plan',
      'pg-1',
      '1 of 2 done',
      'File conflict',
    ]) {
      assert.ok(svg.includes(text), text);
    }
    assert.match(svg, /<title>1\.3 Wire together\nBlocked\n1\.2 is running at 62 % \(code-worker-2\)/);
  });

  it('is well-formed and reaches nothing outside, whatever the names are', () => {
    const check = (names: readonly string[], title: string): void => {
      const graph = sampleGraph(names);
      const elements = elementsOf(taskGraphSvg(graph, layoutTaskGraph(graph), title));
      const allowed = new Set(['svg', 'title', 'style', 'rect', 'text', 'g', 'path']);
      for (const { name, attributes } of elements) {
        assert.ok(allowed.has(name), name);
        for (const key of attributes) assert.ok(!/^on|href|style/.test(key), key);
      }
    };
    check(hostile, hostile.join(''));
    fc.assert(fc.property(fc.array(anyText, { minLength: 4, maxLength: 4 }), anyText, check));
  });

  it('cuts a long name in the box, and keeps it whole as the title', () => {
    const long = 'Reconcile the payments of the last quarter '.repeat(12).trim();
    const graph = sampleGraph([long]);
    const svg = taskGraphSvg(graph, layoutTaskGraph(graph), 'Login');
    assert.ok(svg.includes(`<title>1.1 ${long}\n`));
    const shown = /<text class="name"[^>]*>([^<]*)</.exec(svg)![1]!;
    assert.ok(shown.endsWith('…') && shown.length < 40, shown);
  });

  it('is a picture of nothing for an empty graph', () => {
    const graph = taskGraphOf(trackOf({ documents: {} }));
    assert.ok(elementsOf(taskGraphSvg(graph, layoutTaskGraph(graph), 'Empty')).length > 0);
  });
});

describe('the graph as Mermaid', () => {
  it('has lanes, states, thick critical edges, circles and conflicts', () => {
    const lines = taskGraphMermaid(sampleGraph()).split('\n');
    assert.equal(lines[0], 'flowchart TD');
    for (const line of [
      '  subgraph lane1["pg-1"]',
      '    n0["1.1 Create store<br/>Done"]:::done',
      '    n1["1.2 Build resolver<br/>Running, 62 %"]:::running',
      '    n4(["gone<br/>Not in the plan"]):::waiting',
      '  n0 ==> n2',
      '  n1 --> n2',
      '  n3 -. circle .-> n3',
      '  n0 -. same file .- n1',
    ]) {
      assert.ok(lines.includes(line), `${line} in\n${lines.join('\n')}`);
    }
    assert.ok(lines.some((line) => line.startsWith('  classDef running ')));
  });

  it('dots the arrows of a graph that follows from order alone', () => {
    const chart = taskGraphMermaid({
      ...taskGraphOf(trackOf({ plan: planOf('  ') })),
      criticalPath: emptyPath,
    });
    assert.match(chart, /n0 -\.-> n1/);
  });

  it('brings any name through, as letters or as entity codes, on one line', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const chart = taskGraphMermaid(sampleGraph([name]));
        const label = /^ {4}n0\["(.*)<br\/>Done"\]:::done$/m.exec(chart)![1]!;
        assert.match(label, /^[\p{L}\p{M}\p{N} .,:/_()#;-]*$/u);
        const decoded = label.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
        assert.equal(decoded, plainLine(`1.1 ${name}`));
      }),
    );
  });
});

describe('the graph as DOT', () => {
  it('has lanes as clusters, states, thick critical edges, circles and conflicts', () => {
    const dot = taskGraphDot(sampleGraph(), 'Login "v2"');
    assert.match(dot, /^digraph "Login \\"v2\\"" \{\n/);
    assert.match(dot, /label="pg-1";/);
    assert.match(dot, /n1 \[label="1\.2 Build resolver\\nRunning, 62 %"/);
    assert.match(dot, /n0 -> n2 \[penwidth=2\.5/);
    assert.match(dot, /n3 -> n3 \[color="#c62828", label="circle"/);
    assert.match(dot, /n0 -> n1 \[dir=none, style=dotted/);
    assert.ok(dot.endsWith('}\n'));
  });

  it('brings any name through as one quoted string', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const dot = taskGraphDot(sampleGraph([name]), name);
        const quoted = /^ {4}n0 \[label="((?:[^"\\]|\\.)*)", fillcolor="#e6f4ea", color="#2e7d32"\];$/m.exec(
          dot,
        )![1]!;
        const written = quoted.replace(/\\nDone$/, '').replace(/\\(["\\])/g, '$1');
        assert.equal(written, plainLine(`1.1 ${name}`));
      }),
    );
  });
});

describe('text for exports', () => {
  it('cuts between letters, not inside them', () => {
    assert.equal(cutToWidth('short', 100, 13), 'short');
    const family = '\u{1F469}\u200D\u{1F469}\u200D\u{1F467}';
    assert.equal(cutToWidth(family.repeat(20), 60, 13), `${family.repeat(3)}…`);
    assert.equal(cutToWidth('日本語'.repeat(10), 60, 13), '日本語…');
  });

  it('reads estimates as people write them', () => {
    const cases: [string | undefined, number | undefined][] = [
      ['30m', 30],
      ['1h 30m', 90],
      ['1.5 hours', 90],
      ['1,5h', 90],
      ['2-3h', 180],
      ['~45 min', 45],
      ['2 days', 960],
      ['1w', 2400],
      ['20', 20],
      ['soon', undefined],
      ['3 months', undefined],
      ['', undefined],
      [undefined, undefined],
    ];
    for (const [text, minutes] of cases) assert.equal(estimateMinutes(text), minutes, text);
  });
});

const emptyPath = { ids: [], by: 'count', total: 0, left: 0, assumed: 0 } as const;

interface Element {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly classes: readonly string[];
}

/** The elements of an XML text. Fails where it is not well-formed. */
function elementsOf(xml: string): Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  assert.doesNotMatch(xml, /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/u);
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let at = 0;
  for (let match = token.exec(xml); match; match = token.exec(xml)) {
    at = token.lastIndex;
    const [whole, close, name, attributes = '', empty, text] = match;
    assert.doesNotMatch(text ?? attributes, /&(?!(?:amp|lt|gt|quot|#39);)/, whole);
    if (name === undefined) continue;
    if (close === '/') {
      assert.equal(open.pop(), name);
      continue;
    }
    const list = [...attributes.matchAll(/ ([a-zA-Z:-]+)="([^"]*)"/g)];
    elements.push({
      name,
      attributes: list.map(([, key = '']) => key),
      classes: (list.find(([, key]) => key === 'class')?.[2] ?? '').split(' '),
    });
    if (empty !== '/') open.push(name);
  }
  assert.equal(at, xml.length, `not XML at ${at}: ${xml.slice(at, at + 80)}`);
  assert.deepEqual(open, []);
  return elements;
}
