import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One event of the audit log. */
@Entity('health_messages')
export class HealthMessage {
  @PrimaryColumn({ name: 'occurred_at', type: 'timestamptz' })
  occurredAt!: Date;

  @PrimaryColumn({ name: 'message_id', type: 'uuid' })
  messageId!: string;

  @Column({ name: 'received_at', type: 'timestamptz' })
  receivedAt!: Date;

  @Column({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @Column({ name: 'instance_id', type: 'text' })
  instanceId!: string;

  @Column({ type: 'text' })
  status!: string;

  @Column({ name: 'response_time_ms', type: 'double precision', nullable: true })
  responseTimeMs!: number | null;

  @Column({ name: 'ttl_seconds', type: 'integer', nullable: true })
  ttlSeconds!: number | null;

  @Column({ type: 'text', nullable: true })
  version!: string | null;

  @Column({ type: 'text', nullable: true })
  message!: string | null;

  @Column({ type: 'json' })
  payload!: unknown;
}
