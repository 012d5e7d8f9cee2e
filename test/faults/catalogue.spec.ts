import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/cli/random.js';
import { onTestFailure } from '../support/failure.js';
import { type Fault, SCENARIO_MS } from './fault.js';
import { inject, type Outcome } from './injection.js';
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

/** Injects a fault into a world of its own, and writes down what came of it. */
async function injectOnce(fault: Fault, seed: number): Promise<void> {
  world = new World(fault.number, seed);
  try {
    const outcome = await inject(fault, world);
    outcomes.push(outcome);
    expect(outcome.violations).toEqual([]);
  } catch (error) {
    if (!outcomes.some((one) => one.fault === fault.number && one.seed === seed)) {
      outcomes.push(failed(fault, seed, error));
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
  it.each(faults.map((fault) => [`${fault.number} ${fault.name}`, fault] as const))(
    'what is promised holds under fault %s',
    async (_, fault) => {
      await injectOnce(fault, options.seed);
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
        await injectOnce(random.pick(faults), random.whole(0, 2 ** 31 - 1));
      }
    },
    minutes * 60_000 + lastMs,
  );
}
