/**
 * `2027-01-31 03:00:00 Europe/Berlin (02:00:00 UTC)`, with the date of UTC where it is another; without a zone that of
 * this machine.
 */
export function bothTimes(at: number, zone = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  const utc = inZone(at, 'UTC');
  if (zone === 'UTC') return `${utc} UTC`;
  const there = inZone(at, zone);
  const isSameDay = there.slice(0, 10) === utc.slice(0, 10);
  return `${there} ${zone} (${isSameDay ? utc.slice(11) : utc} UTC)`;
}

/** Sweden writes dates as ISO 8601 does. */
function inZone(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
}

/** `2 h 5 min`, `40 s`: what is left of something, or how old it is. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}` : `${Math.round(hours / 24)} d`;
}
