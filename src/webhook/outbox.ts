import { Injectable } from '@nestjs/common';
import type { Status } from '../events/status-vocabulary.js';
import { Database, type Session } from '../storage/database.js';
import type { AlertNotification, Notification } from './notification.js';
import { CLAIM, GIVE_UP, GIVE_UP_OLD, MEASURE, POSTPONE, REMOVE_DELIVERED } from './outbox.sql.js';

/** No instance sends what another holds a lease of; of one that died the lease runs out. */
export const LEASE_MS = 30_000;
const STATEMENT_TIMEOUT_MS = 2_000;

/** A change that this instance has a lease of. */
export interface Delivery {
  /** Under which it stands in the outbox, and in whose order. */
  readonly place: string;
  readonly changeId: number;
  /** Attempts begun, this one included. */
  readonly attempts: number;
  /** Since it was first due, at the time of the lease. */
  readonly ageMs: number;
  readonly notification: Notification;
}

/** What became of a lease. */
export type Settled =
  | { readonly kind: 'delivered'; readonly delivery: Delivery }
  | {
      readonly kind: 'postponed';
      readonly delivery: Delivery;
      readonly waitMs: number;
      readonly error: string;
    }
  | { readonly kind: 'given_up'; readonly delivery: Delivery; readonly error: string };

/** As the log has it. */
export interface GivenUp {
  /** Null where it is of an alert. */
  readonly service_name: string | null;
  /** Null where it is of a service. */
  readonly alert: string | null;
  readonly change_id: number;
  readonly attempts: number;
  /** Null: it was never tried. */
  readonly last_error: string | null;
}

export interface Backlog {
  readonly pending: number;
  /** Null where nothing is pending. */
  readonly oldest_age_seconds: number | null;
}

interface ClaimedRow {
  readonly service_name: string;
  readonly change_id: number;
  readonly attempts: number;
  readonly idempotency_key: string;
  readonly alert: AlertNotification['alert'] | null;
  readonly age_ms: number;
  readonly changed_at_ms: number;
  readonly from_status: Status | null;
  readonly to_status: Status;
  readonly reason: string;
  readonly instance_id: string | null;
  readonly message_id: string | null;
}

/**
 * What is still to be sent, in the database; `status/status-changes.ts` and `alerts/deployment-alerts.ts`
 * fill it. Every method is one
 * short transaction on one connection, and rejects where the database cannot be reached.
 */
@Injectable()
export class Outbox {
  constructor(private readonly database: Database) {}

  /**
   * Notes what became of leases, then leases up to `atMost` others: the next of the same services
   * among them. Repeating it with the same list does no harm. Returns also what it really gave up.
   */
  async exchange(
    settled: readonly Settled[],
    atMost: number,
  ): Promise<{ readonly claimed: readonly Delivery[]; readonly givenUp: readonly GivenUp[] }> {
    return await this.database.transaction(async (session) => {
      const givenUp = await note(session, settled);
      const rows = atMost > 0 ? await session.query<ClaimedRow>(CLAIM, [atMost, LEASE_MS]) : [];
      return { claimed: rows.map(deliveryOf), givenUp };
    }, STATEMENT_TIMEOUT_MS);
  }

  /** Gives up the oldest of those first due longer ago than `ageMs`, except what is being sent. */
  async giveUpOlderThan(ageMs: number, atMost: number): Promise<readonly GivenUp[]> {
    return await this.database.transaction(
      async (session) => await session.query<GivenUp>(GIVE_UP_OLD, [ageMs, atMost]),
      STATEMENT_TIMEOUT_MS,
    );
  }

  async backlog(): Promise<Backlog> {
    const [row] = await this.database.read<Backlog>(MEASURE.text, []);
    return row ?? { pending: 0, oldest_age_seconds: null };
  }
}

async function note(session: Session, settled: readonly Settled[]): Promise<readonly GivenUp[]> {
  const delivered: unknown[] = [];
  const postponed: unknown[] = [];
  const givenUp: unknown[] = [];
  for (const one of settled) {
    const { place: s, changeId: c, attempts: a } = one.delivery;
    if (one.kind === 'delivered') delivered.push({ s, c });
    else if (one.kind === 'postponed') postponed.push({ s, c, a, w: one.waitMs, x: one.error });
    else givenUp.push({ s, c, a, x: one.error });
  }
  if (delivered.length > 0) await session.query(REMOVE_DELIVERED, [JSON.stringify(delivered)]);
  if (postponed.length > 0) await session.query(POSTPONE, [JSON.stringify(postponed)]);
  if (givenUp.length === 0) return [];
  return await session.query<GivenUp>(GIVE_UP, [JSON.stringify(givenUp)]);
}

const deliveryOf = (row: ClaimedRow): Delivery => ({
  place: row.service_name,
  changeId: row.change_id,
  attempts: row.attempts,
  ageMs: row.age_ms,
  notification: notificationOf(row),
});

function notificationOf(row: ClaimedRow): Notification {
  const { idempotency_key: id, changed_at_ms: changedAtMs, alert } = row;
  if (alert !== null) return { kind: 'alert', id, changedAtMs, alert };
  return {
    kind: 'status',
    id,
    serviceName: row.service_name,
    fromStatus: row.from_status,
    toStatus: row.to_status,
    changedAtMs,
    reason: row.reason,
    instanceId: row.instance_id,
    messageId: row.message_id,
  };
}
