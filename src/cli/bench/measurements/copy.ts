import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COPY_COLUMNS, copyRow } from '../copy-rows.js';
import { Fleet, STANDARD_FLEET } from '../fleet.js';
import type { Measurement, Taking } from '../measurement.js';
import { type Figure, figureBetween } from '../report/figures.js';
import { assertRows } from '../stored.js';

const ROWS_PER_COPY = 5_000;
const EVENTS = { quick: 150_000, full: 300_000 };

/**
 * The limit: COPY of rows prepared beforehand into the audit log's own table, one connection, 5,000
 * rows a transaction. No duplicates are looked for, no status is kept.
 */
export const copy: Measurement = {
  name: 'copy',
  title: 'limit: COPY, one connection',
  section: 'throughput',
  frequency: { quick: 'each', full: 'each' },
  seconds: { quick: 7, full: 13 },
  take,
};

async function take({ workspace, size, round }: Taking): Promise<Figure> {
  const events = EVENTS[size];
  const target = await workspace.productTarget();
  const fleet = new Fleet(STANDARD_FLEET, round);
  const chunks: Buffer[] = [];
  for (let left = events; left > 0; left -= ROWS_PER_COPY) {
    const rows = fleet.events(Math.min(ROWS_PER_COPY, left)).map(copyRow);
    chunks.push(Buffer.from(rows.join('')));
  }
  // Redis has no part in it.
  const usage = async () => ({ ...(await workspace.meter.usage(null)), redisMicros: null });
  const client = new pg.Client({ connectionString: workspace.services.databaseUrl });
  await client.connect();
  try {
    const statement = `COPY ${target.schema}.health_messages (${COPY_COLUMNS}) FROM STDIN`;
    const from = { usage: await usage(), atMs: performance.now(), stored: 0 };
    for (const chunk of chunks) {
      const stream = client.query(copyFrom(statement));
      if (!stream.write(chunk)) await once(stream, 'drain');
      stream.end();
      await finished(stream);
    }
    const atMs = performance.now();
    const to = { atMs, stored: events, usage: await usage() };
    await assertRows(workspace, target, events);
    return figureBetween(from, to);
  } finally {
    await client.end();
  }
}
