import type { Micros } from '../../../events/health-event.js';
import { HistoryReadModel } from '../../../status/history-read-model.js';
import type { TransitionPlace } from '../../../status/timeline-rows.js';
import type { Durations } from '../../../status/uptime.js';
import { UptimeReadModel, type UptimeWindow } from '../../../status/uptime-read-model.js';
import type { Database } from '../../../storage/database.js';

/** Items of one page. */
const PAGE = 1_000;

/** A change of a service's status in event time, as readers are told it. */
export interface ServiceRow {
  readonly atUs: Micros;
  readonly status: string;
}

/** How long a service was what, in µs, within a window in ms. */
export interface UptimeRow {
  readonly serviceName: string;
  readonly window: UptimeWindow;
  readonly durations: Durations;
}

/** Reads what the product's own read models make of its tables. */
export class ProductReader {
  private readonly history: HistoryReadModel;

  private readonly uptimes: UptimeReadModel;

  constructor(database: Database) {
    this.history = new HistoryReadModel(database);
    this.uptimes = new UptimeReadModel(database);
  }

  async uptime(serviceName: string, window: UptimeWindow): Promise<UptimeRow> {
    const { durations } = await this.uptimes.uptime(serviceName, () => window);
    return { serviceName, window, durations };
  }

  /** The derived timeline of a service, oldest first. */
  async timeline(serviceName: string): Promise<ServiceRow[]> {
    const newestFirst: ServiceRow[] = [];
    let after: TransitionPlace | null = null;
    do {
      const page = await this.history.serviceTransitions(
        serviceName,
        { from: null, to: null },
        after,
        PAGE,
      );
      newestFirst.push(
        ...page.items.map((item) => ({ atUs: item.occurred_at, status: item.to_status })),
      );
      after = page.next;
    } while (after !== null);
    return newestFirst.reverse();
  }
}
