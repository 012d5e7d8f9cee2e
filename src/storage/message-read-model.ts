import { Injectable } from '@nestjs/common';
import type { Micros } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import { Database } from './database.js';
import { DatabaseUnavailableError } from './database-unavailable.js';
import { HourlyAggregate } from './hourly-aggregate.js';
import { READ_BUCKETS, READ_MESSAGES } from './message-read-model.sql.js';
import { type Millis, type Page, pageOf, type TimeRange } from './page.js';
import { classify } from './sql-errors.js';

/** Documents of one page in bytes; the page ends with the event that reaches it. */
const PAGE_MAX_BYTES = 8 * 1024 * 1024;

/** An event as the audit log holds it. */
export interface MessageRecord {
  readonly message_id: string;
  readonly instance_id: string;
  readonly status: InstanceStatus;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
  readonly response_time_ms: number | null;
  readonly message: string | null;
  /** JSON text as it was published. */
  readonly payload: string;
}

/** A place in the order «newest first». */
export interface MessagePlace {
  readonly occurredAtUs: Micros;
  readonly messageId: string;
}

export interface MessageFilter extends TimeRange {
  readonly status: string | null;
  readonly instanceId: string | null;
}

/** Widths of history's buckets, as PostgreSQL reads them. */
export const BUCKETS = { '1m': '1 minute', '5m': '5 minutes', '1h': '1 hour', '1d': '1 day' };
export type Bucket = keyof typeof BUCKETS;

/** Those that are made of whole hours. */
const OF_HOURS: ReadonlySet<Bucket> = new Set(['1h', '1d']);

/** What a service said in one stretch of time. */
export interface BucketRecord {
  readonly starts_at: Millis;
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly unknown: number;
  readonly left: number;
  /** Milliseconds; null where no event of the bucket has a response time. */
  readonly response_time_min: number | null;
  readonly response_time_avg: number | null;
  readonly response_time_max: number | null;
}

/**
 * The audit log for readers. Every method rejects with DatabaseUnavailableError within 5 s where the
 * database does not answer.
 */
@Injectable()
export class MessageReadModel {
  constructor(
    private readonly database: Database,
    private readonly hourly: HourlyAggregate,
  ) {}

  /** At most `limit` events of a service, newest first; fewer where their documents are large. */
  async page(
    serviceName: string,
    filter: MessageFilter,
    after: MessagePlace | null,
    limit: number,
  ): Promise<Page<MessageRecord>> {
    const rows = await this.database.read<MessageRecord & { readonly found: number }>(
      READ_MESSAGES,
      [
        serviceName,
        filter.from,
        filter.to,
        filter.status,
        filter.instanceId,
        after?.occurredAtUs ?? null,
        after?.messageId ?? null,
        limit + 1,
        PAGE_MAX_BYTES,
      ],
    );
    const items = rows.slice(0, limit);
    return { items, hasMore: (rows[0]?.found ?? 0) > items.length };
  }

  /** At most `limit` buckets that hold events, newest first, those that begin before `before`. */
  async buckets(
    serviceName: string,
    range: TimeRange,
    bucket: Bucket,
    before: Millis | null,
    limit: number,
  ): Promise<Page<BucketRecord>> {
    const { from, to } = range;
    const values = [serviceName, from, to, BUCKETS[bucket], before, limit + 1];
    const byHour = OF_HOURS.has(bucket) ? this.hourly.readBuckets : null;
    const rows =
      (byHour === null ? null : await this.readByHour(byHour, values)) ??
      (await this.database.read<BucketRecord>(READ_BUCKETS, values));
    return pageOf(rows, limit);
  }

  /** Null where the aggregate is not what it was. */
  private async readByHour(
    statement: string,
    values: readonly unknown[],
  ): Promise<BucketRecord[] | null> {
    try {
      return await this.database.read<BucketRecord>(statement, values);
    } catch (error) {
      const cause = error instanceof DatabaseUnavailableError ? error.cause : error;
      if (cause === undefined || classify(cause) === 'transient') throw error;
      this.hourly.giveUp({ error: cause });
      return null;
    }
  }
}
