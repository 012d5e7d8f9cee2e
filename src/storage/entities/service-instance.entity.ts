import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Current state of one running copy of a service. */
@Entity('service_instances')
export class ServiceInstance {
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @PrimaryColumn({ name: 'instance_id', type: 'text' })
  instanceId!: string;

  /** One of the five statuses, or `left` after a leave word. */
  @Column({ name: 'current_status', type: 'text' })
  currentStatus!: string;

  @Column({ name: 'status_since', type: 'timestamptz' })
  statusSince!: Date;

  /** Reception of the newest event received. */
  @Column({ name: 'last_seen', type: 'timestamptz' })
  lastSeen!: Date;

  /** The newest event in event time: with the next two columns the position of the projection. */
  @Column({ name: 'last_occurred_at', type: 'timestamptz' })
  lastOccurredAt!: Date;

  @Column({ name: 'newest_received_at', type: 'timestamptz' })
  newestReceivedAt!: Date;

  @Column({ name: 'newest_message_id', type: 'uuid' })
  newestMessageId!: string;

  @Column({ name: 'ttl_seconds', type: 'integer', nullable: true })
  ttlSeconds!: number | null;

  /** When the next event is due at the latest; null where none is promised. */
  @Column({ name: 'due_at', type: 'timestamptz', nullable: true })
  dueAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  version!: string | null;

  @Column({ name: 'response_time_ms', type: 'double precision', nullable: true })
  responseTimeMs!: number | null;

  @Column({ type: 'text', nullable: true })
  message!: string | null;

  /** Events received up to here belong to an instance that was deleted; null: it never was. */
  @Column({ name: 'forgotten_through', type: 'timestamptz', nullable: true })
  forgottenThrough!: Date | null;

  @Column({ name: 'message_count', type: 'bigint' })
  messageCount!: string;
}
