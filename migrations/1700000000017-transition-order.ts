import type { MigrationInterface, QueryRunner } from 'typeorm';

const key = (columns: string): string => `
  ALTER TABLE health_transitions
    DROP CONSTRAINT health_transitions_pkey,
    ADD PRIMARY KEY (${columns})`;

/**
 * Transitions are one per event, in the order of events: effective time, reception, id. Two events may share
 * id and effective time: one ahead of its reception, and one that occurred in just that moment.
 */
export class TransitionOrder1700000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(key('service_name, occurred_at, instance_id, message_id, received_at'));
  }

  /** Of two that the former key takes for one, the later stays. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM health_transitions t USING health_transitions n
       WHERE n.service_name = t.service_name AND n.occurred_at = t.occurred_at
         AND n.instance_id = t.instance_id AND n.message_id = t.message_id
         AND n.received_at > t.received_at`);
    await runner.query(key('service_name, occurred_at, instance_id, message_id'));
  }
}
