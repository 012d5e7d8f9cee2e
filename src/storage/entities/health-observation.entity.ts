import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says how far synthetic heartbeats have come through. */
@Entity('health_observation')
export class HealthObservation {
  @PrimaryColumn({ name: 'is_only', type: 'boolean', default: true })
  isOnly!: boolean;

  /** Up to here all that was published is in the database, or lies in a gap. */
  @Column({ name: 'covered_through', type: 'timestamptz' })
  coveredThrough!: Date;

  /** When that moved last, by the database's clock. */
  @Column({ name: 'committed_at', type: 'timestamptz' })
  committedAt!: Date;
}
