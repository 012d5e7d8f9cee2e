import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Metrics } from '../../observability/metrics.js';
import { ServiceGauges } from './service-gauges.js';
import { withSamples } from './service-status-samples.js';

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
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'Prometheus text' })
  async read(@Res() response: Response): Promise<void> {
    const { contentType, text } = await this.metrics.collect();
    const { metric, samples } = this.services.serviceStatus;
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', contentType);
    response.end(withSamples(text, metric, samples));
  }
}
