import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A time in which stale transitions are held. */
@Entity('self_preservation')
export class SelfPreservation {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt!: Date;

  /** Null while it lasts. */
  @Column({ name: 'released_at', type: 'timestamptz', nullable: true })
  releasedAt!: Date | null;

  /** `limit`, `operator` or `recovered`. */
  @Column({ name: 'released_by', type: 'text', nullable: true })
  releasedBy!: string | null;
}
