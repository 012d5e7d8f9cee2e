import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable, removePolicy } from './support/ddl.js';

/**
 * One row: what occurred before `messages_from` may be gone from the audit log, and what happened before
 * `history_from` from the histories. Where TimescaleDB drops the audit log by a policy of its own, all that is
 * older than `policy_days` may be gone, too. No row: nothing was ever removed.
 */
export class HealthRetention1700000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_retention (
        is_only       boolean     PRIMARY KEY DEFAULT true CHECK (is_only),
        messages_from timestamptz,
        history_from  timestamptz,
        policy_days   integer
      )`);
  }

  /** With what the application made where TimescaleDB's licence has it: nobody would keep it any more. */
  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_retention');
    await removePolicy(runner, 'health_messages');
    await runner.query(`DROP MATERIALIZED VIEW IF EXISTS health_messages_hourly`);
  }
}
