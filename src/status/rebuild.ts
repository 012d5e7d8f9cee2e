import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Database, type Session } from '../storage/database.js';
import { RolledBackError } from '../storage/rolled-back.js';
import { deadlinesOf } from './configured-deadlines.js';
import type { Deadlines, Rules } from './deadline.js';
import { writeInstances } from './instance-rows.js';
import { type Kept, readKept, receptionsFromUs } from './kept.js';
import { NOT_ENDED_US } from './lives.js';
import { sweptThroughUs } from './old-events.js';
import { type Before, presentState, withLastReception } from './present-state.js';
import {
  IS_TRUNCATED,
  KEEP_STREAK,
  KEEP_SWEPT,
  READ_BEFORE,
  READ_BEGIN,
  READ_HEARD_INSTANCES,
  READ_SERVICE_NAMES,
  RESTORE_SAID,
  SNAPSHOTS,
} from './rebuild.sql.js';
import { type LivingInstance, replayReports } from './report-replay.js';
import { ServiceAggregates } from './service-aggregates.js';
import { writeServiceEvents } from './service-events.js';
import { readHistories } from './settings-histories.js';
import { type EndedLife, livesOf } from './silence-review.js';
import { replaySilences } from './silences.js';
import { LOCK_SERVICES, REMOVE_EMPTY_SERVICES } from './service-rows.sql.js';

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

/** What is the same for all lives of a service. */
interface Circumstances {
  readonly rules: Rules;
  /** How far deadlines have been swept. */
  readonly horizonUs: Micros;
  readonly kept: Kept;
  /** Some of the service's events were removed. */
  readonly isTruncated: boolean;
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
    const kept = await readKept(session);
    const [truncated] = await session.query<{ is_truncated: boolean | null }>(IS_TRUNCATED, [
      serviceName,
      kept.eventsFromUs,
    ]);
    const isTruncated = truncated?.is_truncated === true;
    const circumstances = {
      rules: {
        deadlines: this.deadlines,
        settings: (await readHistories(session, [serviceName]))(serviceName),
      },
      horizonUs: await sweptThroughUs(session),
      kept,
      isTruncated,
    };
    const before = new Map(
      (await session.query<Before & Record<string, unknown>>(READ_BEFORE, [serviceName])).map(
        (row) => [row.instance_id, row],
      ),
    );
    const instances = await session.query<{ instance_id: string }>(READ_HEARD_INSTANCES, [
      serviceName,
    ]);
    for (const { instance_id: instanceId } of instances) {
      const was = before.get(instanceId);
      for (const ended of await livesOf(session, serviceName, instanceId)) {
        const instance = { serviceName, instanceId, ...ended };
        await this.rebuildLife(session, instance, was, circumstances);
      }
    }
    await session.query(RESTORE_SAID, [serviceName]);
    await writeServiceEvents(session, serviceName, {
      kept,
      windowDays: this.windowDays,
      isTruncated,
    });
    const cause = { reason: 'rebuild', instanceId: null, messageId: null };
    await this.aggregates.recompute(session, new Map([[serviceName, cause]]));
    await session.query(REMOVE_EMPTY_SERVICES, [JSON.stringify([serviceName])]);
  }

  /** What was made of a life whose events are all gone stands. */
  private async rebuildLife(
    session: Session,
    instance: LivingInstance & EndedLife,
    before: Before | undefined,
    { rules, horizonUs, kept, isTruncated }: Circumstances,
  ): Promise<void> {
    const { serviceName, instanceId, life } = instance;
    const name = [serviceName, instanceId, life.afterUs, life.throughUs];
    const [begin] = await session.query<{
      effective_at: Micros | null;
      received_at: Micros | null;
    }>(READ_BEGIN, [...name, kept.eventsFromUs]);
    if (begin?.effective_at == null || begin.received_at === null) return;
    const isPresent = life.throughUs === NOT_ENDED_US;
    if (isPresent) {
      const receptionsFrom = receptionsFromUs(kept, this.windowDays);
      const found = await presentState(session, instance, rules, kept);
      if (found !== null) {
        const state = withLastReception(found, before, receptionsFrom);
        const messageCount = isTruncated
          ? Math.max(before?.message_count ?? 0, state.messageCount)
          : state.messageCount;
        await writeInstances(session, [
          { state: { ...state, messageCount }, forgottenThroughUs: life.afterUs || null },
        ]);
        await session.query(KEEP_SWEPT, [
          serviceName,
          instanceId,
          before?.first_seen ?? state.firstSeenUs,
          before?.is_replacement ?? false,
          before?.has_successor ?? false,
        ]);
      }
    }
    const isKnown = await replayReports(session, instance, begin.effective_at, rules.settings);
    if (!isKnown && isPresent && before !== undefined) {
      await session.query(KEEP_STREAK, [serviceName, instanceId, before.streak]);
    }
    await replaySilences(session, instance, begin.received_at, rules, horizonUs, this.windowDays);
  }
}

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
