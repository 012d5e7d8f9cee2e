import { Controller, Get, Headers, HttpStatus, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { GapReadModel, type Sight } from '../../status/gap-read-model.js';
import { placeOf, type StatusCounts } from '../../status/severity-order.js';
import { StatusSnapshot } from '../../status/status-snapshot.js';
import { PoolMonitor } from '../../storage/pool-statistics.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { ConsumerStatsReader } from '../monitor/consumer-stats.js';
import { Dashboard, type DashboardSummary, type LastingGap } from './dashboard.responses.js';
import { hasAlready, weakEtag } from '../http/etag.js';
import { isoTime } from '../http/iso-time.js';
import { CONSUMER_STATS_EXAMPLE, POOL_EXAMPLE } from '../monitor/monitor-examples.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { DashboardQuery } from './queries.js';
import { DASHBOARD_CURSOR } from './service-cursors.js';
import { DASHBOARD_EXAMPLE } from './service-examples.js';
import { inARow, ServiceTexts } from './service-texts.js';

/** Everything at a glance. */
@ApiTags('services')
@Controller(`${API_PREFIX}/dashboard`)
export class DashboardController {
  constructor(
    private readonly snapshot: StatusSnapshot,
    private readonly texts: ServiceTexts,
    private readonly gaps: GapReadModel,
    private readonly consumer: ConsumerStatsReader,
    private readonly pool: PoolMonitor,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All services, worst first' })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description:
      'ETag of an earlier answer; it stands for all but generated_at, consumer and pool.',
  })
  @ApiAnswer(Dashboard, {
    ...DASHBOARD_EXAMPLE,
    consumer: CONSUMER_STATS_EXAMPLE,
    pool: POOL_EXAMPLE,
  })
  @ApiResponse({ status: 304, description: 'Nothing has changed since the answer with this ETag.' })
  @ApiProblems('/api/v1/health/dashboard', 400, 503)
  async read(
    @Query() query: DashboardQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const [services, sight] = await Promise.all([this.snapshot.services(), this.gaps.sight()]);
    const nowMs = Date.now();
    const page = services.page(query.cursor, query.limit);
    const items = page.items.map((record) => this.texts.of(record));
    const before =
      `"observing":${String(sight.isObserving)},"gap":${JSON.stringify(lastingGap(sight))},` +
      `"summary":${JSON.stringify(summaryOf(services.counts))}`;
    const behind = `"next_cursor":${JSON.stringify(DASHBOARD_CURSOR.next(page, placeOf))}`;
    const etag = weakEtag(before + items.map(({ digest }) => digest).join('') + behind);
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    if (hasAlready(ifNoneMatch, etag)) {
      response.status(HttpStatus.NOT_MODIFIED).end();
      return;
    }
    const [consumer, pool] = [this.consumer.at(nowMs), this.pool.statistics()];
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    const head = `{"generated_at":"${isoTime(nowMs)}",${before},"services":[`;
    const tail = `],${behind},"consumer":${JSON.stringify(consumer)},"pool":${JSON.stringify(pool)}}`;
    response.send(Buffer.concat([Buffer.from(head), ...inARow(items), Buffer.from(tail)]));
  }
}

const lastingGap = ({ openGap }: Sight): LastingGap | null =>
  openGap === null ? null : { from: isoTime(openGap.from), cause: openGap.cause };

function summaryOf(counts: StatusCounts): DashboardSummary {
  const { healthy = 0, degraded = 0, unhealthy = 0, stale = 0, unknown = 0 } = counts;
  const total = healthy + degraded + unhealthy + stale + unknown;
  return { total, healthy, degraded, unhealthy, stale, unknown };
}
