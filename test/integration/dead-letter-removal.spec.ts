import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { loadEnvironment } from '../../src/config/load.js';
import { LetterRemoval } from '../../src/dead-letters/letter-removal.js';
import { Metrics } from '../../src/observability/metrics.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import { TRY_LOCK } from '../../src/storage/dead-letter-removal.sql.js';
import { runCommand } from '../support/command.js';
import { KeptLog } from '../support/kept-log.js';
import { Scope } from '../support/scope.js';

const MEBIBYTE = 1024 * 1024;
const LETTER_BYTES = 10_000;

let scope: Scope;
let dataSource: DataSource;

const environment = (): ReturnType<typeof loadEnvironment> =>
  loadEnvironment({
    ...scope.environment,
    LOG_LEVEL: 'silent',
    HEALTH_DEAD_LETTER_RETENTION_DAYS: '30',
    HEALTH_DEAD_LETTERS_MAX_BYTES: String(MEBIBYTE),
  });

beforeAll(async () => {
  scope = await Scope.open();
  await runCommand('src/cli/migrate.js', scope.environment);
  dataSource = await createDataSource(environment()).initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await scope.close();
});

beforeEach(async () => {
  await scope.sql(`TRUNCATE health_dead_letters RESTART IDENTITY`);
});

/** One instance of the application, as far as this is concerned. */
function removal(): { look: () => Promise<void>; log: KeptLog; metrics: Metrics } {
  const log = new KeptLog(environment());
  const metrics = new Metrics();
  const one = new LetterRemoval(environment(), new Database(dataSource), metrics, log);
  return {
    log,
    metrics,
    look: async () => {
      await one.look();
    },
  };
}

let kept = 0;

/** Letters of bytes that cannot be compressed, one received `agoSeconds` ago, the next a second later. */
async function keep(count: number, agoSeconds: number, bytes: number): Promise<void> {
  const raws = Array.from({ length: count }, () => randomBytes(bytes).toString('base64'));
  kept += 1;
  await scope.sql(
    `INSERT INTO health_dead_letters
       (journal_id, event_index, source, reason, detail, raw, attempts, received_at)
     SELECT $3 || '-' || n, 0, 'c', 'invalid_json', 'd', decode(raw, 'base64'), 1,
            now() + (n - $2) * interval '1 second'
       FROM unnest($1::text[]) WITH ORDINALITY AS given (raw, n)`,
    [raws, agoSeconds + 1, String(kept)],
  );
}

const DAY_SECONDS = 86_400;

const ids = async (): Promise<number[]> =>
  (await scope.sql<{ id: string }>(`SELECT id FROM health_dead_letters ORDER BY received_at`)).map(
    ({ id }) => Number(id),
  );

const removedFor = async (metrics: Metrics): Promise<unknown> =>
  (await metrics.deadLettersRemoved.get()).values.map(({ labels, value }) => [
    labels.reason,
    value,
  ]);

describe('dead letters', () => {
  it('go when they are older than their retention, and it is told', async () => {
    await keep(3, 30 * DAY_SECONDS + 60, 20);
    await keep(2, 30 * DAY_SECONDS - 60, 20);
    await scope.sql(`UPDATE health_dead_letters SET replayed_at = now() WHERE id < 3`);
    const { look, log, metrics } = removal();
    await look();
    expect(await ids()).toEqual([4, 5]);
    expect(log.lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'dead_letters.removed',
        reason: 'retention',
        letters: 3,
        not_replayed: 1,
      }),
    ]);
    expect(await removedFor(metrics)).toEqual([['retention', 3]]);
    await look();
    expect(log.lines).toHaveLength(1);
  });

  it('go in any number', async () => {
    await scope.sql(
      `INSERT INTO health_dead_letters
         (journal_id, event_index, source, reason, detail, raw, attempts, received_at, replayed_at)
       SELECT 'old-' || n, 0, 'c', 'invalid_json', 'd', '', 1, now() - interval '40 days', now()
         FROM generate_series(1, 2500) AS n`,
    );
    const { look, log } = removal();
    await look();
    expect(await ids()).toEqual([]);
    expect(log.lines.map(({ level, letters }) => [level, letters])).toEqual([
      ['info', 1_000],
      ['info', 1_000],
      ['info', 500],
    ]);
  });

  it('stay below their bytes, the oldest go', async () => {
    await keep(150, 1_000, LETTER_BYTES);
    const { look, log, metrics } = removal();
    await look();
    const left = await ids();
    expect(left.at(-1)).toBe(150);
    expect(left[0]).toBe(150 - left.length + 1);
    expect(left.length * LETTER_BYTES).toBeLessThan(MEBIBYTE * 0.9);
    expect(left.length * LETTER_BYTES).toBeGreaterThan(MEBIBYTE * 0.8);
    expect(log.lines).toEqual([
      expect.objectContaining({ level: 'warn', reason: 'bound', letters: 150 - left.length }),
    ]);
    expect(await removedFor(metrics)).toEqual([['bound', 150 - left.length]]);

    // What was freed on the disk counts for nothing, and little that is new is no reason to remove.
    await keep(3, 10, LETTER_BYTES);
    await look();
    expect(await ids()).toHaveLength(left.length + 3);
    await keep(30, 5, LETTER_BYTES);
    await look();
    expect((await ids()).length * LETTER_BYTES).toBeLessThan(MEBIBYTE * 0.9);
    expect(log.lines).toHaveLength(2);
  });

  it('are removed once though several instances look at the same time', async () => {
    await keep(150, 1_000, LETTER_BYTES);
    const several = [removal(), removal(), removal()];
    await Promise.all(several.map(({ look }) => look()));
    for (const { look } of several) await look();
    const left = await ids();
    expect(left.length * LETTER_BYTES).toBeGreaterThan(MEBIBYTE * 0.8);
    const lines = several.flatMap(({ log }) => log.lines);
    expect(lines.reduce((sum, { letters }) => sum + Number(letters), 0)).toBe(150 - left.length);
  });

  it('are left alone while another instance is at it, or they are being replayed', async () => {
    await keep(3, 40 * DAY_SECONDS, 20);
    const client = await scope.database.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL search_path = ${scope.schema}`);
      await client.query(TRY_LOCK.text);
      await removal().look();
      expect(await ids()).toEqual([1, 2, 3]);
      await client.query('ROLLBACK');

      await client.query('BEGIN');
      await client.query('SELECT FROM health_dead_letters WHERE id = 2 FOR UPDATE');
      await removal().look();
      expect(await ids()).toEqual([2]);
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
    await removal().look();
    expect(await ids()).toEqual([]);
  });
});
