import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes by which the histories are read a page at a time: newest first, from any moment back. The
 * two that they replace were in order of insertion, which a time range cannot use.
 */
export class HistoryReading1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX health_status_changes_time
          ON health_status_changes (service_name, changed_at DESC, id DESC)`);
    await runner.query(`DROP INDEX health_status_changes_service`);
    await runner.query(`
      CREATE INDEX health_dead_letters_time ON health_dead_letters (received_at DESC, id DESC)`);
    await runner.query(`
      CREATE INDEX health_dead_letters_reason_time
          ON health_dead_letters (reason, received_at DESC, id DESC)`);
    await runner.query(`DROP INDEX health_dead_letters_reason`);
    await runner.query(`
      CREATE INDEX health_transitions_instance
          ON health_transitions (service_name, instance_id, occurred_at DESC)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX health_transitions_instance`);
    await runner.query(
      `CREATE INDEX health_dead_letters_reason ON health_dead_letters (reason, id DESC)`,
    );
    await runner.query(`DROP INDEX health_dead_letters_reason_time`);
    await runner.query(`DROP INDEX health_dead_letters_time`);
    await runner.query(
      `CREATE INDEX health_status_changes_service ON health_status_changes (service_name, id DESC)`,
    );
    await runner.query(`DROP INDEX health_status_changes_time`);
  }
}
