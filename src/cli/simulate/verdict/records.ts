import { at, type Check, checkOf, type Evidence } from './check.js';

/** Every report that was heard is a row, once. */
export function storedEvents({ driven, tables }: Evidence): Check {
  const { count } = driven.ledger;
  const faults =
    tables.messages === count
      ? []
      : [`${String(count)} were heard, ${String(tables.messages)} are rows`];
  return checkOf('events heard and stored', String(tables.messages), faults);
}

/** The monitor's own blindness is recorded, and nothing else. */
export function gaps({ world, tables }: Evidence): Check {
  const line = (fromUs: number, toUs: number | null, cause: string): string =>
    `${cause} from ${at(world, fromUs)} to ${at(world, toUs)}`;
  const is = tables.gaps.map(({ fromUs, toUs, cause }) => line(fromUs, toUs, cause));
  const should = world.outages.map(({ fromUs, toUs, cause }) => line(fromUs, toUs, cause));
  return checkOf('gaps recorded', `${String(is.length)} of ${String(should.length)}`, [
    ...is.filter((one) => !should.includes(one)).map((one) => `${one} is wrong`),
    ...should.filter((one) => !is.includes(one)).map((one) => `${one} is missing`),
  ]);
}
