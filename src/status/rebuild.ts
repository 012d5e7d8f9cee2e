import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import { Database, type Session } from '../storage/database.js';
import { RolledBackError } from '../storage/rolled-back.js';
import { deadlinesOf } from './configured-deadlines.js';
import type { Deadlines, Rules } from './deadline.js';
import { writeInstances } from './instance-rows.js';
import { NOT_ENDED_US } from './lives.js';
import { sweptThroughUs } from './old-events.js';
import { comparePositions, NO_MESSAGE_ID } from './position.js';
import { type InstanceState, projectInstance } from './projection.js';
import {
  IS_TRUNCATED,
  KEEP_SWEPT,
  READ_BEGIN,
  READ_EVENTS,
  READ_HEARD_INSTANCES,
  READ_KEPT,
  READ_SERVICE_NAMES,
  RESTORE_SAID,
  SNAPSHOTS,
  WRITE_SERVICE_EVENTS,
} from './rebuild.sql.js';
import { replayReports } from './report-replay.js';
import { ServiceAggregates } from './service-aggregates.js';
import { readHistories } from './settings-histories.js';
import { type EndedLife, livesOf } from './silence-review.js';
import { replaySilences } from './silences.js';
import { LOCK_SERVICES, REMOVE_EMPTY_SERVICES } from './status.sql.js';

/** Events in memory at once. */
const PAGE_EVENTS = 5_000;
/** One statement over all events of a service. */
const STATEMENT_TIMEOUT_MS = 600_000;

export type RebuiltTable = keyof typeof SNAPSHOTS;
export const REBUILT_TABLES = Object.keys(SNAPSHOTS) as RebuiltTable[];

/** A row that was other than it follows from the audit log. */
export interface Difference {
  readonly table: RebuiltTable;
  readonly key: string;
  /** Null where the row was missing. */
  readonly was: string | null;
  /** Null where there should be none. */
  readonly is: string | null;
}

interface Kept {
  readonly instance_id: string;
  readonly first_seen: Micros;
  readonly is_replacement: boolean;
  readonly has_successor: boolean;
  readonly message_count: number;
}

interface EventRow {
  readonly message_id: string;
  readonly status: InstanceStatus;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
  readonly ttl_seconds: number | null;
  readonly version: string | null;
  readonly response_time_ms: number | null;
  readonly message: string | null;
}

/**
 * Makes event-time tables and states anew from the audit log, gaps, deletions, holds and settings, one
 * service per transaction. Whatever consumes meanwhile waits for the one service that is under way.
 * What was said (processing time) is never rewritten; a status that turns out other is said now.
 */
@Injectable()
export class Rebuild {
  private readonly deadlines: Deadlines;
  private readonly windowDays: number;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly database: Database,
    private readonly aggregates: ServiceAggregates,
  ) {
    this.deadlines = deadlinesOf(environment);
    this.windowDays = environment.HEALTH_EVENT_WINDOW_DAYS;
  }

  async serviceNames(): Promise<string[]> {
    const rows = await this.database.transaction(
      async (session) =>
        await session.query<{ name: string }>(
          { name: 'read_service_names', text: READ_SERVICE_NAMES },
          [],
        ),
      STATEMENT_TIMEOUT_MS,
    );
    return rows.map(({ name }) => name);
  }

  /** Returns what was other than it should be; where `isKept` is false all stays as it was. */
  async service(serviceName: string, isKept: boolean): Promise<Difference[]> {
    let differences: Difference[] = [];
    try {
      await this.database.transaction(async (session) => {
        await session.query(LOCK_SERVICES, [JSON.stringify([serviceName])]);
        const before = await snapshots(session, serviceName);
        await this.rebuild(session, serviceName);
        differences = compare(before, await snapshots(session, serviceName));
        if (!isKept) throw new RolledBackError();
      }, STATEMENT_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof RolledBackError)) throw error;
    }
    return differences;
  }

  private async rebuild(session: Session, serviceName: string): Promise<void> {
    const horizonUs = await sweptThroughUs(session);
    const rules: Rules = {
      deadlines: this.deadlines,
      settings: (await readHistories(session, [serviceName]))(serviceName),
    };
    const [truncated] = await session.query<{ is_truncated: boolean | null }>(IS_TRUNCATED, [
      serviceName,
    ]);
    const isTruncated = truncated?.is_truncated === true;
    const kept = new Map(
      (await session.query<Kept>(READ_KEPT, [serviceName])).map((row) => [row.instance_id, row]),
    );
    const instances = await session.query<{ instance_id: string }>(READ_HEARD_INSTANCES, [
      serviceName,
    ]);
    for (const { instance_id: instanceId } of instances) {
      for (const ended of await livesOf(session, serviceName, instanceId)) {
        const row = kept.get(instanceId);
        await this.rebuildLife(session, { serviceName, instanceId, ...ended }, rules, horizonUs, {
          kept: row,
          isTruncated,
        });
      }
    }
    await session.query(RESTORE_SAID, [serviceName]);
    await session.query(WRITE_SERVICE_EVENTS, [serviceName, isTruncated]);
    const cause = { reason: 'rebuild', instanceId: null, messageId: null };
    await this.aggregates.recompute(session, new Map([[serviceName, cause]]));
    await session.query(REMOVE_EMPTY_SERVICES, [JSON.stringify([serviceName])]);
  }

  private async rebuildLife(
    session: Session,
    instance: { readonly serviceName: string; readonly instanceId: string } & EndedLife,
    rules: Rules,
    horizonUs: Micros,
    { kept, isTruncated }: { readonly kept: Kept | undefined; readonly isTruncated: boolean },
  ): Promise<void> {
    const { serviceName, instanceId, life } = instance;
    const [begin] = await session.query<{
      effective_at: Micros | null;
      received_at: Micros | null;
    }>(READ_BEGIN, [serviceName, instanceId, life.afterUs, life.throughUs]);
    if (begin?.effective_at == null || begin.received_at === null) return;
    if (life.throughUs === NOT_ENDED_US) {
      const state = await presentState(session, instance, rules);
      if (state !== null) {
        const messageCount = isTruncated ? (kept?.message_count ?? 0) : state.messageCount;
        await writeInstances(session, [{ ...state, messageCount }], () => life.afterUs || null);
        await session.query(KEEP_SWEPT, [
          serviceName,
          instanceId,
          kept?.first_seen ?? state.firstSeenUs,
          kept?.is_replacement ?? false,
          kept?.has_successor ?? false,
        ]);
      }
    }
    await replayReports(session, instance, begin.effective_at, rules.settings);
    await replaySilences(session, instance, begin.received_at, rules, horizonUs, this.windowDays);
  }
}

/** As if its events came in now, in order of reception. */
async function presentState(
  session: Session,
  { serviceName, instanceId, life }: { serviceName: string; instanceId: string } & EndedLife,
  rules: Rules,
): Promise<InstanceState | null> {
  let state: InstanceState | null = null;
  let place: readonly [Micros, string] = [0, NO_MESSAGE_ID];
  for (;;) {
    const rows: EventRow[] = await session.query<EventRow & Record<string, unknown>>(READ_EVENTS, [
      serviceName,
      instanceId,
      life.afterUs,
      ...place,
      PAGE_EVENTS,
    ]);
    const [first, ...rest] = rows
      .map((row) => eventOf(row, serviceName, instanceId))
      .sort(comparePositions);
    if (first === undefined) return state;
    state = projectInstance(state, [first, ...rest], rules).state;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_EVENTS) return state;
    place = [last.received_at, last.message_id];
  }
}

const eventOf = (row: EventRow, serviceName: string, instanceId: string): ReceivedEvent => ({
  serviceName,
  instanceId,
  status: row.status,
  isUnlistedStatus: false,
  timestampMs: null,
  messageId: row.message_id,
  responseTimeMs: row.response_time_ms,
  ttlSeconds: row.ttl_seconds,
  message: row.message,
  version: row.version,
  payload: '',
  occurredAtUs: row.occurred_at,
  receivedAtUs: row.received_at,
});

type Snapshots = ReadonlyMap<RebuiltTable, ReadonlyMap<string, string>>;

async function snapshots(session: Session, serviceName: string): Promise<Snapshots> {
  const all = new Map<RebuiltTable, Map<string, string>>();
  for (const table of REBUILT_TABLES) {
    const rows = await session.query<{ key: string; value: string }>(
      { name: `snapshot_${table}`, text: SNAPSHOTS[table] },
      [serviceName],
    );
    all.set(table, new Map(rows.map(({ key, value }) => [key, value])));
  }
  return all;
}

function compare(before: Snapshots, after: Snapshots): Difference[] {
  return REBUILT_TABLES.flatMap((table) => {
    const was = before.get(table) ?? new Map<string, string>();
    const is = after.get(table) ?? new Map<string, string>();
    return [...new Set([...was.keys(), ...is.keys()])]
      .filter((key) => was.get(key) !== is.get(key))
      .map((key) => ({ table, key, was: was.get(key) ?? null, is: is.get(key) ?? null }));
  });
}
