import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { GraphCamera, GraphLane } from '../../src/shared/graphModel';
import { Icon } from '../ui/icon';
import type { Size } from './camera';
import type { Stage } from './stage';

/** The lanes as bands over the whole width; panning sideways does not move them. */
export function LaneBands({ lanes, stage }: { lanes: readonly GraphLane[]; stage: Stage }) {
  const moved = useRef<SVGGElement>(null);
  useLayoutEffect(
    () =>
      stage.watch(({ y, zoom }) => {
        moved.current?.setAttribute('transform', `translate(0 ${y}) scale(1 ${zoom})`);
      }),
    [stage],
  );
  return (
    <svg class="bands" aria-hidden="true">
      <g ref={moved}>
        {lanes.map(({ y, height }, i) => (
          <g key={i}>
            <rect class={i % 2 === 0 ? 'lane odd' : 'lane'} x="0" y={y} width="100%" height={height} />
            {i > 0 && <line class="lane-line" x1="0" x2="100%" y1={y} y2={y} />}
          </g>
        ))}
      </g>
    </svg>
  );
}

/** Room that the label of a lane takes, px. */
const whole = 60;
const oneLine = 18;

interface Label {
  readonly lane: GraphLane;
  readonly i: number;
  readonly top: number;
  readonly short: boolean;
}

/** What the lanes are called, beside the picture. A label stays in view as long as its lane is. */
export function LaneLabels({ lanes, stage }: { lanes: readonly GraphLane[]; stage: Stage }) {
  const [labels, setLabels] = useState<readonly Label[]>([]);
  useLayoutEffect(
    () => stage.watch((camera, view) => setLabels(labelsIn(lanes, camera, view))),
    [lanes, stage],
  );
  return (
    <ol class="lane-labels" aria-label="Lanes in view">
      {labels.map(({ lane, i, top, short }) => (
        <li
          key={i}
          class={short ? 'short' : ''}
          title={lane.detail}
          style={{ transform: `translateY(${Math.round(top)}px)` }}
        >
          <b class="mono">{lane.label}</b>
          {!short && <span>{lane.progress}</span>}
          {!short && lane.note !== undefined && (
            <span class={lane.warn ? 'is-warn' : ''}>
              {lane.warn && <Icon name="warning" />}
              {lane.note}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

function labelsIn(lanes: readonly GraphLane[], { y, zoom }: GraphCamera, view: Size): Label[] {
  const labels: Label[] = [];
  let free = -oneLine;
  for (const [i, lane] of lanes.entries()) {
    const from = lane.y * zoom + y;
    const to = from + lane.height * zoom;
    if (to < 0 || from > view.height) continue;
    const short = lane.height * zoom < whole + 8;
    // A long name takes a second line.
    const height = short ? oneLine : whole + (lane.label.length > 16 ? 18 : 0);
    // Level with the first row of boxes; in view as long as the lane has room for it.
    const wished = from + Math.min(43 * zoom, (lane.height * zoom - height) / 2);
    const top = Math.max(Math.min(Math.max(wished, 8), to - height - 4), from + 2);
    if (top < free) continue;
    labels.push({ lane, i, top, short });
    free = top + height;
  }
  return labels;
}
