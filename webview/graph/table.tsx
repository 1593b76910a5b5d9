import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GraphColumn, GraphLayout, GraphModel } from '../../src/shared/graphModel';
import { Icon } from '../ui/icon';
import { State } from '../ui/state';
import { signOf, wordOf } from './boxContent';
import type { Look } from './look';
import type { Scene } from './scene';

/** Height of each row, px; so that of ten thousand only those in view are in the page. */
const rowHeight = 32;
const rowsBeyond = 20;

const titles: Readonly<Record<GraphColumn, string>> = {
  task: 'Task',
  name: 'Name',
  state: 'State',
  group: 'Group',
  phase: 'Phase',
  needs: 'Needs',
  files: 'Files',
  commit: 'Commit',
};

const stateRank = ['failed', 'blocked', 'running', 'ready', 'waiting', 'done', 'skipped'];

type Row = { readonly lane: number } | { readonly node: number };

export interface TableProps {
  readonly scene: Scene;
  readonly look: Look;
  readonly narrow: boolean;
  readonly sort: GraphLayout['sort'];
  readonly onSort: (sort: GraphLayout['sort']) => void;
  readonly onSelect: (node: number | undefined) => void;
  readonly onFocusNode: (node: number) => void;
  readonly onMove: (node: number) => void;
  readonly onKey: (event: KeyboardEvent, node: number) => void;
  readonly focusWish: number;
}

/** The same tasks as a table: in the order of the lanes, or sorted by a column. Filters leave out what they dim on the canvas. */
export function GraphTable(props: TableProps) {
  const { scene, look, narrow, sort, onSort, onSelect, onFocusNode, onMove, onKey, focusWish } = props;
  const { model } = scene;
  const place = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(scene, look.dim, sort), [scene, look.dim, sort]);
  const columns: readonly GraphColumn[] = narrow
    ? ['task', 'name', 'state']
    : ['task', 'name', 'state', 'group', 'phase', 'needs', 'files', 'commit'];
  const [from, to] = useWindow(place, rows.length);
  const tabStop = look.focused ?? look.selected;

  const rowOf = (node: number | undefined): number =>
    rows.findIndex((row) => 'node' in row && row.node === node);
  useLayoutEffect(() => {
    if (focusWish === 0 || look.focused === undefined) return;
    const at = rowOf(look.focused);
    const box = place.current;
    if (at === -1 || !box) return;
    const top = at * rowHeight;
    const header = 32;
    if (box.scrollHeight > box.clientHeight) {
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + rowHeight > box.scrollTop + box.clientHeight - header)
        box.scrollTop = top + rowHeight - box.clientHeight + header;
    }
    requestAnimationFrame(() => box.querySelector<HTMLElement>(`[data-i="${look.focused}"]`)?.focus());
  }, [focusWish]);

  const firstNode = rows.slice(from, to).find((row): row is { node: number } => 'node' in row);
  const stopInView = rows.slice(from, to).some((row) => 'node' in row && row.node === tabStop);
  const stop = stopInView ? tabStop : firstNode?.node;
  return (
    <div class="tablev" ref={place} tabIndex={-1}>
      <table aria-rowcount={rows.length + 1} aria-label={`Tasks of ${model.name}`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                class={column}
                aria-sort={sort?.by === column ? (sort.down ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  class="sort-button"
                  onClick={() =>
                    onSort(
                      sort?.by !== column
                        ? { by: column, down: false }
                        : sort.down
                          ? undefined
                          : { by: column, down: true },
                    )
                  }
                >
                  {titles[column]}
                  {sort?.by === column && <Icon name={sort.down ? 'triangle-down' : 'triangle-up'} />}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <Spacer rows={from} columns={columns.length} />}
          {rows.slice(from, to).map((row, k) =>
            'lane' in row ? (
              <LaneRow key={`lane ${row.lane}`} model={model} lane={row.lane} columns={columns.length} />
            ) : (
              <tr
                key={model.nodes[row.node]!.id}
                data-i={row.node}
                class={look.selected === row.node ? 'now' : ''}
                aria-selected={look.selected === row.node}
                aria-rowindex={from + k + 2}
                tabIndex={stop === row.node ? 0 : -1}
                onClick={() => onSelect(row.node)}
                onFocus={() => onFocusNode(row.node)}
                onKeyDown={(event) => {
                  const target = stepTo(rows, from + k, event.key);
                  if (target === undefined) onKey(event, row.node);
                  else {
                    event.preventDefault();
                    onMove(target);
                  }
                }}
              >
                {columns.map((column) => (
                  <Cell key={column} column={column} scene={scene} node={row.node} />
                ))}
              </tr>
            ),
          )}
          {to < rows.length && <Spacer rows={rows.length - to} columns={columns.length} />}
        </tbody>
      </table>
      {rows.length === 0 && <p class="muted none">No task is shown: no one fits the filter.</p>}
    </div>
  );
}

/** The node of the row that a key leads to. */
function stepTo(rows: readonly Row[], at: number, key: string): number | undefined {
  const step = key === 'ArrowDown' || key === 'Home' ? 1 : key === 'ArrowUp' || key === 'End' ? -1 : 0;
  if (step === 0) return undefined;
  const start = key === 'Home' ? 0 : key === 'End' ? rows.length - 1 : at + step;
  for (let i = start; i >= 0 && i < rows.length; i += step) {
    const row = rows[i]!;
    if ('node' in row) return row.node;
  }
  const here = rows[at]!;
  return 'node' in here ? here.node : undefined;
}

function Cell({ column, scene, node: i }: { column: GraphColumn; scene: Scene; node: number }) {
  const { model } = scene;
  const node = model.nodes[i]!;
  switch (column) {
    case 'task':
      return (
        <td class="mono clip" title={node.id}>
          {node.stands === undefined ? node.id : ''}
        </td>
      );
    case 'name':
      return (
        <td class="clip" title={node.name}>
          <bdi>{node.name}</bdi>
        </td>
      );
    case 'state':
      return (
        <td class="clip">
          <State sign={signOf(node)} word={wordOf(node)} />
        </td>
      );
    case 'group':
      return <td class="mono clip">{model.lanes[node.lane]?.label}</td>;
    case 'phase':
      return (
        <td class="clip" title={node.phase === undefined ? undefined : model.phases[node.phase]?.name}>
          {node.phase === undefined ? '' : model.phases[node.phase]?.name}
        </td>
      );
    case 'needs':
      return (
        <td class="mono clip">
          {scene.needs[i]!.slice(0, 6)
            .map((need) => model.nodes[need]!.id)
            .join(', ')}
          {scene.needs[i]!.length > 6 ? ', …' : ''}
        </td>
      );
    case 'files':
      return (
        <td
          class="num clip"
          title={(node.files ?? []).map((f) => model.paths[f]?.path).join('\n') || undefined}
        >
          {node.files?.length ?? ''}
        </td>
      );
    case 'commit':
      return <td class="mono clip">{node.commit?.slice(0, 8)}</td>;
  }
}

function LaneRow({ model, lane, columns }: { model: GraphModel; lane: number; columns: number }) {
  const { label, progress, note, warn, detail } = model.lanes[lane]!;
  return (
    <tr class="lane-row">
      <td colSpan={columns} class="muted clip" title={detail}>
        <span class="mono">{label}</span>, {progress}
        {note !== undefined && warn ? `, ${note.toLowerCase()}` : ''}
      </td>
    </tr>
  );
}

function Spacer({ rows, columns }: { rows: number; columns: number }) {
  return (
    <tr aria-hidden="true" class="spacer">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}

function rowsOf(scene: Scene, dim: Uint8Array | undefined, sort: GraphLayout['sort']): Row[] {
  const { model, order } = scene;
  const shown = dim ? order.filter((i) => dim[i] === 0) : order;
  if (!sort) {
    const rows: Row[] = [];
    let lane = -1;
    for (const node of [...shown].sort((a, b) => model.nodes[a]!.lane - model.nodes[b]!.lane || a - b)) {
      if (model.nodes[node]!.lane !== lane) {
        lane = model.nodes[node]!.lane;
        if (model.lanes[lane]) rows.push({ lane });
      }
      rows.push({ node });
    }
    return rows;
  }
  const compare = comparison(scene, sort.by);
  const turn = sort.down ? -1 : 1;
  return [...shown].sort((a, b) => turn * compare(a, b) || a - b).map((node) => ({ node }));
}

const collator = new Intl.Collator(undefined, { numeric: true });

function comparison({ model, needs }: Scene, by: GraphColumn): (a: number, b: number) => number {
  const { nodes } = model;
  const text = (of: (i: number) => string) => (a: number, b: number) => collator.compare(of(a), of(b));
  switch (by) {
    case 'task':
      return text((i) => nodes[i]!.id);
    case 'name':
      return text((i) => nodes[i]!.name);
    case 'state':
      return (a, b) => stateRank.indexOf(nodes[a]!.state) - stateRank.indexOf(nodes[b]!.state);
    case 'group':
      return (a, b) => nodes[a]!.lane - nodes[b]!.lane;
    case 'phase':
      return (a, b) => (nodes[a]!.phase ?? Infinity) - (nodes[b]!.phase ?? Infinity) || 0;
    case 'needs':
      return (a, b) => needs[a]!.length - needs[b]!.length;
    case 'files':
      return (a, b) => (nodes[a]!.files?.length ?? 0) - (nodes[b]!.files?.length ?? 0);
    case 'commit':
      return text((i) => nodes[i]!.commit ?? '');
  }
}

/** Which rows are in view, and some beyond. All, when they are few. */
function useWindow(place: { current: HTMLDivElement | null }, count: number): [from: number, to: number] {
  const [range, setRange] = useState<[number, number]>([0, 60]);
  const few = count <= 250;
  useLayoutEffect(() => {
    const box = place.current;
    if (!box || few) return undefined;
    const look = (): void => {
      const first = Math.floor(box.scrollTop / rowHeight);
      const inView = Math.ceil(box.clientHeight / rowHeight);
      // In steps, so that scrolling renders seldom.
      const from = Math.max(0, Math.floor((first - rowsBeyond) / 10) * 10);
      const to = Math.min(count, Math.ceil((first + inView + rowsBeyond) / 10) * 10);
      setRange((before) => (before[0] === from && before[1] === to ? before : [from, to]));
    };
    look();
    box.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => {
      box.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [count, few]);
  return few ? [0, count] : [Math.min(range[0], count), Math.min(range[1], count)];
}
