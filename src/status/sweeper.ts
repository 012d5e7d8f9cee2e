import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Database, type Session } from '../storage/database.js';
import { deadlineBeyondGaps, type Gap } from './deadline.js';
import { type Candidate, SelfPreservation } from './self-preservation.js';
import { ServiceAggregates } from './service-aggregates.js';
import { oldestOf, ServiceSweep } from './service-sweep.js';
import { historyOf, type SettingsColumn } from './settings.sql.js';
import { readGaps } from './silences.js';
import { SilenceReview } from './silence-review.js';
import {
  LOCK_BUSY_SERVICES,
  LOCK_FREE_SERVICES,
  PUT_OFF,
  READ_COVERED_THROUGH,
  READ_DUE,
  READ_OVERDUE,
  WRITE_SWEPT_THROUGH,
} from './sweeper.sql.js';

/** Services per transaction: each holds its locks for some milliseconds only. */
const SERVICES_PER_TRANSACTION = 200;
/** A pass meets commits; what they hold for longer waits for the next one. */
const SWEEP_TIMEOUT_MS = 5_000;

interface DueRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly last_seen: Micros;
  readonly ttl_seconds: number | null;
  readonly wait_until: Micros | null;
  readonly settings: SettingsColumn;
}

/** What a pass found. */
export interface Swept {
  /** Services that others were working on: their turn comes with the next pass. */
  readonly busy: readonly string[];
}

/**
 * Says who has fallen silent, by what is known up to a horizon, and takes out who is gone. Any number
 * of instances may sweep at once: candidates are found by a plain scan, the services' rows are locked
 * in the common order, and the condition is checked again under the lock.
 */
@Injectable()
export class Sweeper {
  private readonly services: ServiceSweep;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly database: Database,
    private readonly selfPreservation: SelfPreservation,
    private readonly review: SilenceReview,
    private readonly aggregates: ServiceAggregates,
  ) {
    this.services = new ServiceSweep(environment);
  }

  /**
   * One pass. `horizonUs`: every event received before it has been committed, and so has every gap
   * that begins before it. `insist`: services to wait for although others are working on them.
   *
   * @throws what the database throws; a pass that failed has changed whole services or nothing of them.
   */
  async sweep(horizonUs: Micros, insist: readonly string[] = []): Promise<Swept> {
    await this.review.settleGaps(horizonUs);
    const candidates = await this.candidates(horizonUs);
    const isHeld = await this.selfPreservation.hold(candidates, horizonUs);
    const overdue = await this.database.read<{ service_name: string }>(READ_OVERDUE, [
      horizonUs - this.services.expiryUs,
      horizonUs - this.services.rememberUs,
    ]);
    const names = new Set(overdue.map((row) => row.service_name));
    if (!isHeld) for (const { serviceName } of candidates) names.add(serviceName);
    const insisted = new Set(insist);
    const busy: string[] = [];
    for (const services of chunksOf([...names].sort(), SERVICES_PER_TRANSACTION)) {
      const hasInsisted = services.some((name) => insisted.has(name));
      const swept = await this.database.transaction(
        async (session) => await this.sweepServices(session, services, horizonUs, hasInsisted),
        SWEEP_TIMEOUT_MS,
      );
      busy.push(...services.filter((name) => !swept.has(name)));
    }
    if (busy.length === 0) await this.database.write(WRITE_SWEPT_THROUGH, [horizonUs]);
    return { busy };
  }

  /** How far synthetic heartbeats prove that all was received; null where none ever came through. */
  async coveredThroughUs(): Promise<Micros | null> {
    const [row] = await this.database.read<{ covered_through: Micros }>(READ_COVERED_THROUGH, []);
    return row?.covered_through ?? null;
  }

  /** Those whose deadline has passed; that of others is put off by gaps, which is noted. */
  private async candidates(horizonUs: Micros): Promise<Candidate[]> {
    const due = await this.database.read<DueRow>(READ_DUE, [horizonUs]);
    if (due.length === 0) return [];
    const gaps = await this.gapsSince(oldestOf(due));
    const candidates: Candidate[] = [];
    const putOff: unknown[] = [];
    for (const row of due) {
      const settings = historyOf(row.settings);
      const dueAtUs = deadlineBeyondGaps(
        row.last_seen,
        row.ttl_seconds,
        this.services.deadlines,
        settings,
        gaps,
      );
      const { service_name: serviceName, instance_id: instanceId, last_seen: lastSeenUs } = row;
      if (dueAtUs !== null && dueAtUs < horizonUs) {
        candidates.push({ serviceName, instanceId, lastSeenUs, dueAtUs });
      } else if (dueAtUs !== null && dueAtUs !== row.wait_until) {
        putOff.push({ s: serviceName, i: instanceId, r: lastSeenUs, w: dueAtUs });
      }
    }
    if (putOff.length > 0) await this.database.write(PUT_OFF, [JSON.stringify(putOff)]);
    return candidates;
  }

  private async gapsSince(fromUs: Micros): Promise<Gap[]> {
    return await this.database.transaction(async (session) => await readGaps(session, fromUs));
  }

  /** Returns the names of those that could be locked. */
  private async sweepServices(
    session: Session,
    services: readonly string[],
    horizonUs: Micros,
    isInsisting: boolean,
  ): Promise<ReadonlySet<string>> {
    const names = JSON.stringify(services);
    const lock = isInsisting ? LOCK_BUSY_SERVICES : LOCK_FREE_SERVICES;
    const locked = await session.query<{ service_name: string }>(lock, [names]);
    if (locked.length === 0) return new Set();
    const lockedNames = locked.map((row) => row.service_name);
    const causes = await this.services.sweep(session, lockedNames, horizonUs);
    await this.aggregates.recompute(session, causes);
    return new Set(lockedNames);
  }
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  return chunks;
}
