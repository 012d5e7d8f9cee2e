import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/**
 * One row: up to when synthetic heartbeats have proved that everything published was received, when
 * one came through last, and up to when deadlines have been swept.
 */
export class HealthObservation1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_observation (
        is_only         boolean     PRIMARY KEY DEFAULT true CHECK (is_only),
        covered_through timestamptz NOT NULL,
        committed_at    timestamptz NOT NULL,
        swept_through   timestamptz
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_observation');
  }
}
