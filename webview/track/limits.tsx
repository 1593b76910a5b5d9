import type { TrackModel } from '../../src/shared/trackModel';

/** Counters of the loop beside what they may reach. */
export function Limits({ model: { limits, loop } }: { model: TrackModel }) {
  return (
    <div class="limits-side">
      <dl class="limits">
        {limits.map(({ name, value, most, source }) => (
          <div class="limit" key={name} title={`From ${source}`}>
            <dt>{name}</dt>
            <dd>
              {most === undefined
                ? `${value.toLocaleString('en')}, no limit`
                : `${value.toLocaleString('en')} of ${most.toLocaleString('en')}`}
            </dd>
            {most === undefined ? null : (
              <dd class="wide">
                <Meter value={value} most={most} />
              </dd>
            )}
          </div>
        ))}
      </dl>
      <p class="keys meta" aria-hidden="true">
        <span>
          <svg width="32" height="10">
            <path class="ledge taken" d="M0 5 H24" />
            <path class="tip" d="M32 5 l-7 -3.5 v7 z" />
          </svg>
          Taken, × count
        </span>
        <span>
          <svg width="32" height="10">
            <path class="ledge" d="M0 5 H24" />
            <path class="tip off" d="M32 5 l-7 -3.5 v7 z" />
          </svg>
          Not yet
        </span>
      </p>
      {loop?.remarks.map((remark) => (
        <p class="meta" key={remark} dir="auto">
          {remark}
        </p>
      ))}
    </div>
  );
}

/** A bar without words: the numbers stand beside it. */
export function Meter({ value, most }: { value: number; most: number }) {
  const width = most <= 0 ? (value > 0 ? 100 : 0) : Math.min(100, Math.max(0, (value / most) * 100));
  return (
    <svg
      class={`meter ${most > 0 && value >= most ? 'full' : ''}`}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="bg" width="100" height="4" />
      <rect class="fg" width={width} height="4" />
    </svg>
  );
}
