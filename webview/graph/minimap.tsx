import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Look } from './look';
import { signOf } from './boxContent';
import type { Palette } from './palette';
import type { Scene } from './scene';
import type { Stage } from './stage';

const width = 158;
const height = 114;

/** The whole picture, small, with a frame around what is in view. Dragging moves the view. */
export function Minimap({
  scene,
  look,
  palette,
  stage,
}: {
  scene: Scene;
  look: Look;
  palette: Palette;
  stage: Stage;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<SVGRectElement>(null);
  const { model } = scene;
  const scale = Math.min((width - 12) / Math.max(1, model.width), (height - 12) / Math.max(1, model.height));
  const left = (width - model.width * scale) / 2;
  const top = (height - model.height * scale) / 2;

  useLayoutEffect(() => {
    const at = canvas.current;
    const pen = at?.getContext('2d');
    if (!at || !pen) return;
    const ratio = window.devicePixelRatio || 1;
    at.width = width * ratio;
    at.height = height * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    model.nodes.forEach((node, i) => {
      pen.globalAlpha = look.dim?.[i] === 1 ? 0.25 : 0.85;
      pen.fillStyle = look.selected === i ? palette.focus : palette.tones[signOf(node).tone];
      pen.fillRect(
        left + node.x * scale,
        top + node.y * scale,
        Math.max(1, model.box.width * scale),
        Math.max(1, model.box.height * scale),
      );
    });
  }, [scene, look.dim, look.selected, palette]);

  useLayoutEffect(
    () =>
      stage.watch(() => {
        const { region } = stage;
        const [x, y] = [Math.max(1, left + region.left * scale), Math.max(1, top + region.top * scale)];
        frame.current?.setAttribute('x', String(x));
        frame.current?.setAttribute('y', String(y));
        frame.current?.setAttribute(
          'width',
          String(Math.max(4, Math.min(width - 1, left + region.right * scale) - x)),
        );
        frame.current?.setAttribute(
          'height',
          String(Math.max(4, Math.min(height - 1, top + region.bottom * scale) - y)),
        );
      }),
    [stage, scene],
  );

  const moveTo = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const x = (event.clientX - box.left - left) / scale;
    const y = (event.clientY - box.top - top) / scale;
    stage.centre({ left: x, right: x, top: y, bottom: y }, stage.camera.zoom);
  };
  return (
    <div
      class="minimap"
      title="Overview. Drag to move the view."
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        moveTo(event);
      }}
      onPointerMove={moveTo}
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label="Overview of the graph, with a frame around what is in view"
      />
      <svg width={width} height={height} aria-hidden="true">
        <rect ref={frame} class="v" rx={1} />
      </svg>
    </div>
  );
}
