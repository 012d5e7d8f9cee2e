import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Database, type Session } from '../storage/database.js';
import { deadlinesOf } from './configured-deadlines.js';
import { deadlineBeyondGaps, type Deadlines, type Gap } from './deadline.js';
import { NOT_ENDED_US } from './lives.js';
import { type Candidate, SelfPreservation } from './self-preservation.js';
import { type Cause, ServiceAggregates } from './service-aggregates.js';
import type { SettingsHistory } from './settings.js';
import { readHistories } from './settings-histories.js';
import { historyOf, type SettingsColumn } from './settings.sql.js';
import {
  endSilences,
  insertSilences,
  readGaps,
  type Silence,
  type SilenceEnd,
} from './silences.js';
import { SilenceReview } from './silence-review.js';
import { type Decision, decide, type Member, type SweepRules } from './sweep-decision.js';
import {
  LOCK_BUSY_SERVICES,
  LOCK_FREE_SERVICES,
  PUT_OFF,
  READ_COVERED_THROUGH,
  READ_DUE,
  READ_MEMBERS,
  READ_OVERDUE,
  REMOVE_INSTANCES,
  WRITE_PLACES,
  WRITE_STALE,
  WRITE_SWEPT_THROUGH,
} from './sweeper.sql.js';

/** Services per transaction: each holds its locks for some milliseconds only. */
const SERVICES_PER_TRANSACTION = 200;
/** A pass meets commits; what they hold for longer waits for the next one. */
const SWEEP_TIMEOUT_MS = 5_000;
const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

interface DueRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly last_seen: Micros;
  readonly ttl_seconds: number | null;
  readonly wait_until: Micros | null;
  readonly settings: SettingsColumn;
}

interface MemberRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly current_status: string;
  readonly first_seen: Micros;
  readonly last_seen: Micros;
  readonly last_message_id: string;
  readonly ttl_seconds: number | null;
  readonly silent_since: Micros | null;
  readonly recovered_at: Micros | null;
  readonly released_at: Micros | null;
  readonly is_held: boolean;
  readonly is_replacement: boolean;
  readonly has_successor: boolean;
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
  private readonly deadlines: Deadlines;
  private readonly expiryUs: Micros;
  private readonly rememberUs: Micros;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly database: Database,
    private readonly selfPreservation: SelfPreservation,
    private readonly review: SilenceReview,
    private readonly aggregates: ServiceAggregates,
  ) {
    this.deadlines = deadlinesOf(environment);
    this.expiryUs = environment.HEALTH_INSTANCE_EXPIRY_SECONDS * MICROS_PER_SECOND;
    this.rememberUs = (environment.HEALTH_EVENT_WINDOW_DAYS + 1) * MICROS_PER_DAY;
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
      horizonUs - this.expiryUs,
      horizonUs - this.rememberUs,
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
        this.deadlines,
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
    const rows = await session.query<MemberRow>(READ_MEMBERS, [JSON.stringify(lockedNames)]);
    const settingsOf = await readHistories(session, lockedNames);
    const gaps = await readGaps(session, oldestOf(rows));
    const decisions = new Map<string, Decision>();
    for (const [serviceName, members] of membersByService(rows)) {
      const rules = this.rules(settingsOf(serviceName));
      decisions.set(serviceName, decide(members, rules, gaps, horizonUs));
    }
    await this.aggregates.recompute(session, await write(session, decisions));
    return new Set(lockedNames);
  }

  private rules(settings: SettingsHistory): SweepRules {
    const { deadlines, expiryUs, rememberUs } = this;
    return { deadlines, settings, expiryUs, rememberUs };
  }
}

/** The earliest of the last receptions; rows there are. */
const oldestOf = (rows: readonly { readonly last_seen: Micros }[]): Micros =>
  rows.reduce((at, row) => Math.min(at, row.last_seen), NOT_ENDED_US);

/** Writes what was decided about locked services. Returns why their status may be another one now. */
async function write(
  session: Session,
  decisions: ReadonlyMap<string, Decision>,
): Promise<ReadonlyMap<string, Cause>> {
  const stale: unknown[] = [];
  const places: unknown[] = [];
  const removals: unknown[] = [];
  const silences: Silence[] = [];
  const ends: SilenceEnd[] = [];
  const causes = new Map<string, Cause>();
  for (const [serviceName, decision] of decisions) {
    for (const { member, reason, atUs } of decision.removals) {
      const { instanceId, lastSeenUs } = member;
      removals.push({ s: serviceName, i: instanceId, t: atUs, r: lastSeenUs, w: reason });
      if (reason === 'replaced') silences.push(silenceOf(serviceName, member, atUs, atUs));
      else ends.push({ serviceName, instanceId, endsAtUs: atUs, endedBy: null });
      causes.set(serviceName, { reason, instanceId, messageId: null });
    }
    for (const { member, dueAtUs } of decision.fallen) {
      const { instanceId, lastMessageId: messageId } = member;
      stale.push({ s: serviceName, i: instanceId, d: dueAtUs });
      silences.push(silenceOf(serviceName, member, dueAtUs, null));
      causes.set(serviceName, { reason: 'silent', instanceId, messageId });
    }
    for (const i of decision.comers) places.push({ s: serviceName, i, c: true });
    for (const i of decision.succeeded) places.push({ s: serviceName, i, c: false });
  }
  await insertSilences(session, silences);
  await endSilences(session, ends);
  if (stale.length > 0) await session.query(WRITE_STALE, [JSON.stringify(stale)]);
  if (places.length > 0) await session.query(WRITE_PLACES, [JSON.stringify(places)]);
  if (removals.length > 0) await session.query(REMOVE_INSTANCES, [JSON.stringify(removals)]);
  return causes;
}

const silenceOf = (
  serviceName: string,
  member: Member,
  dueAtUs: Micros,
  endsAtUs: Micros | null,
): Silence => ({
  serviceName,
  instanceId: member.instanceId,
  dueAtUs,
  receivedAtUs: member.lastSeenUs,
  messageId: member.lastMessageId,
  endsAtUs,
  endedBy: null,
});

function membersByService(rows: readonly MemberRow[]): Map<string, Member[]> {
  const services = new Map<string, Member[]>();
  for (const row of rows) {
    const known = services.get(row.service_name);
    if (known === undefined) services.set(row.service_name, [memberOf(row)]);
    else known.push(memberOf(row));
  }
  return services;
}

const memberOf = (row: MemberRow): Member => ({
  instanceId: row.instance_id,
  state:
    row.current_status === 'stale' ? 'silent' : row.current_status === 'left' ? 'left' : 'live',
  firstSeenUs: row.first_seen,
  lastSeenUs: row.last_seen,
  lastMessageId: row.last_message_id,
  ttlSeconds: row.ttl_seconds,
  silentSinceUs: row.silent_since,
  recoveredAtUs: row.recovered_at,
  releasedAtUs: row.released_at,
  isHeld: row.is_held,
  isReplacement: row.is_replacement,
  hasSuccessor: row.has_successor,
});

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  return chunks;
}
