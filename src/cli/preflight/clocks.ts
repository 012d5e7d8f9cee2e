import { type Check, requirement } from './check.js';

/**
 * Redis' clock says when an event was received, and with it who is silent; PostgreSQL's, what is old enough
 * to go; this host's, how old something is that is shown. A silence is promised to be told within two
 * seconds: clocks further apart than that make it look broken, or hide that it is.
 */
const FAILED_US = 2_000_000;
/** Clocks that are kept by NTP differ by milliseconds; so far apart one of them is not kept. */
const WARNING_US = 1_000_000;
/** The quickest answer tells the most. */
const QUESTIONS = 5;

/** How far a clock is ahead of this host's, and how sure that is. */
export interface Offset {
  readonly of: string;
  readonly us: number;
  /** Half the time that the answer took: it may have been given at any moment of it. */
  readonly errorUs: number;
}

/** @param ask what the time is there, in µs since 1970 */
export async function offsetOf(of: string, ask: () => Promise<number>): Promise<Offset> {
  const offsets: Offset[] = [];
  for (let question = 0; question < QUESTIONS; question += 1) {
    const askedUs = hostClockUs();
    const us = await ask();
    const halfUs = (hostClockUs() - askedUs) / 2;
    offsets.push({ of, us: us - askedUs - halfUs, errorUs: halfUs });
  }
  return offsets.reduce((best, one) => (one.errorUs < best.errorUs ? one : best));
}

/** The two clocks that are furthest apart decide. */
export function clocks(offsets: readonly Offset[]): Check {
  const needed = requirement(
    'clocks',
    `this host, Redis and PostgreSQL within ${inSeconds(WARNING_US)}`,
  );
  const all: readonly Offset[] = [{ of: 'this host', us: 0, errorUs: 0 }, ...offsets];
  const pairs = all.flatMap((one, index) =>
    all.slice(index + 1).map((other) => pairOf(one, other)),
  );
  const [widest] = pairs.sort((a, b) => b.us - a.us);
  if (widest === undefined)
    return needed.warning('no other clock', 'mend the access to Redis and PostgreSQL');
  const whatToDo = 'let NTP keep the clocks of all hosts';
  if (widest.us > FAILED_US) return needed.failed(widest.text, whatToDo);
  return widest.us > WARNING_US ? needed.warning(widest.text, whatToDo) : needed.ok(widest.text);
}

/** By how much two clocks differ at least, and in words. */
function pairOf(one: Offset, other: Offset): { readonly us: number; readonly text: string } {
  const [later, earlier] = one.us > other.us ? [one, other] : [other, one];
  const us = later.us - earlier.us;
  const errorUs = one.errorUs + other.errorUs;
  const text =
    us > errorUs
      ? `${later.of} ${inSeconds(us)} ahead of ${earlier.of}`
      : `less than ${inSeconds(errorUs)} between all of them`;
  return { us: Math.max(0, us - errorUs), text };
}

const hostClockUs = (): number => (performance.timeOrigin + performance.now()) * 1_000;

const inSeconds = (us: number): string => `${(Math.ceil(us / 1_000) / 1_000).toString()} s`;
