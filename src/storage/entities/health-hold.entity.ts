import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A stale transition that self-preservation held. */
@Entity('health_holds')
export class HealthHold {
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @PrimaryColumn({ name: 'instance_id', type: 'text' })
  instanceId!: string;

  /** The deadline that passed in silence. */
  @PrimaryColumn({ name: 'due_at', type: 'timestamptz' })
  dueAt!: Date;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  /** `heard` or `released`; null while it is held. */
  @Column({ type: 'text', nullable: true })
  outcome!: string | null;
}
