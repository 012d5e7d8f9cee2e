import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A change of a service's status, or of an alert, that the webhook's receiver has not taken yet. */
@Entity('webhook_deliveries')
export class WebhookDelivery {
  /** Of an alert, a name that no service has. */
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  /** The row of `health_status_changes`; of an alert, a number among those. */
  @PrimaryColumn({ name: 'change_id', type: 'bigint' })
  changeId!: string;

  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt!: Date;

  @Column({ name: 'from_status', type: 'text', nullable: true })
  fromStatus!: string | null;

  @Column({ name: 'to_status', type: 'text' })
  toStatus!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ name: 'instance_id', type: 'text', nullable: true })
  instanceId!: string | null;

  @Column({ name: 'message_id', type: 'uuid', nullable: true })
  messageId!: string | null;

  /** What is told of an alert; null of a service. */
  @Column({ type: 'json', nullable: true })
  alert!: Record<string, unknown> | null;

  /** The same in every attempt, by whichever instance. */
  @Column({ name: 'idempotency_key', type: 'uuid' })
  idempotencyKey!: string;

  @Column({ name: 'first_due_at', type: 'timestamptz' })
  firstDueAt!: Date;

  @Column({ name: 'next_attempt_at', type: 'timestamptz' })
  nextAttemptAt!: Date;

  /** Attempts begun; its value at a lease tells that lease from a later one. */
  @Column({ type: 'integer' })
  attempts!: number;

  /** While it lies ahead, an instance is sending. */
  @Column({ name: 'leased_until', type: 'timestamptz', nullable: true })
  leasedUntil!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;
}
