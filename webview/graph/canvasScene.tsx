import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { accessibleName } from './boxContent';
import { detailAt, type Look } from './look';
import { paintScene } from './painter';
import type { Palette } from './palette';
import { nodesIn, type Scene } from './scene';
import type { Stage } from './stage';

/** So many of the boxes in view are listed for screen readers; the arrows lead to all others. */
const mostListed = 100;

/**
 * The scene on a canvas, for views with more boxes than SVG can move. Beside it stands a list of buttons that nobody sees,
 * one for each box in view: they hold the keyboard's focus, and tell screen readers what is there.
 */
export function CanvasScene({
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
  const list = useRef<HTMLUListElement>(null);
  const [listed, setListed] = useState<readonly number[]>([]);

  useLayoutEffect(() => {
    let settled: ReturnType<typeof setTimeout> | undefined;
    const stop = stage.watch(({ x, y, zoom }, view) => {
      const at = canvas.current;
      const pen = at?.getContext('2d');
      if (!at || !pen) return;
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
      if (at.width !== width || at.height !== height) {
        at.width = width;
        at.height = height;
        at.style.width = `${view.width}px`;
        at.style.height = `${view.height}px`;
      }
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, width, height);
      pen.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
      paintScene(pen, scene, {
        region: stage.region,
        detail: detailAt(zoom),
        look,
        palette,
        ring: list.current?.querySelector(':focus-visible') !== null,
      });
      clearTimeout(settled);
      settled = setTimeout(() => setListed(nodesIn(scene, stage.region).slice(0, mostListed)), 150);
    });
    return () => {
      stop();
      clearTimeout(settled);
    };
  }, [scene, look, palette, stage]);

  const { model } = scene;
  const { focused } = look;
  const items =
    focused === undefined || listed.includes(focused) || focused >= model.nodes.length
      ? listed
      : [...listed, focused];
  const onPath = new Set(model.critical);
  const inConflict = new Set(model.conflicts.flatMap(({ a, b }) => [a, b]));
  const redraw = (): void => stage.pan(0, 0);
  return (
    <>
      <canvas ref={canvas} class="dag" aria-hidden="true" />
      <ul
        ref={list}
        class="vh"
        aria-label={`Task graph, ${model.summary.tasks} ${model.summary.groups}; the tasks in view`}
        onFocusIn={redraw}
        onFocusOut={redraw}
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
