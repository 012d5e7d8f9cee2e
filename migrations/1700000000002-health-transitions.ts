import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createHypertable, dropTable } from './support/ddl.js';

/** Event-time history: changes of an instance's status, a function of the audit log. */
export class HealthTransitions1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_transitions (
        occurred_at  timestamptz      NOT NULL,
        service_name text COLLATE "C" NOT NULL,
        instance_id  text COLLATE "C" NOT NULL,
        message_id   uuid             NOT NULL,
        received_at  timestamptz      NOT NULL,
        from_status  text,
        to_status    text             NOT NULL,
        reason       text             NOT NULL,
        PRIMARY KEY (service_name, occurred_at, instance_id, message_id)
      )`);
    await createHypertable(runner, 'health_transitions', 'occurred_at', '30 days');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_transitions');
  }
}
