import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** An event that could not be stored: its bytes, where it came from, and why. */
@Entity('health_dead_letters')
export class HealthDeadLetter {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  @Column({ name: 'journal_id', type: 'text' })
  journalId!: string;

  @Column({ name: 'event_index', type: 'integer' })
  eventIndex!: number;

  @Column({ type: 'text' })
  source!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'text' })
  detail!: string;

  @Column({ type: 'bytea' })
  raw!: Buffer;

  @Column({ type: 'integer' })
  attempts!: number;

  @Column({ name: 'received_at', type: 'timestamptz' })
  receivedAt!: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'replayed_at', type: 'timestamptz', nullable: true })
  replayedAt!: Date | null;
}
