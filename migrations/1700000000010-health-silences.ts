import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** The status that an instance's events had reported by a moment of a silence `s`. */
const reportedAt = (moment: string, comparison: '<' | '<='): string => `
             (SELECT t.to_status FROM health_transitions t
               WHERE t.service_name = s.service_name AND t.instance_id = s.instance_id
                 AND t.occurred_at ${comparison} ${moment}
               ORDER BY t.occurred_at DESC, t.received_at DESC, t.message_id DESC LIMIT 1)`;

/**
 * The three parts of the view, for readers that want the first few rows in order: of a union PostgreSQL
 * would compute all rows and sort them. Silences of an instance do not overlap, so that the newest one
 * that began before a change is the one which may hide it; one that ended as it began is none. What
 * was received after an instance was taken out belongs to its next life and is not hidden. The silence
 * is looked up by a range of the primary key: with an equality PostgreSQL may take the index by service
 * and time instead, and pass over all silences of the other instances.
 */
const PARTS = [
  `
      CREATE VIEW reported_transitions AS
      SELECT t.service_name, t.instance_id, t.occurred_at, t.received_at, t.message_id,
             t.from_status, t.to_status, t.reason
        FROM health_transitions t
       WHERE NOT coalesce((
               SELECT s.ends_at IS NULL
                      OR (s.ends_at >= t.occurred_at
                          AND (s.ended_by IS NOT NULL OR t.received_at <= s.received_at))
                 FROM health_silences s
                WHERE s.service_name = t.service_name
                  AND (s.instance_id, s.due_at) <= (t.instance_id, t.occurred_at)
                  AND s.instance_id >= t.instance_id
                  AND s.ends_at IS DISTINCT FROM s.due_at
                ORDER BY s.instance_id DESC, s.due_at DESC LIMIT 1), false)`,
  `
      CREATE VIEW silence_starts AS
      SELECT s.service_name, s.instance_id, s.due_at AS occurred_at, s.received_at, s.message_id,
             ${reportedAt('s.due_at', '<')} AS from_status, 'stale' AS to_status, 'silent' AS reason
        FROM health_silences s
       WHERE s.ends_at IS DISTINCT FROM s.due_at`,
  `
      CREATE VIEW silence_ends AS
      SELECT s.service_name, s.instance_id, s.ends_at AS occurred_at, s.ends_at AS received_at,
             s.ended_by AS message_id, 'stale' AS from_status,
             coalesce(${reportedAt('s.ends_at', '<=')}, 'unknown') AS to_status,
             'recovered' AS reason
        FROM health_silences s
       WHERE s.ended_by IS NOT NULL`,
] as const;

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
    await runner.query(
      `CREATE INDEX health_silences_ended ON health_silences (service_name, ends_at)
         WHERE ended_by IS NOT NULL`,
    );
    for (const view of PARTS) await runner.query(view);
    await runner.query(`
      CREATE VIEW instance_transitions AS
      SELECT * FROM reported_transitions
      UNION ALL SELECT * FROM silence_starts
      UNION ALL SELECT * FROM silence_ends`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP VIEW instance_transitions, reported_transitions, silence_starts, silence_ends`,
    );
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
