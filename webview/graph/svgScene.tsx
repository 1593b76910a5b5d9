import { useMemo } from 'preact/hooks';
import { icons } from '../ui/icons';
import { accessibleName } from './boxContent';
import { sizeOf, type Drawing } from './drawing';
import { edgeSvg } from './edgeShape';
import { edgeKind, edgeKinds, isStrong, type Detail, type Look } from './look';
import { NodeBox } from './nodeBox';
import { conflictsIn, edgesIn, nodesIn, type Region, type Scene } from './scene';
import type { Fonts } from './textFit';

/** The part of the scene that the drawing covers, as SVG. */
export function SvgScene({
  scene,
  look,
  drawing,
  fonts,
}: {
  scene: Scene;
  look: Look;
  drawing: Drawing;
  fonts: Fonts;
}) {
  const { region, detail } = drawing;
  const { width, height } = sizeOf(drawing);
  const { model } = scene;
  const nodes = useMemo(() => {
    const found = nodesIn(scene, region);
    // The keyboard must not lose its place.
    const { focused } = look;
    return focused === undefined || found.includes(focused) || focused >= model.nodes.length
      ? found
      : [...found, focused];
  }, [scene, region, look.focused]);
  const inConflict = useMemo(() => new Set(model.conflicts.flatMap(({ a, b }) => [a, b])), [scene]);
  const onPath = useMemo(() => new Set(model.critical), [scene]);
  return (
    <svg
      class="dag"
      width={width}
      height={height}
      viewBox={`${region.left} ${region.top} ${region.right - region.left} ${region.bottom - region.top}`}
      role="group"
      aria-label={`Task graph, ${model.summary.tasks} ${model.summary.groups}`}
    >
      <g>
        <Edges scene={scene} look={look} region={region} detail={detail} />
        {conflictsIn(scene, region).map(({ conflict, points, pin: [x, y] }) => (
          <g class="is-warn" role="img" aria-label={conflict.text} key={`${conflict.a} ${conflict.b}`}>
            <title>{conflict.text}</title>
            <path class="gedge conf" d={conflictPath(points)} />
            <circle class="pin" cx={x} cy={y} r={12} />
            <text aria-hidden="true" class="ci s" x={x - 7} y={y + 6.5}>
              {icons.warning}
            </text>
          </g>
        ))}
        {nodes.map((i) => {
          const node = model.nodes[i]!;
          return (
            <NodeBox
              key={node.id}
              node={node}
              i={i}
              label={accessibleName(model, i, { critical: onPath.has(i), conflict: inConflict.has(i) })}
              width={model.box.width}
              height={model.box.height}
              fonts={fonts}
              detail={detail}
              selected={look.selected === i}
              focused={look.focused === i}
              dim={look.dim?.[i] === 1}
              match={look.matches?.has(i) ?? false}
            />
          );
        })}
      </g>
    </svg>
  );
}

/** All edges of a kind are one path: a thousand elements would take too long to draw. */
function Edges({
  scene,
  look,
  region,
  detail,
}: {
  scene: Scene;
  look: Look;
  region: Region;
  detail: Detail;
}) {
  const byKind = useMemo(() => {
    const kinds = new Map(edgeKinds.map((kind) => [kind, { line: '', tip: '' }]));
    for (const edge of edgesIn(scene, region)) {
      const kind = edgeKind(edge, scene, look);
      const paths = kinds.get(kind)!;
      const { line, tip } = edgeSvg(edge, isStrong(kind));
      paths.line += line;
      if (detail !== 'block') paths.tip += tip;
    }
    return kinds;
  }, [scene, look, region, detail]);
  return (
    <>
      {edgeKinds.map((kind) => {
        const { line, tip } = byKind.get(kind)!;
        if (line === '') return null;
        return (
          <g key={kind}>
            <path class={`gedge ${kind}`} d={line} />
            <path class={`gtip ${kind}`} d={tip} />
          </g>
        );
      })}
    </>
  );
}

function conflictPath(points: readonly number[]): string {
  const [x, y, ...rest] = points;
  return rest.length === 2 ? `M${x} ${y} L${rest.join(' ')}` : `M${x} ${y} C${rest.join(' ')}`;
}
