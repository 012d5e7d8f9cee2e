import { Injectable } from '@nestjs/common';
import type { ReceivedEvent } from '../events/health-event.js';
import type { Session, TransactionSession } from './database.js';
import { COPY_MESSAGES, encodeMessages } from './message-copy.js';

/**
 * Inserts what is not there yet and returns the keys of just those rows; null stands for «all»,
 * which spares a batch without duplicates thousands of keys. The payload travels as a JSON string
 * and is taken over to the byte. Index: the primary key (occurred_at, message_id).
 */
const INSERT_NEW = {
  name: 'insert_messages',
  text: `
    WITH inserted AS (
      INSERT INTO health_messages (
        occurred_at, message_id, received_at, service_name, instance_id, status, response_time_ms,
        ttl_seconds, version, message, payload)
      SELECT to_timestamp(e.o / 1e6), e.m, to_timestamp(e.r / 1e6), e.s, e.i, e.t, e.p, e.l, e.v,
             e.x, e.d::json
        FROM json_to_recordset($1::json) AS e (
          o float8, m uuid, r float8, s text, i text, t text, p float8, l integer, v text, x text,
          d text)
      ON CONFLICT (occurred_at, message_id) DO NOTHING
      RETURNING message_id, occurred_at)
    SELECT CASE WHEN count(*) <> $2::integer THEN coalesce(array_agg(
             message_id::text || ' ' ||
             (extract(epoch FROM occurred_at) * 1000000)::bigint::text), '{}') END AS keys
      FROM inserted`,
};

/** A row that nothing can be held against. */
const INSERT_CONTROL = {
  name: 'insert_control',
  text: `
    INSERT INTO health_messages (
      occurred_at, message_id, received_at, service_name, instance_id, status, payload)
    VALUES (now(), gen_random_uuid(), now(), 'health-monitor-control', 'default', 'unknown', '{}')`,
};

/** The key under which the audit log holds an event once. */
export const messageKey = (event: ReceivedEvent): string =>
  `${event.messageId} ${String(event.occurredAtUs)}`;

/** The order in which rows are inserted. */
export const compareKeys = (a: ReceivedEvent, b: ReceivedEvent): number =>
  a.occurredAtUs - b.occurredAtUs ||
  (a.messageId < b.messageId ? -1 : a.messageId > b.messageId ? 1 : 0);

/**
 * What holds events, in the order of their keys; as given where it is in that order already. Of the
 * same key comes first what came first.
 */
export function inKeyOrder<Holder extends { readonly event: ReceivedEvent }>(
  holders: readonly Holder[],
): readonly Holder[] {
  const isInOrder = holders.every((holder, at) => {
    const before = at === 0 ? undefined : holders[at - 1];
    return before === undefined || compareKeys(before.event, holder.event) <= 0;
  });
  return isInOrder ? holders : [...holders].sort((a, b) => compareKeys(a.event, b.event));
}

/** A COPY was taken, but not all of its rows. */
export class RowsMissingError extends Error {
  override readonly name = 'RowsMissingError';
}

/** The audit log, written in bulk. */
@Injectable()
export class MessagesRepository {
  /**
   * Stores events that have distinct keys; returns those that were new, in the order given.
   *
   * Rows go in by key, so that two transactions with the same events meet in one order.
   */
  async insertNew(session: Session, events: readonly ReceivedEvent[]): Promise<ReceivedEvent[]> {
    if (events.length === 0) return [];
    const sorted = [...events].sort(compareKeys);
    const rows = await session.query<{ keys: string[] | null }>(INSERT_NEW, [
      JSON.stringify(sorted.map(parameterOf)),
      sorted.length,
    ]);
    const keys = rows[0]?.keys ?? null;
    if (keys === null) return [...events];
    const isNew = new Set(keys);
    return events.filter((event) => isNew.has(messageKey(event)));
  }

  /**
   * Stores events, all of them new, for less than half of what the insert costs the server; but one
   * row that is there already refuses them all. After a rejection the caller rolls back.
   *
   * Rows go in as given; as in {@link insertNew}, that is to be by key.
   *
   * @throws RowsMissingError where the server took fewer rows than these.
   */
  async copy(session: TransactionSession, inOrder: readonly ReceivedEvent[]): Promise<void> {
    const rows = await session.copy(COPY_MESSAGES, encodeMessages(inOrder));
    if (rows !== inOrder.length) throw new RowsMissingError(`${rows} of ${inOrder.length} rows`);
  }

  /** Rejects where the audit log takes no row at all. The caller rolls back. */
  async insertControl(session: Session): Promise<void> {
    await session.query(INSERT_CONTROL, []);
  }
}

const parameterOf = (event: ReceivedEvent): unknown => ({
  o: event.occurredAtUs,
  m: event.messageId,
  r: event.receivedAtUs,
  s: event.serviceName,
  i: event.instanceId,
  t: event.status,
  p: event.responseTimeMs,
  l: event.ttlSeconds,
  v: event.version,
  x: event.message,
  d: event.payload.toString(),
});
