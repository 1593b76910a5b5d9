const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** "22 Sep 17:46", "22 Sep 2024"; what is no time is shown as it is written, if it is short. */
export function timeText(written: string, now = Date.now()): string {
  const time = Date.parse(written);
  if (Number.isNaN(time)) return written.length > 40 ? `${written.slice(0, 39)}…` : written;
  const date = new Date(time);
  const form = date.getFullYear() === new Date(now).getFullYear() ? day : dayAndYear;
  // A day without an hour was written as such.
  return written.length > 10 ? `${form.format(date)} ${clock.format(date)}` : form.format(date);
}

export function secondsText(time: number): string {
  return clockWithSeconds.format(new Date(time));
}
