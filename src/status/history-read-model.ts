import { Injectable } from '@nestjs/common';
import type { Micros } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';
import { Database } from '../storage/database.js';
import { type Page, pageOf, type TimeRange } from '../storage/page.js';
import {
  IS_KNOWN,
  READ_STATUS_CHANGES,
  READ_TIMELINE,
  READ_TRANSITIONS,
} from './history-read-model.sql.js';
import { type Deletion, type InstanceChange, serviceTimeline } from './timeline.js';

/** Changes of instances that one page of a service's timeline is made from. */
const TIMELINE_CHUNK = 1_000;

/** A change of status in event time: of an instance, or of its service through that instance. */
export interface TransitionRecord {
  readonly instance_id: string;
  readonly from_status: Status | InstanceStatus | null;
  readonly to_status: Status | InstanceStatus;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
  readonly reason: string;
  readonly message_id: string;
}

/** A place in the order «newest first». */
export interface TransitionPlace {
  readonly occurredAtUs: Micros;
  readonly receivedAtUs: Micros;
  readonly messageId: string;
  readonly instanceId: string;
}

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

type TimelineRow =
  | ({ readonly kind: 'change' | 'ahead' } & TransitionRecord)
  | {
      readonly kind: 'deletion';
      readonly instance_id: string | null;
      readonly occurred_at: Micros;
      readonly received_at: Micros;
    };

type Change = InstanceChange & { readonly record: TransitionRecord };

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
    const rows = await this.database.read<TransitionRecord>(
      READ_TRANSITIONS,
      parameters(serviceName, instanceId, range, after, limit + 1),
    );
    const { items, hasMore } = pageOf(rows, limit);
    return { items, next: hasMore ? placeOf(items.at(-1)) : null };
  }

  /**
   * Event time: how the service's aggregate status changed, derived from its instances. A page is
   * made from a bounded number of their changes, so it may hold fewer items than asked for, even
   * none, although more follow.
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
    const newestFirst = rows.flatMap((row) => (row.kind === 'change' ? [changeOf(row)] : []));
    newestFirst.sort((a, b) => comparePlaces(b.record, a.record));
    const hasMore = newestFirst.length > TIMELINE_CHUNK;
    const chunk = newestFirst.slice(0, TIMELINE_CHUNK);
    const ahead = rows.flatMap((row) => (row.kind === 'ahead' ? [changeOf(row)] : []));
    const surplus = newestFirst[TIMELINE_CHUNK];
    const timeline = serviceTimeline(
      withChange(ahead, surplus),
      chunk.toReversed(),
      rows.flatMap(deletionOf).sort((a, b) => a.deletedAtUs - b.deletedAtUs),
    ).toReversed();
    const items = timeline
      .slice(0, limit)
      .map(({ fromStatus, toStatus, cause }): TransitionRecord => ({
        ...cause.record,
        from_status: fromStatus,
        to_status: toStatus,
      }));
    if (timeline.length > limit) return { items, next: placeOf(items.at(-1)) };
    return { items, next: hasMore ? placeOf(chunk.at(-1)?.record) : null };
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

/** The change ahead of the chunk that was read with it is its instance's newest ahead of it. */
const withChange = (ahead: readonly Change[], surplus: Change | undefined): Change[] =>
  surplus === undefined
    ? [...ahead]
    : [...ahead.filter(({ instanceId }) => instanceId !== surplus.instanceId), surplus];

function placeOf(record: TransitionRecord | undefined): TransitionPlace | null {
  if (record === undefined) return null;
  return {
    occurredAtUs: record.occurred_at,
    receivedAtUs: record.received_at,
    messageId: record.message_id,
    instanceId: record.instance_id,
  };
}

function comparePlaces(a: TransitionRecord, b: TransitionRecord): number {
  return (
    a.occurred_at - b.occurred_at ||
    a.received_at - b.received_at ||
    compareText(a.message_id, b.message_id) ||
    compareText(a.instance_id, b.instance_id)
  );
}

/** As COLLATE "C" has it, by code point: UTF-8 bytes are in that order. */
const compareText = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

function changeOf(row: TimelineRow & { readonly kind: 'change' | 'ahead' }): Change {
  return {
    instanceId: row.instance_id,
    toStatus: row.to_status,
    occurredAtUs: row.occurred_at,
    receivedAtUs: row.received_at,
    record: row,
  };
}

const deletionOf = (row: TimelineRow): Deletion[] =>
  row.kind === 'deletion'
    ? [
        {
          instanceId: row.instance_id,
          deletedAtUs: row.occurred_at,
          receivedThroughUs: row.received_at,
        },
      ]
    : [];
