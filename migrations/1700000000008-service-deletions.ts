import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * What operators had forgotten. The states after a deletion follow from the events received later
 * than `received_through`; without this record they could not be computed anew from the audit log.
 */
export class ServiceDeletions1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_deletions (
        id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        service_name     text COLLATE "C" NOT NULL,
        instance_id      text COLLATE "C",
        deleted_at       timestamptz      NOT NULL,
        received_through timestamptz      NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX service_deletions_service ON service_deletions (service_name, deleted_at DESC)`,
    );
    await runner.query(`ALTER TABLE service_instances ADD COLUMN forgotten_through timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'service_deletions');
    await runner.query(`ALTER TABLE service_instances DROP COLUMN forgotten_through`);
  }
}
