import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What all instances together hold of an alert. */
@Entity('health_alerts')
export class HealthAlert {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  /** `ok` or `firing`; as the webhook told it last. */
  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'timestamptz' })
  since!: Date;

  /** When each process said last that it fires, in seconds since 1970; empty where none does. */
  @Column({ name: 'said_by', type: 'jsonb' })
  saidBy!: Record<string, number>;
}
