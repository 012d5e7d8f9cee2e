import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { privateServices } from '../private-services.js';
import { runLive } from './live/live-run.js';
import type { SimulateOptions } from './options.js';
import { linesOf, reportOf, tableOf } from './report.js';
import { type Outcome, simulate } from './simulation.js';
import { sameTables } from './verdict/same-tables.js';
import { createWorld } from './world/world.js';

/** Simulates one world for each number of sweepers, prints the verdicts. Returns the exit code. */
export async function runSimulate(options: SimulateOptions): Promise<number> {
  if (options.isLive) return await live();
  const { seed, hours, services: count, sweepers, jsonFile } = options;
  const world = createWorld({ seed, hours, services: count });
  say(`seed ${String(seed)}: ${String(count)} services for ${String(hours)} h`);
  const services = await privateServices(process.env, 'simulate');
  try {
    const outcomes: Outcome[] = [];
    for (const number of sweepers) {
      const schema = `simulate_${randomBytes(4).toString('hex')}`;
      const outcome = await simulate(services.databaseUrl, schema, world, number);
      process.stdout.write(tableOf(outcome));
      outcomes.push(outcome);
    }
    const comparison = sameTables(outcomes);
    if (comparison !== null) process.stdout.write(`all\n${linesOf([comparison])}`);
    const report = reportOf(world.options, outcomes, comparison);
    if (jsonFile !== null) await writeFile(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    return report.isMet ? 0 : 1;
  } finally {
    await services.release();
  }
}

async function live(): Promise<number> {
  say('in real time, about a minute');
  const services = await privateServices(process.env, 'simulate');
  try {
    const checks = await runLive(services);
    process.stdout.write(linesOf(checks));
    return checks.every(({ isMet }) => isMet) ? 0 : 1;
  } finally {
    await services.release();
  }
}

function say(line: string): void {
  process.stderr.write(`simulate: ${line}\n`);
}
