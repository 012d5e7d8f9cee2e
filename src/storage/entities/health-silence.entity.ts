import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Time in which an instance was silent beyond its deadline. */
@Entity('health_silences')
export class HealthSilence {
  @PrimaryColumn({ name: 'service_name', type: 'text' })
  serviceName!: string;

  @PrimaryColumn({ name: 'instance_id', type: 'text' })
  instanceId!: string;

  @PrimaryColumn({ name: 'due_at', type: 'timestamptz' })
  dueAt!: Date;

  /** The last reception before it, and its event. */
  @Column({ name: 'received_at', type: 'timestamptz' })
  receivedAt!: Date;

  @Column({ name: 'message_id', type: 'uuid' })
  messageId!: string;

  /** Null while it lasts. */
  @Column({ name: 'ends_at', type: 'timestamptz', nullable: true })
  endsAt!: Date | null;

  /** The event that ended it; null where the instance was taken out. */
  @Column({ name: 'ended_by', type: 'uuid', nullable: true })
  endedBy!: string | null;
}
