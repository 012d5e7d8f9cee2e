import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * What operators set for a service, with its history: the newest row is in force, and each was from
 * its `changed_at` on. A column that is null stands for the default.
 */
export class ServiceSettings1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_settings (
        service_name       text COLLATE "C" NOT NULL,
        changed_at         timestamptz      NOT NULL,
        failure_threshold  integer,
        success_threshold  integer,
        ttl_seconds        integer,
        grace_seconds      integer,
        expected_instances integer,
        PRIMARY KEY (service_name, changed_at)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'service_settings');
  }
}
