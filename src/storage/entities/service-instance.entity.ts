import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Current state of one running copy of a service. */
@Entity('service_instances')
export class ServiceInstance {
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @PrimaryColumn({ name: 'instance_id', type: 'text' })
  instanceId!: string;

  /** What is said of it: as reported, or `stale` while it is silent; `left` after a leave word. */
  @Column({ name: 'current_status', type: 'text' })
  currentStatus!: string;

  @Column({ name: 'status_since', type: 'timestamptz' })
  statusSince!: Date;

  /** By its events. */
  @Column({ name: 'reported_status', type: 'text' })
  reportedStatus!: string;

  @Column({ name: 'reported_since', type: 'timestamptz' })
  reportedSince!: Date;

  /** Events in a row that disagree with the status; below zero: better ones. */
  @Column({ type: 'integer' })
  streak!: number;

  /** Reception of the event that made it known, or that brought it back after a leave word. */
  @Column({ name: 'first_seen', type: 'timestamptz' })
  firstSeen!: Date;

  @Column({ name: 'last_message_id', type: 'uuid' })
  lastMessageId!: string;

  /** The end of its newest silence. */
  @Column({ name: 'recovered_at', type: 'timestamptz', nullable: true })
  recoveredAt!: Date | null;

  /** The deadline where gaps have put it off; the sweeper's own note. */
  @Column({ name: 'wait_until', type: 'timestamptz', nullable: true })
  waitUntil!: Date | null;

  /** It has taken the place of one that fell silent or left. */
  @Column({ name: 'is_replacement', type: 'boolean' })
  isReplacement!: boolean;

  /** It left, and another one has taken its place. */
  @Column({ name: 'has_successor', type: 'boolean' })
  hasSuccessor!: boolean;

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
