import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A time in which something may not have been observed. */
@Entity('health_gaps')
export class HealthGap {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt!: Date;

  /** Null: it lasts. */
  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'text' })
  cause!: string;

  /** Null: not known. */
  @Column({ name: 'lost_count', type: 'bigint', nullable: true })
  lostCount!: string | null;
}
