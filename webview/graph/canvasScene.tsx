import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { accessibleName } from './boxContent';
import { sizeOf, type Drawing } from './drawing';
import type { Look } from './look';
import { paintScene } from './painter';
import type { Palette } from './palette';
import { nodesIn, type Scene } from './scene';

/** So many of the boxes in view are listed for screen readers; the arrows lead to all others. */
const mostListed = 100;

/**
 * The scene on a canvas, for views with more boxes than SVG can move. Beside it stands a list of buttons that nobody sees,
 * one for each box in view: they hold the keyboard's focus, and tell screen readers what is there.
 */
export function CanvasScene({
  scene,
  look,
  drawing,
  palette,
}: {
  scene: Scene;
  look: Look;
  drawing: Drawing;
  palette: Palette;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [ring, setRing] = useState(false);

  useLayoutEffect(() => {
    const at = canvas.current;
    const pen = at?.getContext('2d');
    if (!at || !pen) return;
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = sizeOf(drawing);
    at.width = Math.ceil(width * ratio);
    at.height = Math.ceil(height * ratio);
    at.style.width = `${at.width / ratio}px`;
    at.style.height = `${at.height / ratio}px`;
    const { region, zoom, detail, rough } = drawing;
    const scale = zoom * ratio;
    pen.setTransform(scale, 0, 0, scale, -region.left * scale, -region.top * scale);
    paintScene(pen, scene, { region, detail, look, palette, ring, rough });
  }, [scene, look, palette, drawing, ring]);

  const listed = useMemo(() => nodesIn(scene, drawing.region).slice(0, mostListed), [scene, drawing]);
  const { model } = scene;
  const { focused } = look;
  const items =
    focused === undefined || listed.includes(focused) || focused >= model.nodes.length
      ? listed
      : [...listed, focused];
  const onPath = new Set(model.critical);
  const inConflict = new Set(model.conflicts.flatMap(({ a, b }) => [a, b]));
  return (
    <>
      <canvas ref={canvas} class="dag" aria-hidden="true" />
      <ul
        class="vh"
        aria-label={`Task graph, ${model.summary.tasks} ${model.summary.groups}; the tasks in view`}
        onFocusIn={({ target }) => setRing(target instanceof Element && target.matches(':focus-visible'))}
        onFocusOut={() => setRing(false)}
      >
        {items
          .filter((i) => i < model.nodes.length)
          .map((i) => (
            <li key={model.nodes[i]!.id}>
              <button
                type="button"
                data-i={i}
                tabIndex={focused === i ? 0 : -1}
                aria-pressed={look.selected === i}
              >
                {accessibleName(model, i, { critical: onPath.has(i), conflict: inConflict.has(i) })}
              </button>
            </li>
          ))}
      </ul>
    </>
  );
}
