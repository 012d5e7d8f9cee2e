import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/cli/random.js';
import { onTestFailure } from '../support/failure.js';
import { type Fault, SCENARIO_MS } from './fault.js';
import { inject, injectTogether, type Outcome } from './injection.js';
import { runOptions, selected } from './run-options.js';
import { scenarios } from './scenarios.js';
import { tableOf } from './table.js';
import { World } from './world.js';

const options = runOptions(process.env);
const faults = selected(
  (await scenarios()).map(({ fault }) => fault),
  options,
);
const outcomes: Outcome[] = [];
let world: World | null = null;

onTestFailure(() => world?.output ?? '');

/** Faults that are injected into one world. */
type Group = readonly [Fault, ...Fault[]];

/** Those that share a world, each of the others alone, in the order of the first numbers. */
function groupsOf(faults: readonly Fault[]): Group[] {
  const [first, ...others] = faults.filter(({ isShared }) => isShared);
  const alone = faults.filter(({ isShared }) => !isShared).map((fault): Group => [fault]);
  const groups: Group[] = first === undefined ? alone : [...alone, [first, ...others]];
  return groups.sort(([a], [b]) => a.number - b.number);
}

const titleOf = (group: Group): string => {
  const [first, ...others] = group;
  return others.length === 0
    ? `fault ${first.number} ${first.name}`
    : `faults ${group.map(({ number }) => number).join(', ')}`;
};

/** Injects faults into a world of their own, and writes down what came of it. */
async function injectOnce(group: Group, seed: number): Promise<void> {
  const [first] = group;
  world = new World(first.number, seed);
  try {
    const found = first.isShared
      ? await injectTogether(group, world)
      : [await inject(first, world)];
    outcomes.push(...found);
    expect(found.flatMap(({ violations }) => violations)).toEqual([]);
  } catch (error) {
    if (!outcomes.some((one) => one.fault === first.number && one.seed === seed)) {
      outcomes.push(...group.map((fault) => failed(fault, seed, error)));
    }
    throw error;
  } finally {
    await world.close();
  }
}

const failed = (fault: Fault, seed: number, error: unknown): Outcome => ({
  ...{ fault: fault.number, name: fault.name, seed, times: 0 },
  ...{ issued: 0, acknowledged: 0, stored: 0, lost: 0, duplicates: 0 },
  ...{
    recoverySeconds: null,
    gaps: [],
    evidence: {},
    violations: [String(error)],
    notInjected: null,
  },
});

afterAll(() => {
  const table = tableOf(outcomes);
  const { reportFolder, seed } = options;
  if (reportFolder === null) {
    process.stderr.write(`faults from seed ${seed}\n${table}`);
    return;
  }
  mkdirSync(reportFolder, { recursive: true });
  writeFileSync(path.join(reportFolder, 'table.txt'), table);
  writeFileSync(
    path.join(reportFolder, 'report.json'),
    `${JSON.stringify({ seed, outcomes }, null, 2)}\n`,
  );
});

if (options.minutes === null) {
  it.each(groupsOf(faults).map((group) => [titleOf(group), group] as const))(
    'what is promised holds under %s',
    async (_, group) => {
      await injectOnce(group, options.seed);
    },
    Math.max(...faults.map(({ deadlineMs = SCENARIO_MS }) => deadlineMs)),
  );
} else {
  const minutes = options.minutes;
  const lastMs = Math.max(...faults.map(({ deadlineMs = SCENARIO_MS }) => deadlineMs));
  it(
    `what is promised holds under faults at random for ${minutes} minutes`,
    async () => {
      const random = new Random(options.seed, 'order of faults');
      const untilMs = performance.now() + minutes * 60_000;
      while (performance.now() < untilMs) {
        await injectOnce([random.pick(faults)], random.whole(0, 2 ** 31 - 1));
      }
    },
    minutes * 60_000 + lastMs,
  );
}
