import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { GapCause } from '../observation/gap-cause.js';
import { Database } from '../storage/database.js';
import { type Millis, type Page, pageOf, type TimeRange } from '../storage/page.js';
import { micros, millis } from '../storage/time-columns.js';

export interface GapRecord {
  readonly from: Millis;
  /** Null: it lasts. */
  readonly to: Millis | null;
  readonly cause: GapCause;
  readonly lost_count: number | null;
}

/** A place in the order «begun last first»; microseconds since 1970. */
export interface GapPlace {
  readonly startedAtUs: number;
  readonly id: string;
}

/** A gap with its place, which is finer than the millisecond that is shown. */
export type PlacedGap = GapRecord & { readonly id: string; readonly started_at_us: number };

/** Whether we see now. */
export interface Sight {
  /** A synthetic heartbeat of any instance came through within HEALTH_GAP_AFTER_MS. */
  readonly isObserving: boolean;
  readonly openGap: Pick<GapRecord, 'from' | 'cause'> | null;
}

/** Index: health_gaps_started (started_at, id), backwards; gaps are few. */
const READ_GAPS = `
    SELECT g.id::text AS id, ${millis('g.started_at')} AS "from", ${millis('g.ended_at')} AS "to",
           g.cause, g.lost_count::float8 AS lost_count, ${micros('g.started_at')} AS started_at_us
      FROM health_gaps g
     WHERE ($1::float8 IS NULL OR g.ended_at IS NULL OR g.ended_at > to_timestamp($1 / 1e3))
       AND ($2::float8 IS NULL OR g.started_at < to_timestamp($2 / 1e3))
       AND ($3::float8 IS NULL OR (g.started_at, g.id) < (to_timestamp($3 / 1e6), $4::bigint))
     ORDER BY g.started_at DESC, g.id DESC
     LIMIT $5`;

/** Index: the primary key of the one row; health_gaps_open. */
const READ_SIGHT = `
    SELECT coalesce(o.committed_at > clock_timestamp() - $1 * interval '1 ms', false) AS is_observing,
           ${millis('g.started_at')} AS "from", g.cause
      FROM (SELECT) AS always
      LEFT JOIN health_observation o ON true
      LEFT JOIN health_gaps g ON g.ended_at IS NULL`;

interface SightRow {
  readonly is_observing: boolean;
  readonly from: Millis | null;
  readonly cause: GapCause | null;
}

/**
 * When something may not have been observed, for readers. Every method rejects with
 * DatabaseUnavailableError within 5 s where the database does not answer.
 */
@Injectable()
export class GapReadModel {
  constructor(
    private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** At most `limit` gaps that share a moment with the range, those that began last first. */
  async page(range: TimeRange, after: GapPlace | null, limit: number): Promise<Page<PlacedGap>> {
    const rows = await this.database.read<PlacedGap>(READ_GAPS, [
      range.from,
      range.to,
      after?.startedAtUs ?? null,
      after?.id ?? null,
      limit + 1,
    ]);
    return pageOf(rows, limit);
  }

  async sight(): Promise<Sight> {
    const [row] = await this.database.read<SightRow>(READ_SIGHT, [
      this.environment.HEALTH_GAP_AFTER_MS,
    ]);
    const openGap =
      row === undefined || row.from === null || row.cause === null
        ? null
        : { from: row.from, cause: row.cause };
    return { isObserving: row?.is_observing === true, openGap };
  }
}
