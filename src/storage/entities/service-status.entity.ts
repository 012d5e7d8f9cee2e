import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Current state of a service, aggregated from its instances. */
@Entity('service_status')
export class ServiceStatus {
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @Column({ name: 'current_status', type: 'text' })
  currentStatus!: string;

  /** When the current status was first said (processing time). */
  @Column({ name: 'status_since', type: 'timestamptz' })
  statusSince!: Date;

  /** Reception of the newest event received. */
  @Column({ name: 'last_seen', type: 'timestamptz', nullable: true })
  lastSeen!: Date | null;

  @Column({ name: 'last_occurred_at', type: 'timestamptz', nullable: true })
  lastOccurredAt!: Date | null;

  @Column({ name: 'newest_received_at', type: 'timestamptz', nullable: true })
  newestReceivedAt!: Date | null;

  @Column({ name: 'newest_message_id', type: 'uuid', nullable: true })
  newestMessageId!: string | null;

  @Column({ name: 'due_at', type: 'timestamptz', nullable: true })
  dueAt!: Date | null;

  @Column({ name: 'response_time_ms', type: 'double precision', nullable: true })
  responseTimeMs!: number | null;

  @Column({ type: 'text', nullable: true })
  message!: string | null;

  @Column({ name: 'message_count', type: 'bigint' })
  messageCount!: string;

  /** Live instances: all that have not left. */
  @Column({ name: 'instance_count', type: 'integer' })
  instanceCount!: number;
}
