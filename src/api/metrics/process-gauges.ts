import { Injectable } from '@nestjs/common';
import { JournalKeeper } from '../../consumer/journal-keeper.js';
import { Metrics } from '../../observability/metrics.js';
import { PoolMonitor } from '../../storage/pool-statistics.js';

/** What this process takes, and gauges whose values it holds in memory; set when somebody scrapes. */
@Injectable()
export class ProcessGauges {
  constructor(metrics: Metrics, pool: PoolMonitor, keeper: JournalKeeper) {
    metrics.watchProcess();
    metrics.onCollect(() => {
      const { checked_out, checked_in, waiting } = pool.statistics();
      metrics.poolConnections.set({ state: 'checked_out' }, checked_out);
      metrics.poolConnections.set({ state: 'checked_in' }, checked_in);
      metrics.poolConnections.set({ state: 'waiting' }, waiting);
      metrics.journalLag.set(keeper.lag.lag ?? Number.NaN);
      metrics.journalPending.set(keeper.lag.pending);
    });
  }
}
