import { ApiProperty } from '@nestjs/swagger';
import { ConsumerStats, PoolStats } from '../monitor/monitor.responses.js';
import { Count, Flag, TextOrNull, Time } from '../openapi/response-fields.js';
import { ServiceItem } from './service.responses.js';

/** All services by status, not only those of the page. */
export class DashboardSummary {
  @Count() readonly total!: number;
  @Count() readonly healthy!: number;
  @Count() readonly degraded!: number;
  @Count() readonly unhealthy!: number;
  @Count() readonly stale!: number;
  @Count() readonly unknown!: number;
}

/** A time in which nothing could be observed. */
interface Gap {
  readonly from: string;
  readonly to: string | null;
  readonly cause: string | null;
  readonly lost_count: number | null;
}

export class Dashboard {
  @Time() readonly generated_at!: string;
  @Flag({ description: 'Events come through to the database now.' }) readonly observing!: boolean;
  @ApiProperty({
    type: 'object',
    nullable: true,
    description: 'The time in which nothing could be observed that lasts now.',
    required: ['from', 'to', 'cause', 'lost_count'],
    properties: {
      from: { type: 'string', format: 'date-time' },
      to: { type: 'string', format: 'date-time', nullable: true },
      cause: { type: 'string', nullable: true },
      lost_count: { type: 'integer', nullable: true },
    },
    selfRequired: true,
  })
  readonly gap!: Gap | null;
  @ApiProperty({ type: DashboardSummary }) readonly summary!: DashboardSummary;
  @ApiProperty({ type: [ServiceItem], description: 'Worst first, then by name.' })
  readonly services!: readonly ServiceItem[];
  @TextOrNull({ description: 'The `cursor` of the next page; null at the end.' })
  readonly next_cursor!: string | null;
  @ApiProperty({ type: ConsumerStats }) readonly consumer!: ConsumerStats;
  @ApiProperty({ type: PoolStats }) readonly pool!: PoolStats;
}
