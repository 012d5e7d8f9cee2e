import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log.js';
import { readBucketsByHour } from './hourly-aggregate.sql.js';

/**
 * Whether buckets may be read from the continuous aggregate: whoever keeps that says so, and it is over with the first
 * statement that fails for want of it, until then.
 */
@Injectable()
export class HourlyAggregate {
  private statement: string | null = null;
  private hasWarned = false;

  constructor(private readonly log: Log) {}

  /** Reads buckets of whole hours; null: only the audit log can be read. */
  get readBuckets(): string | null {
    return this.statement;
  }

  /** `hasRanges`: see {@link readBucketsByHour}. */
  use(hasRanges: boolean): void {
    this.statement = readBucketsByHour(hasRanges);
  }

  /** Said once. */
  giveUp(fields: Readonly<Record<string, unknown>>): void {
    this.statement = null;
    if (!this.hasWarned) this.log.warn(fields, 'history.aggregate_unused');
    this.hasWarned = true;
  }
}
