import type { GraphEdge, GraphNode } from '../../src/shared/graphModel';
import { icons } from '../ui/icons';
import { boxContent, signOf, type BoxMark } from './boxContent';
import { edgeShape, traceEdge } from './edgeShape';
import { edgeKind, edgeKinds, isStrong, type Detail, type EdgeKind, type Look } from './look';
import type { Palette } from './palette';
import { conflictsIn, edgesIn, nodesIn, type Region, type Scene } from './scene';
import { cutToFit, isolated } from './textFit';

/** More edges than this in view are drawn as straight lines: nobody can follow their bends. */
const mostBends = 3_000;
const mostRoughBends = 1_000;
/** Of more edges than this in view only a part is drawn while something moves. */
const mostRough = 2_000;

/**
 * Draws a region of the scene on a canvas whose unit is a px of the picture. The only painter: for the view of large
 * graphs and for PNG.
 */
export function paintScene(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  o: { region: Region; detail: Detail; look: Look; palette: Palette; ring: boolean; rough: boolean },
): void {
  const { region, detail, look } = o;
  paintEdges(pen, scene, o);
  if (detail !== 'block') paintConflicts(pen, scene, o);
  const nodes = nodesIn(scene, region);
  if (detail === 'block') paintBlocks(pen, scene, nodes, o);
  else for (const i of nodes) paintBox(pen, scene, i, o);
  const { selected, focused } = look;
  if (detail === 'block' && selected !== undefined && nodes.includes(selected))
    outline(pen, scene, selected, 4, 24, o.palette.focus);
  if (o.ring && focused !== undefined && nodes.includes(focused))
    outline(pen, scene, focused, detail === 'block' ? 40 : 3, detail === 'block' ? 16 : 1, o.palette.focus);
}

interface Strokes {
  readonly colour: string;
  readonly width: number;
  readonly alpha: number;
  readonly dashes: readonly number[];
}

function strokesOf(kind: EdgeKind, palette: Palette): Strokes {
  switch (kind) {
    case 'dim':
      return { colour: palette.path, width: 1.25, alpha: 0.15, dashes: [] };
    case 'plain':
      return { colour: palette.path, width: 1.25, alpha: 0.6, dashes: [] };
    case 'implied':
      return { colour: palette.path, width: 1.25, alpha: 0.6, dashes: [1, 3] };
    case 'turn':
      return { colour: palette.path, width: 1.25, alpha: 0.6, dashes: [6, 4] };
    case 'back':
      return { colour: palette.tones.bad, width: 1.5, alpha: 1, dashes: [6, 4] };
    case 'crit':
      return { colour: palette.path, width: 2.5, alpha: 1, dashes: [] };
    case 'block':
      return { colour: palette.tones.bad, width: 2.5, alpha: 1, dashes: [] };
  }
}

function paintEdges(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  {
    region,
    detail,
    look,
    palette,
    rough,
  }: { region: Region; detail: Detail; look: Look; palette: Palette; rough: boolean },
): void {
  const byKind = new Map<EdgeKind, GraphEdge[]>(edgeKinds.map((kind) => [kind, []]));
  const edges = edgesIn(scene, region);
  const each = rough ? Math.ceil(edges.length / mostRough) : 1;
  edges.forEach((edge, e) => {
    const kind = edgeKind(edge, scene, look);
    if (e % each === 0 || isStrong(kind)) byKind.get(kind)!.push(edge);
  });
  const straight = edges.length > (rough ? mostRoughBends : mostBends);
  // Thin lines stay as thin as a px of the screen allows.
  const least = 1 / pen.getTransform().a;
  for (const kind of edgeKinds) {
    const of = byKind.get(kind)!;
    if (of.length === 0) continue;
    const strong = isStrong(kind);
    const { colour, width, alpha, dashes } = strokesOf(kind, palette);
    // Thousands of lines at once would hide the boxes.
    pen.globalAlpha = straight && !strong ? alpha / 2 : alpha;
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = Math.max(width, strong ? least * 1.5 : least * 0.7);
    pen.setLineDash(straight ? [] : [...dashes]);
    pen.beginPath();
    if (straight) {
      for (const { points } of of) {
        pen.moveTo(points[0]!, points[1]!);
        pen.lineTo(points[points.length - 2]!, points[points.length - 1]!);
      }
    } else for (const edge of of) traceEdge(pen, edgeShape(edge, strong));
    pen.stroke();
    if (detail === 'block') continue;
    pen.beginPath();
    for (const edge of of) {
      const [a, b, c] = edgeShape(edge, strong).tip;
      pen.moveTo(a[0], a[1]);
      pen.lineTo(b[0], b[1]);
      pen.lineTo(c[0], c[1]);
    }
    pen.fill();
  }
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

function paintConflicts(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  { region, palette }: { region: Region; palette: Palette },
): void {
  for (const { points, pin } of conflictsIn(scene, region)) {
    const [x, y, ...rest] = points as [number, number, ...number[]];
    pen.strokeStyle = palette.tones.warn;
    pen.lineWidth = 1.5;
    pen.lineCap = 'round';
    pen.setLineDash([2, 4]);
    pen.beginPath();
    pen.moveTo(x, y);
    if (rest.length === 2) pen.lineTo(rest[0]!, rest[1]!);
    else pen.bezierCurveTo(...(rest as [number, number, number, number, number, number]));
    pen.stroke();
    pen.setLineDash([]);
    pen.lineCap = 'butt';
    pen.lineWidth = 1;
    pen.fillStyle = palette.page;
    pen.beginPath();
    pen.arc(pin[0], pin[1], 12, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    pen.fillStyle = palette.tones.warn;
    pen.font = palette.fonts.pin;
    pen.fillText(icons.warning, pin[0] - 7, pin[1] + 6.5);
  }
}

/** From far away a box is its state's colour. */
function paintBlocks(
  pen: CanvasRenderingContext2D,
  { model: { nodes, box } }: Scene,
  of: readonly number[],
  { look, palette }: { look: Look; palette: Palette },
): void {
  const byColour = new Map<string, GraphNode[]>();
  for (const i of of) {
    const node = nodes[i]!;
    const key = `${look.dim?.[i] === 1 ? 0.25 : 1} ${palette.tones[signOf(node).tone]}`;
    const known = byColour.get(key);
    if (known) known.push(node);
    else byColour.set(key, [node]);
  }
  for (const [key, group] of byColour) {
    const space = key.indexOf(' ');
    pen.globalAlpha = Number(key.slice(0, space));
    pen.fillStyle = key.slice(space + 1);
    for (const { x, y } of group) pen.fillRect(x, y, box.width, box.height);
  }
  pen.globalAlpha = 1;
}

function paintBox(
  pen: CanvasRenderingContext2D,
  { model: { nodes, box } }: Scene,
  i: number,
  { detail, look, palette }: { detail: Detail; look: Look; palette: Palette },
): void {
  const node = nodes[i]!;
  const { x, y, state, ghost } = node;
  const selected = look.selected === i;
  pen.save();
  pen.translate(x, y);
  pen.globalAlpha = look.dim?.[i] === 1 ? 0.3 : 1;
  pen.fillStyle = selected ? palette.selected : palette.node;
  pen.strokeStyle = selected
    ? palette.focus
    : look.matches?.has(i)
      ? palette.match
      : state === 'running'
        ? palette.tones.running
        : state === 'blocked' || state === 'failed'
          ? palette.tones.bad
          : palette.box;
  pen.lineWidth = selected || look.matches?.has(i) ? 2 : 1;
  pen.setLineDash(selected ? [] : ghost ? [2, 3] : state === 'blocked' ? [5, 3] : []);
  if (node.stands !== undefined) {
    pen.beginPath();
    pen.moveTo(6, box.height);
    pen.lineTo(6, box.height + 4);
    pen.lineTo(box.width + 4, box.height + 4);
    pen.lineTo(box.width + 4, 6);
    pen.lineTo(box.width, 6);
    pen.stroke();
  }
  pen.beginPath();
  pen.roundRect(0, 0, box.width, box.height, 4);
  pen.fill();
  pen.stroke();
  pen.setLineDash([]);
  if (detail === 'full')
    for (const mark of boxContent(node, box.width, palette.fonts))
      paintMark(pen, mark, node, selected, palette);
  else paintTitle(pen, node, box.width, selected, palette);
  pen.restore();
}

function paintTitle(
  pen: CanvasRenderingContext2D,
  node: GraphNode,
  width: number,
  selected: boolean,
  palette: Palette,
): void {
  const { icon, tone } = signOf(node);
  pen.fillStyle = palette.tones[tone];
  pen.font = palette.fonts.icon.replace('14px', '32px');
  pen.fillText(icons[icon], 12, 47);
  pen.fillStyle = selected ? palette.selectedText : palette.text;
  pen.font = palette.fonts.id.replace('12px', '26px');
  const text = node.stands === undefined ? node.id : node.name;
  pen.fillText(isolated(cutToFit(text, (width - 64) / 2.2, palette.fonts.id)), 54, 42);
}

function paintMark(
  pen: CanvasRenderingContext2D,
  mark: BoxMark,
  node: GraphNode,
  selected: boolean,
  palette: Palette,
): void {
  const { fonts } = palette;
  switch (mark.kind) {
    case 'chip':
      pen.fillStyle = palette.badge;
      pen.beginPath();
      pen.roundRect(mark.x, mark.y, mark.width, mark.height, 4);
      pen.fill();
      pen.strokeStyle = palette.badgeLine;
      pen.lineWidth = 1;
      pen.stroke();
      return;
    case 'icon':
      pen.fillStyle = palette.tones[mark.tone];
      pen.font = fonts.icon;
      pen.fillText(mark.char, mark.x, mark.y);
      return;
    case 'text': {
      const quiet = mark.role === 'name' ? node.state === 'waiting' : mark.role !== 'id';
      pen.fillStyle =
        mark.role === 'worker'
          ? palette.badgeText
          : selected
            ? palette.selectedText
            : quiet
              ? palette.muted
              : palette.text;
      pen.font =
        mark.role === 'id'
          ? fonts.id
          : mark.role === 'name'
            ? fonts.name
            : mark.role === 'commit'
              ? fonts.smallMono
              : fonts.small;
      pen.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor === 'end' ? 'right' : 'left';
      pen.fillText(mark.text, mark.x, mark.y);
      pen.textAlign = 'left';
    }
  }
}

function outline(
  pen: CanvasRenderingContext2D,
  { model: { nodes, box } }: Scene,
  i: number,
  distance: number,
  width: number,
  colour: string,
): void {
  const { x, y } = nodes[i]!;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.roundRect(x - distance, y - distance, box.width + 2 * distance, box.height + 2 * distance, 6);
  pen.stroke();
}
