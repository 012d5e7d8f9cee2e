import { ApiProperty } from '@nestjs/swagger';
import type { UptimeRecord } from '../../status/uptime-read-model.js';
import { inMillis, uptimeRatio } from '../../status/uptime.js';
import { Quantity } from '../openapi/response-fields.js';

/** Seconds are exact to the millisecond; the six parts sum to the window. */
export class Uptime {
  @Quantity({ description: 'The window without its future part.' })
  readonly window_seconds!: number;
  @Quantity() readonly healthy_seconds!: number;
  @Quantity() readonly degraded_seconds!: number;
  @Quantity() readonly unhealthy_seconds!: number;
  @Quantity({ description: 'All instances were silent.' }) readonly stale_seconds!: number;
  @Quantity({ description: 'Time before the first event is unknown, too.' })
  readonly unknown_seconds!: number;
  @Quantity({ description: 'The monitor itself could not observe, whatever was held then.' })
  readonly unobserved_seconds!: number;
  @ApiProperty({
    type: Number,
    minimum: 0,
    maximum: 1,
    nullable: true,
    description:
      '(healthy + degraded) / (healthy + degraded + unhealthy + stale); null where that is 0.',
  })
  readonly uptime_ratio!: number | null;
}

export const UPTIME_EXAMPLE = {
  window_seconds: 86_400,
  healthy_seconds: 82_000.25,
  degraded_seconds: 3_000,
  unhealthy_seconds: 899.75,
  stale_seconds: 100,
  unknown_seconds: 0,
  unobserved_seconds: 400,
  uptime_ratio: 85_000.25 / 86_000,
};

export function uptimeAnswer({ from, to, durations }: UptimeRecord): Uptime {
  const millis = inMillis(durations);
  return {
    window_seconds: (to - from) / 1_000,
    healthy_seconds: millis.healthy / 1_000,
    degraded_seconds: millis.degraded / 1_000,
    unhealthy_seconds: millis.unhealthy / 1_000,
    stale_seconds: millis.stale / 1_000,
    unknown_seconds: millis.unknown / 1_000,
    unobserved_seconds: millis.unobserved / 1_000,
    uptime_ratio: uptimeRatio(durations),
  };
}
