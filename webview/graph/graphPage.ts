import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TaskState } from '../../src/rules/taskGraph/taskNode';
import type { GraphLayout, GraphModel, GraphRequest } from '../../src/shared/graphModel';
import type { ViewProps } from '../ui/page';
import type { Look } from './look';
import { onPaletteChange, readPalette, type Palette } from './palette';
import { holdingEdges, sceneOf, type Region, type Scene } from './scene';
import { Stage } from './stage';
import { SEARCH_ID } from './toolbar';
import { isDirection, walk } from './walking';

/** Narrower than this the table comes first (the mockups' README, "Width"). */
const narrowWidth = 720;
/** With more than this one would not read a word of a fitted picture. */
const readableZoom = 0.55;

/** Where one is in the page, and what the keys and presses make of it. */
export function useGraphPage({
  model,
  ask,
  layout,
  keepLayout,
  wanted,
}: ViewProps<GraphModel, GraphRequest, GraphLayout>) {
  const stageRef = useRef<Stage | undefined>(undefined);
  const stage = (stageRef.current ??= new Stage());
  const root = useRef<HTMLElement>(null);
  const placed = useRef(false);
  const paneHeading = useRef<HTMLHeadingElement>(null);
  const scene = useMemo(() => sceneOf(model), [model]);
  const palette = usePalette();
  const narrow = useNarrow(root);

  const [selectedId, setSelectedId] = useState(layout?.selected);
  const [focusedId, setFocusedId] = useState(layout?.focused);
  const [wideTable, setWideTable] = useState(layout?.table ?? false);
  const [narrowTable, setNarrowTable] = useState(layout?.narrowTable ?? true);
  const [sort, setSort] = useState(layout?.sort);
  const [states, setStates] = useState<ReadonlySet<TaskState>>(new Set(layout?.states ?? []));
  const [phase, setPhase] = useState(layout?.phase);
  const [collapsed, setCollapsed] = useState<readonly string[]>(layout?.collapsed ?? []);
  const [critical, setCritical] = useState(layout?.critical ?? true);
  const [query, setQuery] = useState('');
  const [match, setMatch] = useState(0);
  const [focusWish, setFocusWish] = useState(0);
  const [paneWish, setPaneWish] = useState(0);
  const [told, setTold] = useState('');
  const table = narrow ? narrowTable : wideTable;

  const nodeOf = (id: string | undefined): number | undefined =>
    id === undefined ? undefined : scene.idToNode.get(id);
  const selected = nodeOf(selectedId);
  const focused = nodeOf(focusedId) ?? selected ?? scene.order[0];
  const matches = useMemo(() => matchesOf(model, query), [model, query]);
  const dim = useMemo(() => dimmed(model, states, phase, matches), [model, states, phase, matches]);
  const holding = useMemo(() => new Set(holdingEdges(scene, selected)), [scene, selected]);
  const look = useMemo(
    (): Look => ({
      selected,
      focused,
      critical,
      holding,
      ...(dim ? { dim } : {}),
      ...(matches ? { matches: new Set(matches) } : {}),
    }),
    [selected, focused, critical, holding, dim, matches],
  );

  const before = useRef<Scene | undefined>(undefined);
  // Set when a person makes a phase one box, or opens it: that is another picture, which is shown whole.
  const folding = useRef(false);
  if (before.current !== scene) {
    stage.setPicture(scene.model);
    if (folding.current && before.current && foldsOf(before.current.model) !== foldsOf(scene.model)) {
      folding.current = false;
      stage.fit();
    } else if (before.current) keepInPlace(stage, before.current, scene, selectedId);
    before.current = scene;
  }

  const regionOf = (node: number): Region => {
    const { x, y } = model.nodes[node]!;
    return { left: x, top: y, right: x + model.box.width, bottom: y + model.box.height };
  };

  // What is kept over hiding and reloading; panning writes it when it has come to rest.
  const latest = useRef<() => void>(() => undefined);
  latest.current = () =>
    keepLayout({
      ...(selectedId === undefined ? {} : { selected: selectedId }),
      ...(focusedId === undefined ? {} : { focused: focusedId }),
      ...(stage.view.width > 0 ? { camera: stage.camera } : layout?.camera ? { camera: layout.camera } : {}),
      table: wideTable,
      narrowTable,
      ...(sort ? { sort } : {}),
      states: [...states],
      ...(phase === undefined ? {} : { phase }),
      collapsed,
      critical,
    });
  useEffect(() => latest.current());
  useEffect(() => {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const stop = stage.watch(() => {
      clearTimeout(rest);
      rest = setTimeout(() => latest.current(), 250);
    });
    return () => {
      stop();
      clearTimeout(rest);
    };
  }, [stage]);

  // The host does not know of an earlier showing which phases were one box.
  useEffect(() => {
    if (collapsed.length > 0 && !model.phases.some((of) => of.collapsed))
      void ask({ kind: 'collapse', phases: collapsed });
  }, []);

  const select = (node: number | undefined, then?: 'pane' | 'show'): void => {
    setSelectedId(node === undefined ? undefined : model.nodes[node]!.id);
    if (node === undefined) return;
    setFocusedId(model.nodes[node]!.id);
    if (then === 'pane') setPaneWish((n) => n + 1);
    if (then === 'show') stage.reveal(regionOf(node));
  };
  const moveTo = (node: number): void => {
    setFocusedId(model.nodes[node]!.id);
    setFocusWish((n) => n + 1);
    if (!table) stage.reveal(regionOf(node));
  };
  const clear = (): void => {
    setSelectedId(undefined);
    setFocusWish((n) => n + 1);
  };
  const toSelection = (): void => {
    if (selected !== undefined) stage.centre(regionOf(selected), Math.max(1, stage.camera.zoom));
  };

  // The details take room from the picture: what is selected stays in view.
  useEffect(() => {
    if (selected === undefined || table) return undefined;
    const frame = requestAnimationFrame(() => stage.reveal(regionOf(selected)));
    return () => cancelAnimationFrame(frame);
  }, [selectedId, table]);

  useEffect(() => {
    if (paneWish > 0) paneHeading.current?.focus();
  }, [paneWish]);

  useEffect(() => {
    if (!wanted) return;
    const node = scene.idToNode.get(wanted.item) ?? model.nodes.findIndex(({ task }) => task === wanted.item);
    if (node < 0) return;
    select(node);
    stage.centre(regionOf(node), Math.max(0.8, stage.camera.zoom));
  }, [wanted?.times]);

  const toggleTable = (): void => (narrow ? setNarrowTable(!narrowTable) : setWideTable(!wideTable));
  const keys = useRef<(event: KeyboardEvent) => void>(() => undefined);
  keys.current = (event) => {
    const key = event.key.toLowerCase();
    if (key === 'f' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      focusSearch();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || inText(event)) {
      if (key === 'escape' && inText(event)) setFocusWish((n) => n + 1);
      return;
    }
    const act = {
      '+': () => stage.zoom(1.25),
      '=': () => stage.zoom(1.25),
      '-': () => stage.zoom(1 / 1.25),
      '0': () => stage.fit(),
      '.': toSelection,
      c: () => setCritical(!critical),
      t: toggleTable,
      escape: () => {
        if (selected !== undefined) clear();
      },
    }[key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => keys.current(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return {
    root,
    paneHeading,
    scene,
    look,
    stage,
    palette,
    narrow,
    table,
    states,
    phase,
    query,
    sort,
    focusWish,
    told,
    found:
      matches &&
      (matches.length === 0 ? 'None' : `${Math.min(match, matches.length - 1) + 1} of ${matches.length}`),
    tell: setTold,
    select,
    clear,
    moveTo,
    toSelection,
    toggleTable,
    setSort,
    setPhase,
    focused: (node: number): void => setFocusedId(model.nodes[node]?.id),
    toggleCritical: (): void => setCritical(!critical),
    toggleState: (state: TaskState): void => {
      const next = new Set(states);
      if (!next.delete(state)) next.add(state);
      setStates(next);
    },
    collapse: (key: string): void => {
      const now = model.phases.filter((of) => of.collapsed).map((of) => of.key);
      const next = now.includes(key) ? now.filter((other) => other !== key) : [...now, key];
      setCollapsed(next);
      folding.current = true;
      void ask({ kind: 'collapse', phases: next });
    },
    setQuery: (text: string): void => {
      setQuery(text);
      setMatch(0);
      const first = matchesOf(model, text)?.[0];
      if (first !== undefined && !table) stage.reveal(regionOf(first));
    },
    nextMatch: (step: 1 | -1): void => {
      if (!matches || matches.length === 0) return;
      // The first Enter selects the first match, which is already shown as such.
      const at =
        selected === undefined || !matches.includes(selected)
          ? Math.min(match, matches.length - 1)
          : (matches.indexOf(selected) + step + matches.length) % matches.length;
      setMatch(at);
      select(matches[at], 'show');
    },
    /** Whether the key leads somewhere, or nowhere. */
    walk: (key: string, node: number): boolean => {
      if (table || !isDirection(key)) return false;
      const to = walk(scene, node, key, (i) => dim?.[i] !== 1);
      if (to !== undefined) moveTo(to);
      return true;
    },
    placeFirst: (): void => {
      // The canvas comes and goes with the table; one stays where one was.
      if (placed.current) return;
      placed.current = true;
      if (layout?.camera) {
        stage.set(layout.camera);
        return;
      }
      stage.fit();
      if (stage.camera.zoom >= readableZoom) return;
      // Too large to be read as a whole: begin where the work is.
      const { nodes } = model;
      const start = ['running', 'ready', 'blocked', 'waiting']
        .map((state) => nodes.findIndex((node) => node.state === state))
        .find((node) => node !== -1);
      const at = selected ?? start ?? scene.order[0];
      if (at !== undefined) stage.centre(regionOf(at), 0.8);
    },
  };
}

function focusSearch(): void {
  const field = document.getElementById(SEARCH_ID);
  const input = field?.shadowRoot?.querySelector('input');
  input?.focus();
  input?.select();
}

function inText(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

/** Nodes whose id, name, worker, commit, files or, for a box, tasks hold the text, in the order of the lanes; undefined without a text. */
function matchesOf(model: GraphModel, query: string): readonly number[] | undefined {
  const text = query.trim().toLowerCase();
  if (text === '') return undefined;
  const paths = new Set(model.paths.flatMap(({ path }, p) => (path.toLowerCase().includes(text) ? [p] : [])));
  return model.nodes.flatMap(({ id, name, worker, commit, files, holds }, i) =>
    [id, name, worker, commit, holds].some((part) => part?.toLowerCase().includes(text)) ||
    files?.some((f) => paths.has(f))
      ? [i]
      : [],
  );
}

function dimmed(
  model: GraphModel,
  states: ReadonlySet<TaskState>,
  phase: string | undefined,
  matches: readonly number[] | undefined,
): Uint8Array | undefined {
  const phaseAt = phase === undefined ? -1 : model.phases.findIndex(({ key }) => key === phase);
  if (states.size === 0 && phaseAt === -1 && !matches) return undefined;
  const found = matches && new Set(matches);
  return Uint8Array.from(model.nodes, (node, i) =>
    (states.size === 0 || states.has(node.state)) &&
    (phaseAt === -1 || node.phase === phaseAt) &&
    (!found || found.has(i))
      ? 0
      : 1,
  );
}

/** After a change of the graph what one looks at stays where it is on the screen, though the picture may have moved. */
function keepInPlace(stage: Stage, before: Scene, now: Scene, selectedId: string | undefined): void {
  const anchor = anchorOf(stage, before, now, selectedId);
  if (!anchor) return;
  const [was, is] = anchor;
  const { zoom } = stage.camera;
  if (was.x !== is.x || was.y !== is.y) stage.pan((was.x - is.x) * zoom, (was.y - is.y) * zoom);
}

function anchorOf(
  stage: Stage,
  before: Scene,
  now: Scene,
  selectedId: string | undefined,
): readonly [was: { x: number; y: number }, is: { x: number; y: number }] | undefined {
  const both = (i: number | undefined): ReturnType<typeof anchorOf> => {
    const was = i === undefined ? undefined : before.model.nodes[i];
    const is = was && now.idToNode.get(was.id);
    return was && is !== undefined ? [was, now.model.nodes[is]!] : undefined;
  };
  const chosen = selectedId === undefined ? undefined : both(before.idToNode.get(selectedId));
  if (chosen) return chosen;
  const { left, top, right, bottom } = stage.region;
  const distance = ({ x, y }: { x: number; y: number }): number =>
    Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
  let best: ReturnType<typeof anchorOf>;
  for (let i = 0; i < before.model.nodes.length; i++) {
    if (best && distance(before.model.nodes[i]!) >= distance(best[0])) continue;
    best = both(i) ?? best;
  }
  return best;
}

function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => onPaletteChange(() => setPalette(readPalette())), []);
  // Widths measured before the fonts were there are not true.
  useEffect(() => {
    void document.fonts.ready.then(() => setPalette(readPalette()));
  }, []);
  return palette;
}

function useNarrow(root: { current: HTMLElement | null }): boolean {
  const [narrow, setNarrow] = useState(() => document.body.clientWidth < narrowWidth);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setNarrow(document.body.clientWidth < narrowWidth));
    if (root.current) observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  return narrow;
}

/** Which phases are one box. */
function foldsOf({ phases }: GraphModel): string {
  return JSON.stringify(phases.filter(({ collapsed }) => collapsed).map(({ key }) => key));
}
