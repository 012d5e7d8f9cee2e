import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** What could not be stored, with its bytes and the reason. */
export class HealthDeadLetters1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_dead_letters (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        journal_id  text        NOT NULL,
        event_index integer     NOT NULL,
        source      text        NOT NULL,
        reason      text        NOT NULL,
        detail      text        NOT NULL,
        raw         bytea       NOT NULL,
        attempts    integer     NOT NULL,
        received_at timestamptz NOT NULL,
        created_at  timestamptz NOT NULL DEFAULT now(),
        replayed_at timestamptz,
        UNIQUE (journal_id, event_index)
      )`);
    await runner.query(
      `CREATE INDEX health_dead_letters_reason ON health_dead_letters (reason, id DESC)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_dead_letters');
  }
}
