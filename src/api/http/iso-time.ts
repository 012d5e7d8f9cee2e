const DAY_MS = 86_400_000;

/** The day asked for last; a page of services asks for the same one thousands of times. */
let day = { number: Number.NaN, prefix: '' };

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** ISO-8601, UTC, with milliseconds. A third of the time of `Date.toISOString` within one day. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  if (ms === null) return null;
  const number = Math.floor(ms / DAY_MS);
  if (number !== day.number) {
    day = { number, prefix: new Date(number * DAY_MS).toISOString().split('T', 1)[0] ?? '' };
  }
  const inDay = Math.floor(ms - number * DAY_MS);
  const seconds = Math.floor(inDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const clock = `${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}`;
  return `${day.prefix}T${clock}:${padded(seconds % 60, 2)}.${padded(inDay % 1_000, 3)}Z`;
}
