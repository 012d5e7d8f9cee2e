import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What one process made of the events it read in one minute. Always: read = stored + duplicate + deadLettered. */
@Entity('health_accounting')
export class HealthAccounting {
  @PrimaryColumn({ type: 'timestamptz' })
  minute!: Date;

  /** Made anew at each start of a process. */
  @PrimaryColumn({ name: 'boot_id', type: 'uuid' })
  bootId!: string;

  @Column({ name: 'instance_id', type: 'text' })
  instanceId!: string;

  @Column({ type: 'bigint' })
  read!: string;

  @Column({ type: 'bigint' })
  stored!: string;

  @Column({ type: 'bigint' })
  duplicate!: string;

  @Column({ name: 'dead_lettered', type: 'bigint' })
  deadLettered!: string;
}
