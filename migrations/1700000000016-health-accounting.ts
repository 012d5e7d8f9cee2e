import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** What became of the events that were read: one row per process and minute, moved by each batch. */
export class HealthAccounting1700000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_accounting (
        minute        timestamptz NOT NULL,
        boot_id       uuid        NOT NULL,
        instance_id   text        NOT NULL,
        read          bigint      NOT NULL,
        stored        bigint      NOT NULL,
        duplicate     bigint      NOT NULL,
        dead_lettered bigint      NOT NULL,
        PRIMARY KEY (minute, boot_id),
        CHECK (read = stored + duplicate + dead_lettered)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_accounting');
  }
}
