import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * Silences: from the deadline of what was received last to the next reception, or to the moment the
 * instance was taken out. `health_transitions` keeps what events reported; the view
 * `instance_transitions` lays the silences over it.
 */
export class HealthSilences1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_silences (
        service_name text COLLATE "C" NOT NULL,
        instance_id  text COLLATE "C" NOT NULL,
        due_at       timestamptz      NOT NULL,
        received_at  timestamptz      NOT NULL,
        message_id   uuid             NOT NULL,
        ends_at      timestamptz,
        ended_by     uuid,
        PRIMARY KEY (service_name, instance_id, due_at)
      )`);
    await runner.query(
      `CREATE INDEX health_silences_service ON health_silences (service_name, due_at)`,
    );
    await runner.query(`
      ALTER TABLE service_instances
        ADD COLUMN reported_status text,
        ADD COLUMN reported_since  timestamptz,
        ADD COLUMN streak          integer NOT NULL DEFAULT 0,
        ADD COLUMN first_seen      timestamptz,
        ADD COLUMN last_message_id uuid,
        ADD COLUMN recovered_at    timestamptz,
        ADD COLUMN wait_until      timestamptz,
        ADD COLUMN is_replacement  boolean NOT NULL DEFAULT false,
        ADD COLUMN has_successor   boolean NOT NULL DEFAULT false`);
    await runner.query(`
      UPDATE service_instances
         SET reported_status = current_status, reported_since = status_since,
             first_seen = last_seen, last_message_id = newest_message_id`);
    await runner.query(`
      ALTER TABLE service_instances
        ALTER COLUMN reported_status SET NOT NULL,
        ALTER COLUMN reported_since  SET NOT NULL,
        ALTER COLUMN first_seen      SET NOT NULL,
        ALTER COLUMN last_message_id SET NOT NULL`);
    await runner.query(
      `ALTER TABLE service_deletions ADD COLUMN reason text NOT NULL DEFAULT 'deleted'`,
    );
    await runner.query(`
      CREATE VIEW instance_transitions AS
      SELECT t.service_name, t.instance_id, t.occurred_at, t.received_at, t.message_id,
             t.from_status, t.to_status, t.reason
        FROM health_transitions t
       WHERE NOT EXISTS (
               SELECT FROM health_silences s
                WHERE s.service_name = t.service_name AND s.instance_id = t.instance_id
                  AND s.due_at <= t.occurred_at
                  AND (s.ends_at IS NULL OR s.ends_at >= t.occurred_at)
                  AND s.ends_at IS DISTINCT FROM s.due_at
                  AND (s.ends_at IS NULL OR s.ended_by IS NOT NULL OR t.received_at <= s.received_at))
      UNION ALL
      SELECT s.service_name, s.instance_id, s.due_at, s.received_at, s.message_id,
             before.to_status, 'stale', 'silent'
        FROM health_silences s
        LEFT JOIN LATERAL (
               SELECT t.to_status FROM health_transitions t
                WHERE t.service_name = s.service_name AND t.instance_id = s.instance_id
                  AND t.occurred_at < s.due_at
                ORDER BY t.occurred_at DESC, t.received_at DESC, t.message_id DESC LIMIT 1) AS before
             ON true
       WHERE s.ends_at IS DISTINCT FROM s.due_at
      UNION ALL
      SELECT s.service_name, s.instance_id, s.ends_at, s.ends_at, s.ended_by,
             'stale', reported.to_status, 'recovered'
        FROM health_silences s
       CROSS JOIN LATERAL (
               SELECT t.to_status FROM health_transitions t
                WHERE t.service_name = s.service_name AND t.instance_id = s.instance_id
                  AND t.occurred_at <= s.ends_at
                ORDER BY t.occurred_at DESC, t.received_at DESC, t.message_id DESC LIMIT 1) AS reported
       WHERE s.ended_by IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP VIEW instance_transitions`);
    await dropTable(runner, 'health_silences');
    await runner.query(`ALTER TABLE service_deletions DROP COLUMN reason`);
    await runner.query(`
      ALTER TABLE service_instances
        DROP COLUMN reported_status,
        DROP COLUMN reported_since,
        DROP COLUMN streak,
        DROP COLUMN first_seen,
        DROP COLUMN last_message_id,
        DROP COLUMN recovered_at,
        DROP COLUMN wait_until,
        DROP COLUMN is_replacement,
        DROP COLUMN has_successor`);
  }
}
