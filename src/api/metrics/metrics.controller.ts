import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Metrics } from '../../observability/metrics.js';
import { ServiceGauges } from './service-gauges.js';
import { withSamples } from './service-status-samples.js';

const METRICS_EXAMPLE = `# HELP health_monitor_events_stored_total Events stored
# TYPE health_monitor_events_stored_total counter
health_monitor_events_stored_total 86390
`;

/** For Prometheus. */
@ApiTags('metrics')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly services: ServiceGauges,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Metrics of this instance' })
  @ApiOkResponse({
    description: 'Prometheus text',
    content: { 'text/plain': { schema: { type: 'string' }, example: METRICS_EXAMPLE } },
  })
  async read(@Res() response: Response): Promise<void> {
    const { contentType, text } = await this.metrics.collect();
    const { metric, samples } = this.services.serviceStatus;
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', contentType);
    response.end(withSamples(text, metric, samples));
  }
}
