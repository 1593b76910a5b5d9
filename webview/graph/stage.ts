import type { GraphCamera } from '../../src/shared/graphModel';
import {
  centred,
  fit,
  leastZoom,
  MOST_ZOOM,
  revealing,
  visibleRegion,
  within,
  zoomAt,
  type Size,
} from './camera';
import type { Region } from './scene';

type Listener = (camera: GraphCamera, view: Size) => void;

/**
 * What of the picture is in view, and who draws it. Each change is drawn in the next frame, once; the drawers write to
 * the page directly, because a frame is too short for rendering everything anew.
 */
export class Stage {
  #camera: GraphCamera = { x: 0, y: 0, zoom: 1 };
  #view: Size = { width: 0, height: 0 };
  #picture: Size = { width: 0, height: 0 };
  #frame = 0;
  readonly #listeners = new Set<Listener>();

  get camera(): GraphCamera {
    return this.#camera;
  }

  get view(): Size {
    return this.#view;
  }

  get region(): Region {
    return visibleRegion(this.#camera, this.#view);
  }

  /** Calls back in each frame in which something has changed, and once now. */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#view.width > 0) listener(this.#camera, this.#view);
    return () => this.#listeners.delete(listener);
  }

  resize(view: Size): void {
    this.#view = view;
    this.#changed();
  }

  setPicture(picture: Size): void {
    this.#picture = picture;
  }

  /** Without effect while nothing is in view, as when the table is shown. */
  set(camera: GraphCamera): void {
    if (this.#view.width === 0) return;
    this.#camera = within(camera, this.#picture, this.#view);
    this.#changed();
  }

  pan(x: number, y: number): void {
    this.set({ ...this.#camera, x: this.#camera.x + x, y: this.#camera.y + y });
  }

  /** @param x, y the point of the view that stays; the middle when absent */
  zoom(factor: number, x = this.#view.width / 2, y = this.#view.height / 2): void {
    const least = leastZoom(this.#picture, this.#view);
    const zoom = Math.min(MOST_ZOOM, Math.max(least, this.#camera.zoom * factor));
    this.set(zoomAt(this.#camera, zoom, x, y));
  }

  fit(): void {
    this.set(fit(this.#picture, this.#view));
  }

  centre(region: Region, zoom: number): void {
    this.set(centred(region, this.#view, zoom));
  }

  reveal(region: Region): void {
    this.set(revealing(this.#camera, region, this.#view));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#listeners.clear();
  }

  #changed(): void {
    if (this.#frame !== 0 || this.#view.width === 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener(this.#camera, this.#view);
    });
  }
}
