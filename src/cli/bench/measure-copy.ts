import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type Figure, figureBetween } from './figures.js';
import { type FleetEvent, standardFleet } from './fleet.js';
import { assertRows } from './stored.js';
import type { Workspace } from './workspace.js';

const ROWS_PER_COPY = 5_000;
const COLUMNS =
  'occurred_at, message_id, received_at, service_name, instance_id, status, response_time_ms, ' +
  'ttl_seconds, version, payload';

/**
 * The limit: COPY of rows prepared beforehand into the audit log's own table, one connection, 5,000
 * rows a transaction. No duplicates are looked for, no status is kept.
 */
export async function measureCopy(
  workspace: Workspace,
  events: number,
  seed: number,
): Promise<Figure> {
  const target = await workspace.productTarget();
  const fleet = standardFleet(seed);
  const chunks: Buffer[] = [];
  for (let left = events; left > 0; left -= ROWS_PER_COPY) {
    const rows = fleet.events(Math.min(ROWS_PER_COPY, left)).map(copyRow);
    chunks.push(Buffer.from(rows.join('')));
  }
  const client = new pg.Client({ connectionString: workspace.services.databaseUrl });
  await client.connect();
  try {
    const statement = `COPY ${target.schema}.health_messages (${COLUMNS}) FROM STDIN`;
    const fromMs = performance.now();
    for (const chunk of chunks) {
      const stream = client.query(copyFrom(statement));
      if (!stream.write(chunk)) await once(stream, 'drain');
      stream.end();
      await finished(stream);
    }
    const toMs = performance.now();
    await assertRows(workspace, target, events);
    return figureBetween(
      { atMs: fromMs, stored: 0, usage: null },
      { atMs: toMs, stored: events, usage: null },
    );
  } finally {
    await client.end();
  }
}

/** Text format; in these rows nothing but the backslash, of which JSON is free here, needs escaping. */
function copyRow(event: FleetEvent): string {
  const at = new Date(event.timestampMs).toISOString();
  const fields = [at, event.messageId, at, event.serviceName, event.instanceId, event.status];
  const rest = [event.responseTimeMs, event.ttlSeconds, event.version, event.json];
  return `${[...fields, ...rest].join('\t')}\n`;
}
