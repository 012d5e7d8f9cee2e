import { Injectable } from '@nestjs/common';
import type { Micros } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import { Database } from '../storage/database.js';
import { type Page, pageOf, type TimeRange } from '../storage/page.js';
import { IS_KNOWN, READ_STATUS_CHANGES } from './history-read-model.sql.js';
import { ServiceTimeline } from './timeline.js';
import {
  aheadOf,
  causeOf,
  type ChangeRow,
  comparePlaces,
  eventsOf,
  placeOf,
  type TimelineRow,
  type TransitionPlace,
  type TransitionRecord,
} from './timeline-rows.js';
import { READ_TIMELINE, READ_TRANSITIONS } from './transitions.sql.js';

/** Events that one page of a service's timeline is made from. */
const TIMELINE_CHUNK = 1_000;

/** What was said about a service, when, and why. */
export interface StatusChangeRecord {
  /** A whole number, as text. */
  readonly id: string;
  readonly changed_at: Micros;
  readonly from_status: Status | null;
  readonly to_status: Status;
  readonly reason: string;
  readonly instance_id: string | null;
  readonly message_id: string | null;
}

export interface StatusChangePlace {
  readonly changedAtUs: Micros;
  readonly id: string;
}

/** A page that tells by itself where the next one begins; null at the end. */
export interface TransitionPage {
  readonly items: readonly TransitionRecord[];
  readonly next: TransitionPlace | null;
}

/**
 * The two histories, for readers, newest first. Every method rejects with DatabaseUnavailableError
 * within 5 s where the database does not answer.
 */
@Injectable()
export class HistoryReadModel {
  constructor(private readonly database: Database) {}

  /** Event time: how one instance's status changed. */
  async instanceTransitions(
    serviceName: string,
    instanceId: string,
    range: TimeRange,
    after: TransitionPlace | null,
    limit: number,
  ): Promise<TransitionPage> {
    const rows = await this.database.read<ChangeRow>(
      READ_TRANSITIONS,
      parameters(serviceName, instanceId, range, after, limit + 1),
    );
    const { items, hasMore } = pageOf(rows, limit);
    const last = items.at(-1);
    return { items, next: hasMore && last !== undefined ? placeOf(last) : null };
  }

  /**
   * Event time: how the service's aggregate status changed, derived from its instances, from deletions
   * and from the number of instances expected. A page is made from a bounded number of these, so it
   * may hold fewer items than asked for, even none, although more follow.
   */
  async serviceTransitions(
    serviceName: string,
    range: TimeRange,
    after: TransitionPlace | null,
    limit: number,
  ): Promise<TransitionPage> {
    const rows = await this.database.read<TimelineRow>(
      READ_TIMELINE,
      parameters(serviceName, null, range, after, TIMELINE_CHUNK + 1),
    );
    const events = eventsOf(rows).sort((a, b) => comparePlaces(a.row, b.row));
    const timeline = new ServiceTimeline(aheadOf(rows));
    const hasMore = events.length > TIMELINE_CHUNK;
    // What was read ahead belongs to the next page.
    if (hasMore) for (const event of events.splice(0, 1)) timeline.apply(event);
    const changes = events.flatMap((event) => timeline.apply(event) ?? []).toReversed();
    const shown = changes.slice(0, limit);
    const items = shown.map(({ fromStatus, toStatus, cause }): TransitionRecord => ({
      ...causeOf(cause),
      from_status: fromStatus,
      to_status: toStatus,
    }));
    const oldest = changes.length > limit ? shown.at(-1)?.cause : hasMore ? events[0] : undefined;
    return { items, next: oldest === undefined ? null : placeOf(oldest.row) };
  }

  /** Processing time: what was said about a service. */
  async statusChanges(
    serviceName: string,
    range: TimeRange,
    after: StatusChangePlace | null,
    limit: number,
  ): Promise<Page<StatusChangeRecord>> {
    const rows = await this.database.read<StatusChangeRecord>(READ_STATUS_CHANGES, [
      serviceName,
      range.from,
      range.to,
      after?.changedAtUs ?? null,
      after?.id ?? null,
      limit + 1,
    ]);
    return pageOf(rows, limit);
  }

  /** Whether anything is or was known under this name; a service that was deleted still has a past. */
  async isKnown(serviceName: string): Promise<boolean> {
    const [row] = await this.database.read<{ known: boolean }>(IS_KNOWN, [serviceName]);
    return row?.known === true;
  }
}

const parameters = (
  serviceName: string,
  instanceId: string | null,
  range: TimeRange,
  after: TransitionPlace | null,
  limit: number,
): unknown[] => [
  serviceName,
  range.from,
  range.to,
  instanceId,
  after?.occurredAtUs ?? null,
  after?.receivedAtUs ?? null,
  after?.messageId ?? null,
  after?.instanceId ?? null,
  limit,
];
