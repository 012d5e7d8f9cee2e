import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** Stale transitions that were held: until the instance was heard, or until they were released. */
export class HealthHolds1700000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_holds (
        service_name text COLLATE "C" NOT NULL,
        instance_id  text COLLATE "C" NOT NULL,
        due_at       timestamptz      NOT NULL,
        ended_at     timestamptz,
        outcome      text,
        PRIMARY KEY (service_name, instance_id, due_at)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_holds');
  }
}
