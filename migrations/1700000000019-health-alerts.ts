import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * What all instances together hold of each alert: it fires while any of them says so. `said_by` has when
 * each process said it last, in seconds since 1970 by the database's clock. A change of it is told by the
 * webhook: a delivery with `alert` set, whose place in the outbox is a name that no service can have
 * (webhook/outbox.sql.ts).
 */
export class HealthAlerts1700000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_alerts (
        name    text        COLLATE "C" PRIMARY KEY,
        state   text        NOT NULL CHECK (state IN ('ok', 'firing')),
        since   timestamptz NOT NULL,
        said_by jsonb       NOT NULL
      ) WITH (fillfactor = 50)`);
    await runner.query(`ALTER TABLE webhook_deliveries ADD COLUMN alert json`);
  }

  /** What was still to be told of alerts goes with them. */
  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_alerts');
    await runner.query(`DELETE FROM webhook_deliveries WHERE alert IS NOT NULL`);
    await runner.query(`ALTER TABLE webhook_deliveries DROP COLUMN alert`);
  }
}
