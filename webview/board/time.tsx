/** A moment as short as it can be: the time of the day; with `date`, the day too. What is no moment is shown as it is. */
export function Time({ at, date }: { at: string; date?: boolean }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at.slice(0, 60)}</span>;
  const time = moment.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = moment.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
  return (
    <time class="nowrap" dateTime={moment.toISOString()} title={moment.toLocaleString()}>
      {date ? `${day}, ${time}` : time}
    </time>
  );
}
