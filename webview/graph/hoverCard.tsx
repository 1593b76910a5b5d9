import { State } from '../ui/state';
import { signOf, wordOf } from './boxContent';
import type { Size } from './camera';
import type { Scene } from './scene';

const width = 300;

/** What the pointer rests on, without selecting it: the whole name, how it stands, and why it waits. */
export function HoverCard({
  scene: { model },
  node: i,
  x,
  y,
  view,
}: {
  scene: Scene;
  node: number;
  x: number;
  y: number;
  view: Size;
}) {
  const node = model.nodes[i]!;
  const left = Math.max(4, Math.min(x + 12, view.width - width - 8));
  const below = y < view.height - 160;
  return (
    <div
      class="hover-card"
      aria-hidden="true"
      style={{
        left: `${Math.round(left)}px`,
        ...(below ? { top: `${Math.round(y + 16)}px` } : { bottom: `${Math.round(view.height - y + 12)}px` }),
      }}
    >
      <div class="hover-name">
        <b class="mono">{node.id}</b> <bdi>{node.name === node.id ? '' : node.name}</bdi>
      </div>
      <State sign={signOf(node)} word={wordOf(node)} />
      {(node.reasons ?? []).slice(0, 2).map(({ because }, k) => (
        <p class="meta" key={k}>
          {because}
        </p>
      ))}
      {(node.remarks ?? []).slice(0, 1).map((remark) => (
        <p class="meta" key="remark">
          {remark}
        </p>
      ))}
    </div>
  );
}
