import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * Current state of one running copy of a service. The fill factor leaves room on the page so that
 * updates stay HOT; no column that every event changes has an index.
 */
export class ServiceInstances1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_instances (
        service_name        text COLLATE "C" NOT NULL,
        instance_id         text COLLATE "C" NOT NULL,
        current_status      text             NOT NULL,
        status_since        timestamptz      NOT NULL,
        last_seen           timestamptz      NOT NULL,
        last_occurred_at    timestamptz      NOT NULL,
        newest_received_at  timestamptz      NOT NULL,
        newest_message_id   uuid             NOT NULL,
        ttl_seconds         integer,
        due_at              timestamptz,
        version             text,
        response_time_ms    double precision,
        message             text,
        message_count       bigint           NOT NULL,
        PRIMARY KEY (service_name, instance_id)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'service_instances');
  }
}
