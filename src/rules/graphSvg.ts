import { cutToWidth, xmlText } from './exportText';
import { onCriticalPath, stateText } from './graphExport';
import { edgePath } from './layout/edgePath';
import type { GraphLayout, PlacedEdge, PlacedNode, Point } from './layout/graphLayout';
import type { TaskGraph, TaskLane, TaskNode, TaskState } from './taskGraph';

/** Space around the picture, for the names of the lanes on the left, and for the title. */
const edgeSpace = 24;
const labelWidth = 132;
const titleHeight = 40;

/** What a state looks like beside its word. */
const signs: Readonly<Record<TaskState, string>> = {
  done: '✓',
  running: '↻',
  ready: '▷',
  blocked: '⊘',
  waiting: '○',
  failed: '✕',
  skipped: '↷',
};

/** Small, neutral, and dark where the reader's system is. Classes tell what each thing is to whoever styles it anew. */
const style = `
svg{--page:#fff;--text:#1f1f1f;--muted:#5f5f5f;--line:#8a8a8a;--band:#f5f5f5;--box:#fff;--done:#2e7d32;--running:#1565c0;--bad:#c62828;--warn:#9a5b00}
@media (prefers-color-scheme:dark){svg{--page:#1f1f1f;--text:#ddd;--muted:#a3a3a3;--line:#858585;--band:#262626;--box:#2b2b2b;--done:#81c784;--running:#64b5f6;--bad:#ef7d78;--warn:#e0b050}}
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--text)}
.page{fill:var(--page)}
.title{font-size:18px;font-weight:600}
.id{font-family:ui-monospace,Consolas,monospace;font-weight:600}
.meta{font-size:11px;fill:var(--muted)}
.lane.odd{fill:var(--band)}
.lane.even{fill:none}
.box{fill:var(--box);stroke:var(--line)}
.running .box{stroke:var(--running)}
.blocked .box,.failed .box{stroke:var(--bad)}
.blocked .box,.ghost .box{stroke-dasharray:4 3}
.done .sign{fill:var(--done)}
.running .sign{fill:var(--running)}
.blocked .sign,.failed .sign{fill:var(--bad)}
.edge{fill:none;stroke:var(--line);stroke-width:1.25}
.tip{fill:var(--line)}
.edge.critical{stroke:var(--text);stroke-width:2.5}
.tip.critical{fill:var(--text)}
.edge.cycle{stroke:var(--bad);stroke-dasharray:6 3}
.tip.cycle{fill:var(--bad)}
.conflict{fill:none;stroke:var(--warn);stroke-width:1.5;stroke-dasharray:2 4}
`.trim();

/**
 * The graph as an SVG picture that stands by itself: no script, no reference to anything outside. Names that are too
 * long are cut; the whole name is the title of its box.
 */
export function taskGraphSvg(graph: TaskGraph, layout: GraphLayout, title: string): string {
  const critical = onCriticalPath(graph);
  const left = edgeSpace + (graph.lanes.length > 0 ? labelWidth : 0);
  const top = edgeSpace + titleHeight;
  const width = Math.ceil(left + layout.width + edgeSpace);
  const height = Math.ceil(top + layout.height + edgeSpace);
  const placed = new Map(layout.nodes.map((node) => [node.id, node]));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${xmlText(title)}">`,
    `<title>${xmlText(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="title" x="${edgeSpace}" y="${edgeSpace + 18}">${xmlText(cutToWidth(title, width - 2 * edgeSpace, 18))}</text>`,
    ...layout.lanes.map(({ lane, y, height: laneHeight }, i) =>
      laneSvg(graph.lanes[lane], i, top + y, laneHeight, width),
    ),
    `<g transform="translate(${left} ${top})">`,
    ...graph.conflicts.map(({ tasks: [a, b], files }) =>
      conflictSvg(placed.get(a), placed.get(b), `${a} and ${b} share ${files.join(', ')}`),
    ),
    ...layout.edges.map((edge) => edgeSvg(edge, critical(edge))),
    ...graph.nodes.map((node) => nodeSvg(node, placed.get(node.id))),
    '</g>',
    '</svg>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

function laneSvg(lane: TaskLane | undefined, i: number, y: number, height: number, width: number): string {
  const band = `<rect class="lane ${i % 2 === 0 ? 'odd' : 'even'}" x="0" y="${y}" width="${width}" height="${height}"/>`;
  if (!lane) return band;
  const lines = [
    `${lane.done} of ${lane.total} done`,
    ...(lane.conflicts.length > 0 ? ['File conflict'] : lane.conflictFree === true ? ['Conflict-free'] : []),
  ];
  return [
    band,
    `<text class="id" x="${edgeSpace}" y="${y + 48}">${xmlText(cutToWidth(lane.label, labelWidth - 12, 13))}<title>${xmlText(lane.label)}</title></text>`,
    ...lines.map((line, n) => `<text class="meta" x="${edgeSpace}" y="${y + 68 + 18 * n}">${line}</text>`),
  ].join('\n');
}

function nodeSvg(node: TaskNode, at: PlacedNode | undefined): string {
  if (!at) return '';
  const { x, y, width, height } = at;
  const id = cutToWidth(node.id, width * 0.4, 13);
  const nameX = x + 12 + [...id].length * 8 + 8;
  const end = node.commit ?? node.worker ?? '';
  const whole = [`${node.id} ${node.name}`, stateText(node), ...node.blockedBy.map(({ because }) => because)];
  return [
    `<g class="node ${node.state}${node.ghost ? ' ghost' : ''}">`,
    `<title>${whole.map(xmlText).join('\n')}</title>`,
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`,
    `<text class="id" x="${x + 12}" y="${y + 25}">${xmlText(id)}</text>`,
    node.name === node.id
      ? ''
      : `<text class="name" x="${nameX}" y="${y + 25}">${xmlText(cutToWidth(node.name, x + width - 12 - nameX, 13))}</text>`,
    `<text class="sign" x="${x + 12}" y="${y + 49}" aria-hidden="true">${signs[node.state]}</text>`,
    `<text class="meta" x="${x + 30}" y="${y + 48}">${stateText(node)}</text>`,
    end === ''
      ? ''
      : `<text class="meta id" x="${x + width - 12}" y="${y + 48}" text-anchor="end">${xmlText(cutToWidth(end, 120, 11))}</text>`,
    '</g>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function edgeSvg({ from, to, points, closesCycle }: PlacedEdge, critical: boolean): string {
  const kind = closesCycle ? ' cycle' : critical ? ' critical' : '';
  const [x, y] = points.at(-1)!;
  const [beforeX, beforeY] = points.at(-2)!;
  // The tip lies in the direction in which the line arrives: upright, or sideways where the line is level.
  const [dx, dy] = beforeY === y ? [Math.sign(x - beforeX), 0] : [0, Math.sign(y - beforeY)];
  const size = critical ? 9 : 8;
  const base: Point = [x - dx * size, y - dy * size];
  const half = size / 2;
  const corners = [
    [x, y],
    [base[0] + dy * half, base[1] + dx * half],
    [base[0] - dy * half, base[1] - dx * half],
  ];
  return [
    `<path class="edge${kind}" d="${edgePath([...points.slice(0, -1), base])}"><title>${xmlText(`${from} → ${to}`)}</title></path>`,
    `<path class="tip${kind}" d="M${corners.map(([cx, cy]) => `${cx} ${cy}`).join(' L')} Z"/>`,
  ].join('\n');
}

function conflictSvg(a: PlacedNode | undefined, b: PlacedNode | undefined, title: string): string {
  if (!a || !b) return '';
  const [left, right] = a.x <= b.x ? [a, b] : [b, a];
  const apart = left.x + left.width <= right.x;
  const from: Point = [apart ? left.x + left.width : left.x + left.width / 2, left.y + left.height / 2];
  const to: Point = [apart ? right.x : right.x + right.width / 2, right.y + right.height / 2];
  return `<path class="conflict" d="M${from.join(' ')} L${to.join(' ')}"><title>${xmlText(title)}</title></path>`;
}
