import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Tables: `guide-tables.ts`. */
@Entity('health_messages')
export class UsualMessage {
  @PrimaryColumn('uuid')
  id!: string;

  @PrimaryColumn('timestamptz')
  timestamp!: Date;

  @Column('text', { name: 'service_name' })
  serviceName!: string;

  @Column('text')
  status!: string;

  @Column('jsonb')
  payload!: object;
}

@Entity('service_status')
export class UsualStatus {
  @PrimaryColumn('text', { name: 'service_name' })
  serviceName!: string;

  @Column('text', { name: 'current_status' })
  currentStatus!: string;

  @Column('timestamptz', { name: 'last_seen' })
  lastSeen!: Date;

  @Column('bigint', { name: 'message_count' })
  messageCount!: string;
}
