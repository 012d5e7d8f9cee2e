import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * Outbox of the webhook: changes of a service's status that the receiver has not taken yet, with all
 * that it is to be told of them. A row goes when it was delivered or given up; a service's oldest row
 * is the one whose turn it is. All updates are of columns without an index, and stay on their page.
 */
export class WebhookDeliveries1700000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhook_deliveries (
        service_name    text COLLATE "C" NOT NULL,
        change_id       bigint           NOT NULL,
        changed_at      timestamptz      NOT NULL,
        from_status     text,
        to_status       text             NOT NULL,
        reason          text             NOT NULL,
        instance_id     text COLLATE "C",
        message_id      uuid,
        idempotency_key uuid             NOT NULL DEFAULT gen_random_uuid(),
        first_due_at    timestamptz      NOT NULL DEFAULT statement_timestamp(),
        next_attempt_at timestamptz      NOT NULL DEFAULT statement_timestamp(),
        attempts        integer          NOT NULL DEFAULT 0,
        leased_until    timestamptz,
        last_error      text,
        PRIMARY KEY (service_name, change_id)
      ) WITH (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'webhook_deliveries');
  }
}
