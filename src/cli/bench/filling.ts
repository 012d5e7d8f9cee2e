import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { LOCK_SERVICES, REWRITE_SERVICES } from '../../status/service-rows.sql.js';
import { NOTHING_REMOVED } from '../../status/kept.js';
import { writeServiceEvents } from '../../status/service-events.js';
import { countInstances, NO_INSTANCES } from '../../status/instance-counts.js';
import { aggregate } from '../../status/aggregation.js';
import { writeInstances } from '../../status/instance-rows.js';
import type { Session } from '../../storage/database.js';
import { COPY_COLUMNS, copyRow } from './copy-rows.js';
import { FilledInstances, TRANSITION_COLUMNS } from './filled-instances.js';
import { Fleet, type FleetShape } from './fleet.js';

/** Half an hour short of 30 days, so that nothing is as old as what retention deletes. */
const SPREAD_MS = (30 * 24 - 0.5) * 3_600_000;
const ROWS_PER_COPY = 5_000;

/**
 * Fills the tables with a history of the fleet, spread evenly over 30 days up to now: the rows of its
 * events by COPY, the transitions that follow from them, the states of its instances and services.
 * Then VACUUM ANALYZE, which autovacuum would have come to in 30 days.
 */
export async function fill(
  databaseUrl: string,
  schema: string,
  rows: number,
  shape: FleetShape,
  seed: number,
): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    options: `-c search_path=${schema}`,
  });
  await client.connect();
  try {
    const instances = new FilledInstances();
    const fleet = new Fleet(shape, seed);
    const startMs = Date.now() - SPREAD_MS;
    const events = `COPY health_messages (${COPY_COLUMNS}) FROM STDIN`;
    const transitions = `COPY health_transitions (${TRANSITION_COLUMNS}) FROM STDIN`;
    for (let done = 0; done < rows;) {
      const until = Math.min(rows, done + ROWS_PER_COPY);
      const lines: string[] = [];
      for (; done < until; done += 1) {
        const event = fleet.event(Math.floor(startMs + (done / rows) * SPREAD_MS));
        lines.push(copyRow(event));
        instances.take(event);
      }
      await copyIn(client, events, lines);
      await copyIn(client, transitions, instances.takeTransitions());
    }
    await client.query('VACUUM ANALYZE health_messages, health_transitions');
    await writeStates(client, instances);
    await client.query('VACUUM ANALYZE service_instances, service_status');
  } finally {
    await client.end();
  }
}

async function copyIn(
  client: pg.Client,
  statement: string,
  lines: readonly string[],
): Promise<void> {
  const stream = client.query(copyFrom(statement));
  stream.end(lines.join(''));
  await finished(stream);
}

/** By the statements that the product itself has. */
async function writeStates(client: pg.Client, instances: FilledInstances): Promise<void> {
  const session: Session = {
    query: async <Row extends pg.QueryResultRow>(
      { text }: { readonly text: string },
      values: readonly unknown[],
    ) => (await client.query<Row>(text, [...values])).rows,
  };
  const names = instances.serviceNames();
  await session.query(LOCK_SERVICES, [JSON.stringify(names)]);
  await writeInstances(
    session,
    instances.states().map((state) => ({ state, forgottenThroughUs: null })),
  );
  const totals = await countInstances(session, names);
  const statuses = names.map((name) => {
    const { counts, dueAtUs } = totals.get(name) ?? NO_INSTANCES;
    const { status, liveInstances } = aggregate(counts, null);
    return { s: name, st: status, ic: liveInstances, du: dueAtUs };
  });
  await session.query(REWRITE_SERVICES, [JSON.stringify(statuses)]);
  const all = { kept: NOTHING_REMOVED, windowDays: 0, isTruncated: false };
  for (const name of names) await writeServiceEvents(session, name, all);
}
