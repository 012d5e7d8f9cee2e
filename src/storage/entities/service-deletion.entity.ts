import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A service, or one instance of it, that was forgotten: by an operator, or because it is gone. */
@Entity('service_deletions')
export class ServiceDeletion {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  @Column({ name: 'service_name', type: 'text' })
  serviceName!: string;

  /** Null: the whole service. */
  @Column({ name: 'instance_id', type: 'text', nullable: true })
  instanceId!: string | null;

  /** `deleted` by an operator, `expired` or `replaced` by the sweeper. */
  @Column({ type: 'text' })
  reason!: string;

  @Column({ name: 'deleted_at', type: 'timestamptz' })
  deletedAt!: Date;

  /** Events received up to here are forgotten; what comes later counts. */
  @Column({ name: 'received_through', type: 'timestamptz' })
  receivedThrough!: Date;
}
