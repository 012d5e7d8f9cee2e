import { createDataSource } from '../storage/data-source.js';
import { Database } from '../storage/database.js';
import { type Difference, Rebuild, REBUILT_TABLES } from '../status/rebuild.js';
import { ServiceAggregates } from '../status/service-aggregates.js';
import { StatusChanges } from '../status/status-changes.js';
import { runCommand } from './run-command.js';

/** Differences that are told one by one. */
const TOLD = 20;
/** Between two lines of progress. */
const PROGRESS_MS = 2_000;
const DRY_RUN = '--dry-run';

await runCommand(
  async (environment, options) => {
    const dataSource = await createDataSource(environment).initialize();
    try {
      const aggregates = new ServiceAggregates(new StatusChanges(environment));
      const rebuild = new Rebuild(environment, new Database(dataSource), aggregates);
      return await rebuildAll(rebuild, !options.has(DRY_RUN));
    } finally {
      await dataSource.destroy();
    }
  },
  [DRY_RUN],
);

async function rebuildAll(rebuild: Rebuild, isKept: boolean): Promise<string> {
  const names = await rebuild.serviceNames();
  const differences: Difference[] = [];
  let toldMs = performance.now();
  for (const [index, name] of names.entries()) {
    differences.push(...(await rebuild.service(name, isKept)));
    if (performance.now() - toldMs < PROGRESS_MS) continue;
    toldMs = performance.now();
    process.stderr.write(`${String(index + 1)} of ${String(names.length)} services\n`);
  }
  return [
    ...differences.slice(0, TOLD).map(told),
    ...(differences.length > TOLD ? [`… and ${String(differences.length - TOLD)} more`] : []),
    summary(names.length, differences, isKept),
  ].join('\n');
}

function told({ table, key, was, is }: Difference): string {
  if (was === null) return `${table}: ${key} was missing`;
  if (is === null) return `${table}: ${key} should not be there`;
  return `${table}: ${key} was «${was}», is «${is}»`;
}

function summary(services: number, differences: readonly Difference[], isKept: boolean): string {
  const done = `${isKept ? 'rebuilt' : 'compared'} ${String(services)} services`;
  if (differences.length === 0) return `${done}: nothing differed`;
  const counts = REBUILT_TABLES.map(
    (table) => [table, differences.filter((one) => one.table === table).length] as const,
  ).filter(([, count]) => count > 0);
  return `${done}; differed: ${counts.map(([table, n]) => `${String(n)} rows of ${table}`).join(', ')}`;
}
