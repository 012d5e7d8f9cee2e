import { ApiProperty } from '@nestjs/swagger';
import { GAP_CAUSES } from '../../observation/gap-cause.js';
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

/** A time in which nothing can be observed, that lasts. */
export interface LastingGap {
  readonly from: string;
  readonly cause: string;
}

export class Dashboard {
  @Time() readonly generated_at!: string;
  @Flag({ description: 'Heartbeats of our own come through to the database now, of any instance.' })
  readonly observing!: boolean;
  @ApiProperty({
    type: 'object',
    nullable: true,
    description: 'The time in which nothing can be observed, if it lasts now; see /gaps.',
    required: ['from', 'cause'],
    properties: {
      from: { type: 'string', format: 'date-time' },
      cause: { type: 'string', enum: [...GAP_CAUSES] },
    },
    selfRequired: true,
  })
  readonly gap!: LastingGap | null;
  @ApiProperty({ type: DashboardSummary }) readonly summary!: DashboardSummary;
  @ApiProperty({ type: [ServiceItem], description: 'Worst first, then by name.' })
  readonly services!: readonly ServiceItem[];
  @TextOrNull({ description: 'The `cursor` of the next page; null at the end.' })
  readonly next_cursor!: string | null;
  @ApiProperty({ type: ConsumerStats }) readonly consumer!: ConsumerStats;
  @ApiProperty({ type: PoolStats }) readonly pool!: PoolStats;
}
