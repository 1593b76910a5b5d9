import { dotText, mermaidText } from './exportText';
import { taskStateWord, type TaskGraph, type TaskNode, type TaskState } from './taskGraph';

/** "1.1 Create data store" */
function titleOf({ id, name }: TaskNode): string {
  return name === id ? id : `${id} ${name}`;
}

/** Colours of the states where a format has no themes: fill and border. They are told by words, too. */
const colours: Readonly<Record<TaskState, readonly [fill: string, border: string]>> = {
  done: ['#e6f4ea', '#2e7d32'],
  running: ['#e3f0fc', '#1565c0'],
  ready: ['#ffffff', '#333333'],
  blocked: ['#fdecea', '#c62828'],
  waiting: ['#f5f5f5', '#8a8a8a'],
  failed: ['#fdecea', '#c62828'],
  skipped: ['#f5f5f5', '#8a8a8a'],
};

/**
 * The graph as a Mermaid flowchart: lanes as subgraphs, states as classes and words, the critical path with thick
 * arrows, dependencies that follow from order alone with dotted ones, file conflicts as dotted lines.
 */
export function taskGraphMermaid(graph: TaskGraph): string {
  const key = keysOf(graph);
  const critical = onCriticalPath(graph);
  const lines = ['flowchart TD'];
  const used = new Set<TaskState>();
  graph.lanes.forEach((lane, i) => {
    lines.push(`  subgraph lane${i}["${mermaidText(lane.label) || ' '}"]`);
    for (const id of lane.tasks) {
      const { node, name } = key.get(id)!;
      used.add(node.state);
      const [open, close] = node.ghost ? ['(["', '"])'] : ['["', '"]'];
      lines.push(
        `    ${name}${open}${mermaidText(titleOf(node))}<br/>${stateText(node)}${close}:::${node.state}`,
      );
    }
    lines.push('  end');
  });
  for (const edge of graph.edges) {
    const arrow = edge.closesCycle
      ? '-. circle .->'
      : critical(edge)
        ? '==>'
        : edge.kind === 'written'
          ? '-->'
          : '-.->';
    lines.push(`  ${key.get(edge.from)!.name} ${arrow} ${key.get(edge.to)!.name}`);
  }
  for (const { tasks } of graph.conflicts) {
    lines.push(`  ${key.get(tasks[0])!.name} -. same file .- ${key.get(tasks[1])!.name}`);
  }
  for (const state of used) {
    const [fill, border] = colours[state];
    const dashes = state === 'blocked' ? ',stroke-dasharray:4 3' : '';
    lines.push(`  classDef ${state} fill:${fill},stroke:${border},color:#222222${dashes}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The graph for Graphviz: lanes as clusters, otherwise as the Mermaid chart. */
export function taskGraphDot(graph: TaskGraph, title: string): string {
  const key = keysOf(graph);
  const critical = onCriticalPath(graph);
  const lines = [
    `digraph "${dotText(title)}" {`,
    '  rankdir=TB;',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];',
    '  edge [color="#666666"];',
  ];
  graph.lanes.forEach((lane, i) => {
    lines.push(`  subgraph cluster_${i} {`, `    label="${dotText(lane.label)}";`, '    color="#cccccc";');
    for (const id of lane.tasks) {
      const { node, name } = key.get(id)!;
      const [fill, border] = colours[node.state];
      const style = node.ghost || node.state === 'blocked' ? ', style="rounded,filled,dashed"' : '';
      lines.push(
        `    ${name} [label="${dotText(titleOf(node))}\\n${stateText(node)}", fillcolor="${fill}", color="${border}"${style}];`,
      );
    }
    lines.push('  }');
  });
  for (const edge of graph.edges) {
    const look = [
      ...(critical(edge) ? ['penwidth=2.5', 'color="#222222"'] : []),
      ...(edge.closesCycle ? ['color="#c62828"', 'label="circle"', 'constraint=false'] : []),
      ...(edge.kind === 'written' ? [] : ['style=dashed']),
    ];
    lines.push(
      `  ${key.get(edge.from)!.name} -> ${key.get(edge.to)!.name}${look.length > 0 ? ` [${look.join(', ')}]` : ''};`,
    );
  }
  for (const { tasks } of graph.conflicts) {
    lines.push(
      `  ${key.get(tasks[0])!.name} -> ${key.get(tasks[1])!.name} [dir=none, style=dotted, color="#b26a00", label="same file", constraint=false];`,
    );
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

/** Names that every format takes, whatever the ids are. */
function keysOf(graph: TaskGraph): Map<string, { readonly node: TaskNode; readonly name: string }> {
  return new Map(graph.nodes.map((node, i) => [node.id, { node, name: `n${i}` }]));
}

/** Whether an edge is a part of the critical path. */
export function onCriticalPath({
  criticalPath: { ids },
}: TaskGraph): (edge: { readonly from: string; readonly to: string }) => boolean {
  const next = new Map(ids.slice(1).map((id, i) => [ids[i]!, id]));
  return ({ from, to }) => next.get(from) === to;
}

/** "Running, 62 %"; harmless in any format. */
export function stateText({ state, progressPct, ghost }: TaskNode): string {
  if (ghost === 'missing') return 'Not in the plan';
  return state === 'running' && progressPct !== undefined
    ? `${taskStateWord[state]}, ${Math.round(progressPct)} %`
    : taskStateWord[state];
}
