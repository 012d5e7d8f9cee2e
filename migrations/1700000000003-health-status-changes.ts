import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** Processing-time history: what was said about a service and when. Append-only. */
export class HealthStatusChanges1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_status_changes (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        service_name text COLLATE "C" NOT NULL,
        changed_at   timestamptz      NOT NULL,
        from_status  text,
        to_status    text             NOT NULL,
        reason       text             NOT NULL,
        instance_id  text COLLATE "C",
        message_id   uuid
      )`);
    await runner.query(
      `CREATE INDEX health_status_changes_service ON health_status_changes (service_name, id DESC)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_status_changes');
  }
}
