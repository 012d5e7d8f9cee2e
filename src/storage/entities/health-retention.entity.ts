import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says from when on nothing was removed. */
@Entity('health_retention')
export class HealthRetention {
  @PrimaryColumn({ name: 'is_only', type: 'boolean', default: true })
  isOnly!: boolean;

  /** What occurred before may be gone from the audit log. */
  @Column({ name: 'messages_from', type: 'timestamptz', nullable: true })
  messagesFrom!: Date | null;

  /** What happened before may be gone from the histories. */
  @Column({ name: 'history_from', type: 'timestamptz', nullable: true })
  historyFrom!: Date | null;

  /** TimescaleDB itself drops what is older; null: this application does. */
  @Column({ name: 'policy_days', type: 'integer', nullable: true })
  policyDays!: number | null;
}
