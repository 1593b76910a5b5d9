import { useEffect, useState } from 'preact/hooks';

const units: readonly (readonly [name: Intl.RelativeTimeFormatUnit, length: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "2 min. ago", kept true while the page is open. */
export function Ago({ time }: { time: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={new Date(time).toISOString()} title={new Date(time).toLocaleString()}>
      {agoText(time, now)}
    </time>
  );
}

function agoText(time: number, now: number): string {
  const past = time - now;
  const unit = units.find(([, length]) => Math.abs(past) >= length);
  if (!unit) return 'just now';
  const [name, length] = unit;
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' }).format(
    Math.round(past / length),
    name,
  );
}
