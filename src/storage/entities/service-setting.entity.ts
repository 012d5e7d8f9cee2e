import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an operator set for a service, from `changedAt` on; the newest row is in force. Null: the default. */
@Entity('service_settings')
export class ServiceSetting {
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @PrimaryColumn({ name: 'changed_at', type: 'timestamptz' })
  changedAt!: Date;

  @Column({ name: 'failure_threshold', type: 'integer', nullable: true })
  failureThreshold!: number | null;

  @Column({ name: 'success_threshold', type: 'integer', nullable: true })
  successThreshold!: number | null;

  @Column({ name: 'ttl_seconds', type: 'integer', nullable: true })
  ttlSeconds!: number | null;

  @Column({ name: 'grace_seconds', type: 'integer', nullable: true })
  graceSeconds!: number | null;

  @Column({ name: 'expected_instances', type: 'integer', nullable: true })
  expectedInstances!: number | null;
}
