import type { ServiceRow } from '../driver/product-reader.js';
import { groupBy, nameOf } from '../truth/grouping.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

/** What is shown of every instance over time is true, to the microsecond. */
export function timelines({ world, tables, truth }: Evidence): Check {
  const shown = groupBy(tables.shown, nameOf);
  const expected = new Map<string, string[]>();
  for (const { lives } of truth.values()) {
    for (const { life, shown: steps } of lives) {
      const name = nameOf(life.ledger);
      const lines = steps.map(({ fromUs, status }) => `${at(world, fromUs)} ${status}`);
      expected.set(name, [...(expected.get(name) ?? []), ...lines]);
    }
  }
  const faults: string[] = [];
  for (const name of new Set([...shown.keys(), ...expected.keys()])) {
    const said = (shown.get(name) ?? []).map(({ atUs, status }) => `${at(world, atUs)} ${status}`);
    const meant = expected.get(name) ?? [];
    const nth = firstDifference(said, meant);
    if (nth === null) continue;
    const who = name.replace('\n', ' ');
    faults.push(`${who}: is «${said[nth] ?? 'nothing'}», should be «${meant[nth] ?? 'nothing'}»`);
  }
  return checkOf(
    'timelines of instances as they should be',
    `${String(tables.shown.length)} transitions of ${String(expected.size)} instances, ${String(faults.length)} wrong`,
    faults,
  );
}

/** The silences as they are kept, with those that a replacement made pass unsaid left out. */
export function silences({ world, tables, truth }: Evidence): Check {
  const line = (name: string, dueUs: number, endsUs: number | null): string =>
    `${name.replace('\n', ' ')}: ${at(world, dueUs)} to ${at(world, endsUs)}`;
  const said = new Set(
    tables.silences
      .filter(({ dueUs, endsUs }) => dueUs !== endsUs)
      .map((row) => line(nameOf(row), row.dueUs, row.endsUs)),
  );
  const meant = new Set(
    [...truth.values()].flatMap(({ lives }) =>
      lives.flatMap(({ life, silences: all }) =>
        all.map(({ dueUs, endsUs }) => line(nameOf(life.ledger), dueUs, endsUs)),
      ),
    ),
  );
  const faults = [
    ...[...said].filter((one) => !meant.has(one)).map((one) => `${one} is wrong`),
    ...[...meant].filter((one) => !said.has(one)).map((one) => `${one} is missing`),
  ].sort();
  return checkOf(
    'silences as they should be',
    `${String(meant.size)}, ${String(faults.length)} wrong`,
    faults,
  );
}

/**
 * The timeline that the read model derives for every service is true, to the microsecond. It tells each
 * change of an instance by itself: of those of one moment the last is what the service was.
 */
export function serviceTimelines({ world, tables, truth }: Evidence): Check {
  const faults = [...truth].flatMap(([name, { steps }]) => {
    const is = lasting(tables.timelines.get(name) ?? []).map(
      ({ atUs, status }) => `${at(world, atUs)} ${status}`,
    );
    const should = steps.map(({ fromUs, status }) => `${at(world, fromUs)} ${status}`);
    const nth = firstDifference(is, should);
    return nth === null
      ? []
      : [`${name}: is «${is[nth] ?? 'nothing'}», should be «${should[nth] ?? 'nothing'}»`];
  });
  const count = [...tables.timelines.values()].reduce((sum, rows) => sum + rows.length, 0);
  return checkOf(
    'timelines of services as they should be',
    `${String(count)} changes of ${String(truth.size)} services, ${String(faults.length)} wrong`,
    faults,
  );
}

/** What is said of every service in the end. */
export function finalStatuses({ tables, truth }: Evidence): Check {
  const faults = [...truth].flatMap(([name, { steps }]) => {
    const [is, should] = [tables.services.get(name), steps.at(-1)?.status];
    return is === should ? [] : [`${name} is ${String(is)}, should be ${String(should)}`];
  });
  return checkOf(
    'statuses of services in the end',
    `${String(truth.size)}, ${String(faults.length)} wrong`,
    faults,
  );
}

/** Without what was for no time at all. */
const lasting = (rows: readonly ServiceRow[]): ServiceRow[] =>
  rows
    .filter(({ atUs }, nth) => rows[nth + 1]?.atUs !== atUs)
    .filter(({ status }, nth, kept) => kept[nth - 1]?.status !== status);

/** The index from which on two lists are not the same; null where they are. */
function firstDifference(a: readonly string[], b: readonly string[]): number | null {
  const nth = Array.from({ length: Math.max(a.length, b.length) }).findIndex(
    (_, index) => a[index] !== b[index],
  );
  return nth < 0 ? null : nth;
}
