import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** Current state of a service; the row that every writer of the service locks first. */
export class ServiceStatus1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_status (
        service_name        text COLLATE "C" PRIMARY KEY,
        current_status      text        NOT NULL DEFAULT 'unknown',
        status_since        timestamptz NOT NULL DEFAULT now(),
        last_seen           timestamptz,
        last_occurred_at    timestamptz,
        newest_received_at  timestamptz,
        newest_message_id   uuid,
        due_at              timestamptz,
        response_time_ms    double precision,
        message             text,
        message_count       bigint      NOT NULL DEFAULT 0,
        instance_count      integer     NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'service_status');
  }
}
