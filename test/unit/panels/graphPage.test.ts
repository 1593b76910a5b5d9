import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePlan } from '../../../src/files/planFile';
import { pictureOf } from '../../../src/panels/graph/picture';
import { graphModelOf } from '../../../src/panels/graphModel';
import { taskGraphOf } from '../../../src/rules/taskGraph';
import { collapsePhases } from '../../../src/rules/taskGraph/collapsePhases';
import { covers, fit, revealing, visibleRegion, within, zoomAt } from '../../../webview/graph/camera';
import { drawingFor } from '../../../webview/graph/drawing';
import { nodeAt, nodesIn, sceneOf, type Scene } from '../../../webview/graph/scene';
import { walk } from '../../../webview/graph/walking';
import { trackOf } from '../rules/builders';

const plan = `# P

## Phase 1: A

- [x] Task 1.1: One
- [ ] Task 1.2: Two <!-- parallel: pg-1 -->
- [ ] Task 1.3: Three <!-- parallel: pg-1 -->

## Phase 2: B

- [ ] Task 2.1: Four
`;

function sceneOfPlan(text: string, collapsed: readonly string[] = []): Scene {
  const track = trackOf({ plan: parsePlan(text) });
  const whole = taskGraphOf(track);
  const keys = new Set(collapsed);
  const graph = collapsed.length === 0 ? whole : collapsePhases(whole, keys);
  return sceneOf(graphModelOf(track, { readAt: 1, picture: pictureOf(graph), whole, collapsed: keys }));
}

const view = { width: 900, height: 600 };

describe('the camera of the graph', () => {
  const camera = fc.record({
    x: fc.double({ min: -5000, max: 5000, noNaN: true }),
    y: fc.double({ min: -5000, max: 5000, noNaN: true }),
    zoom: fc.double({ min: 0.01, max: 2, noNaN: true }),
  });
  const size = fc.record({
    width: fc.integer({ min: 252, max: 60_000 }),
    height: fc.integer({ min: 64, max: 90_000 }),
  });

  it('fits the whole picture', () => {
    fc.assert(
      fc.property(size, (picture) => {
        const seen = visibleRegion(fit(picture, view), view);
        return covers(
          { left: seen.left - 0.5, top: seen.top - 0.5, right: seen.right + 0.5, bottom: seen.bottom + 0.5 },
          { left: 0, top: 0, right: picture.width, bottom: picture.height },
        );
      }),
    );
  });

  it('zooms around the pointer: what lies there stays', () => {
    fc.assert(
      fc.property(camera, fc.double({ min: 0.02, max: 2, noNaN: true }), (c, zoom) => {
        const [x, y] = [300, 200];
        const before = [(x - c.x) / c.zoom, (y - c.y) / c.zoom];
        const after = zoomAt(c, zoom, x, y);
        return [(x - after.x) / zoom, (y - after.y) / zoom].every(
          (at, i) => Math.abs(at - before[i]!) < 1e-6 * Math.max(1, Math.abs(at)),
        );
      }),
    );
  });

  it('never loses the picture, and gets it back into view with one box', () => {
    fc.assert(
      fc.property(camera, size, (c, picture) => {
        const kept = within(c, picture, view);
        const seen = visibleRegion(kept, view);
        assert.ok(
          seen.right > 0 && seen.bottom > 0 && seen.left < picture.width && seen.top < picture.height,
        );
        const box = { left: 0, top: 0, right: 252, bottom: 64 };
        const shown = visibleRegion(revealing(kept, box, view), view);
        assert.ok(shown.left <= 1e-6 && shown.top <= 1e-6);
      }),
    );
  });
});

describe('the scene of the graph', () => {
  it('finds the box at a point, and the boxes in a region', () => {
    const scene = sceneOfPlan(plan);
    scene.model.nodes.forEach(({ x, y }, i) => {
      assert.equal(nodeAt(scene, x + 100, y + 30), i);
      assert.deepEqual(nodesIn(scene, { left: x + 10, top: y + 10, right: x + 20, bottom: y + 20 }), [i]);
    });
    assert.equal(nodeAt(scene, -50, -50), undefined);
  });

  it('walks along the edges, in the lane, to the ends, and past what a filter dims', () => {
    const scene = sceneOfPlan(plan);
    const at = (id: string): number => scene.idToNode.get(id)!;
    const idOf = (node: number | undefined): string | undefined =>
      node === undefined ? undefined : scene.model.nodes[node]?.id;
    const all = (): boolean => true;
    const below = idOf(walk(scene, at('1.1'), 'ArrowDown', all))!;
    assert.ok(['1.2', '1.3'].includes(below));
    const beside =
      idOf(walk(scene, at(below), 'ArrowRight', all)) ?? idOf(walk(scene, at(below), 'ArrowLeft', all));
    assert.ok(beside);
    assert.equal(idOf(walk(scene, at('1.2'), 'ArrowDown', all)), '2.1');
    assert.equal(idOf(walk(scene, at('2.1'), 'Home', all)), '1.1');
    assert.equal(idOf(walk(scene, at('1.1'), 'End', all)), '2.1');
    assert.equal(idOf(walk(scene, at('1.1'), 'End', (node) => node !== at('2.1'))) === '2.1', false);
  });

  it('draws a phase as one box that says how far it is, with its edges lifted', () => {
    const { model } = sceneOfPlan(plan, ['1']);
    const box = model.nodes.find(({ stands }) => stands !== undefined);
    assert.deepEqual([box?.stands, box?.word], [3, '1 of 3 done']);
    assert.equal(model.nodes.length, 2);
    assert.equal(model.edges.length, 1);
    assert.deepEqual(
      model.phases.map(({ collapsed }) => collapsed),
      [true, false],
    );
    // The counts are those of all tasks, whatever is drawn.
    assert.deepEqual(model.summary.counts, { done: 1, ready: 2, waiting: 1 });
  });
});

describe('drawingFor', () => {
  const scene = sceneOfPlan(plan);
  const region = { left: 0, top: 0, right: 400, bottom: 300 };

  it('keeps a drawing while one moves inside of it, and draws sharp at rest', () => {
    const first = drawingFor(scene, region, 1, undefined, false);
    assert.equal(first.kind, 'svg');
    assert.equal(drawingFor(scene, region, 1.3, first, false), first);
    assert.equal(drawingFor(scene, region, 1.3, first, true).zoom, 1.3);
    assert.equal(drawingFor(scene, region, 1, first, true), first);
    assert.notEqual(drawingFor(scene, region, 2.5, first, false), first);
  });
});
