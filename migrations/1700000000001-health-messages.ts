import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createHypertable, dropTable } from './support/ddl.js';

/** The audit log: every event once, in the publisher's time. */
export class HealthMessages1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // `json`, not `jsonb`: the document is kept as it was published, to the byte.
    await runner.query(`
      CREATE TABLE health_messages (
        occurred_at      timestamptz      NOT NULL,
        message_id       uuid             NOT NULL,
        received_at      timestamptz      NOT NULL,
        service_name     text COLLATE "C" NOT NULL,
        instance_id      text COLLATE "C" NOT NULL,
        status           text             NOT NULL,
        response_time_ms double precision,
        ttl_seconds      integer,
        version          text,
        message          text,
        payload          json             NOT NULL,
        PRIMARY KEY (occurred_at, message_id)
      )`);
    await createHypertable(runner, 'health_messages', 'occurred_at', '1 day');
    await runner.query(
      `CREATE INDEX health_messages_service ON health_messages (service_name, occurred_at DESC)`,
    );
    await runner.query(
      `CREATE INDEX health_messages_received ON health_messages USING brin (received_at)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_messages');
  }
}
