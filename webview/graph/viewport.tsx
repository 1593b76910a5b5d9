import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { CanvasScene } from './canvasScene';
import { HoverCard } from './hoverCard';
import { LaneBands, LaneLabels } from './laneBands';
import { drawingFor, placeOf, type Drawing } from './drawing';
import type { Look } from './look';
import { Minimap } from './minimap';
import type { Palette } from './palette';
import { nodeAt, type Scene } from './scene';
import type { Stage } from './stage';
import { SvgScene } from './svgScene';

/** After so long without a move all is at rest, ms. */
const restAfter = 140;
/** How far the pointer goes before a press is a drag, px. */
const dragDistance = 4;

export interface ViewportProps {
  readonly scene: Scene;
  readonly look: Look;
  readonly palette: Palette;
  readonly stage: Stage;
  /** The node was pressed, or nothing. */
  readonly onSelect: (node: number | undefined) => void;
  readonly onOpen: (node: number) => void;
  readonly onFocusNode: (node: number) => void;
  readonly onKey: (event: KeyboardEvent, node: number) => void;
  /** A number that grows when the focused node shall take the keyboard's focus. */
  readonly focusWish: number;
  /** The view has its size: the first camera can be set. */
  readonly onReady: () => void;
}

/** The picture with its gestures. Wheel and two fingers pan, as everywhere in VS Code; with Ctrl, or pinched, they zoom. */
export function Viewport(props: ViewportProps) {
  const { scene, look, palette, stage, onSelect, onOpen, onFocusNode, onKey, focusWish, onReady } = props;
  const place = useRef<HTMLDivElement>(null);
  const moved = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing>();
  const [hover, setHover] = useState<{ node: number; x: number; y: number }>();
  const ready = useRef(false);
  const latest = useRef<Drawing | undefined>(undefined);
  const hadFocus = useRef(false);
  const seenWish = useRef(0);

  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      const { width, height } = element.getBoundingClientRect();
      if (width < 1 || height < 1) return;
      stage.resize({ width, height });
      if (!ready.current) {
        ready.current = true;
        onReady();
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [stage]);

  useLayoutEffect(() => {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const draw = (atRest: boolean): void => {
      const before = latest.current;
      const next = drawingFor(scene, stage.region, stage.camera.zoom, before, atRest);
      if (next === before) return;
      // The element that has the keyboard's focus goes when SVG and canvas change places; its successor gets it.
      if (next.kind !== before?.kind)
        hadFocus.current =
          Boolean(document.activeElement?.closest('[data-i]')) &&
          place.current!.contains(document.activeElement);
      latest.current = next;
      setDrawing(next);
    };
    const stop = stage.watch(() => {
      setHover(undefined);
      draw(false);
      clearTimeout(rest);
      rest = setTimeout(() => draw(true), restAfter);
    });
    return () => {
      stop();
      clearTimeout(rest);
    };
  }, [scene, stage]);

  // The drawing is moved in each frame, and at once when there is a new one.
  useLayoutEffect(() => {
    if (!drawing) return undefined;
    return stage.watch((camera) => {
      if (moved.current) moved.current.style.transform = placeOf(drawing, camera);
    });
  }, [drawing, stage]);

  // Not passive, so that VS Code does not scroll or zoom the window beside it.
  useEffect(() => {
    const element = place.current;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element!.getBoundingClientRect();
      const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1;
      if (event.ctrlKey || event.metaKey) {
        const turn = Math.max(-100, Math.min(100, event.deltaY * unit));
        stage.zoom(Math.exp(-turn / 200), event.clientX - left, event.clientY - top);
      } else if (event.shiftKey && event.deltaX === 0) stage.pan(-event.deltaY * unit, 0);
      else stage.pan(-event.deltaX * unit, -event.deltaY * unit);
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [stage]);

  useLayoutEffect(() => {
    if (look.focused === undefined || (focusWish === seenWish.current && !hadFocus.current)) return;
    seenWish.current = focusWish;
    hadFocus.current = false;
    place.current?.querySelector<HTMLElement>(`[data-i="${look.focused}"]`)?.focus({ preventScroll: true });
  }, [focusWish, drawing?.kind, look.focused]);

  const drag = useDrag(stage);
  const nodeUnder = (event: MouseEvent): number | undefined => {
    const named = event.target instanceof Element ? event.target.closest('[data-i]') : null;
    // Presses by assistive technology have no place on the screen.
    if (named && event.detail === 0) return Number(named.getAttribute('data-i'));
    const { left, top } = place.current!.getBoundingClientRect();
    const { x, y, zoom } = stage.camera;
    return nodeAt(scene, (event.clientX - left - x) / zoom, (event.clientY - top - y) / zoom);
  };
  return (
    <>
      <LaneBands lanes={scene.model.lanes} stage={stage} />
      <LaneLabels lanes={scene.model.lanes} stage={stage} />
      <div
        class={drag.dragging ? 'view dragging' : 'view'}
        ref={place}
        onPointerDown={drag.down}
        onPointerMove={(event) => {
          if (drag.move(event)) return;
          const node = event.pointerType === 'mouse' ? nodeUnder(event) : undefined;
          const { left, top } = place.current!.getBoundingClientRect();
          if (node !== hover?.node)
            setHover(
              node === undefined ? undefined : { node, x: event.clientX - left, y: event.clientY - top },
            );
        }}
        onPointerUp={drag.up}
        onPointerCancel={drag.up}
        onPointerLeave={() => setHover(undefined)}
        onClick={(event) => {
          if (!drag.wasDrag()) onSelect(nodeUnder(event));
        }}
        onDblClick={(event) => {
          const node = nodeUnder(event);
          if (node !== undefined) onOpen(node);
        }}
        onFocusIn={(event) => {
          const named = event.target instanceof Element ? event.target.closest('[data-i]') : null;
          if (named) onFocusNode(Number(named.getAttribute('data-i')));
        }}
        onKeyDown={(event) => {
          const named = event.target instanceof Element ? event.target.closest('[data-i]') : null;
          if (named) onKey(event, Number(named.getAttribute('data-i')));
        }}
      >
        <div class="moved" ref={moved}>
          {drawing?.kind === 'canvas' && (
            <CanvasScene scene={scene} look={look} drawing={drawing} palette={palette} />
          )}
          {drawing?.kind === 'svg' && (
            <SvgScene scene={scene} look={look} drawing={drawing} fonts={palette.fonts} />
          )}
        </div>
        {hover && hover.node < scene.model.nodes.length && hover.node !== look.selected && (
          <HoverCard scene={scene} node={hover.node} x={hover.x} y={hover.y} view={stage.view} />
        )}
      </div>
      <Minimap scene={scene} look={look} palette={palette} stage={stage} />
    </>
  );
}

/** Panning with one pointer, zooming with two. */
function useDrag(stage: Stage) {
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const start = useRef({ x: 0, y: 0 });
  const moved = useRef(false);
  const [dragging, setDragging] = useState(false);
  return {
    dragging,
    wasDrag: () => moved.current,
    down: (event: PointerEvent): void => {
      if (event.button > 1) return;
      if (pointers.current.size === 0) {
        start.current = { x: event.clientX, y: event.clientY };
        moved.current = false;
      }
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    /** Whether a drag goes on. */
    move: (event: PointerEvent): boolean => {
      const last = pointers.current.get(event.pointerId);
      if (!last) return false;
      const now = { x: event.clientX, y: event.clientY };
      if (!moved.current) {
        if (Math.hypot(now.x - start.current.x, now.y - start.current.y) < dragDistance) return false;
        moved.current = true;
        setDragging(true);
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
      }
      pointers.current.set(event.pointerId, now);
      const [a, b] = [...pointers.current.values()];
      if (a && b) {
        const other = a === now ? b : a;
        const before = Math.hypot(last.x - other.x, last.y - other.y);
        const after = Math.hypot(now.x - other.x, now.y - other.y);
        const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
        stage.pan((now.x - last.x) / 2, (now.y - last.y) / 2);
        if (before > 0) stage.zoom(after / before, (now.x + other.x) / 2 - left, (now.y + other.y) / 2 - top);
      } else stage.pan(now.x - last.x, now.y - last.y);
      return true;
    },
    up: (event: PointerEvent): void => {
      pointers.current.delete(event.pointerId);
      if (pointers.current.size === 0) setDragging(false);
    },
  };
}
