import type { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import type { Session } from '../storage/database.js';
import { deadlinesOf } from './configured-deadlines.js';
import type { Deadlines } from './deadline.js';
import { NOT_ENDED_US } from './lives.js';
import type { Cause } from './service-aggregates.js';
import { readHistories } from './settings-histories.js';
import {
  endSilences,
  insertSilences,
  readGaps,
  type Silence,
  type SilenceEnd,
} from './silences.js';
import { type Decision, decide, type Member } from './sweep-decision.js';
import { READ_MEMBERS, REMOVE_INSTANCES, WRITE_PLACES, WRITE_STALE } from './sweeper.sql.js';

const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

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

/** Decides who of some services has fallen silent or is gone by a horizon, and writes it down. */
export class ServiceSweep {
  readonly deadlines: Deadlines;
  readonly expiryUs: Micros;
  /** How long one that left is remembered, for late events of it. */
  readonly rememberUs: Micros;

  constructor(environment: Environment) {
    this.deadlines = deadlinesOf(environment);
    this.expiryUs = environment.HEALTH_INSTANCE_EXPIRY_SECONDS * MICROS_PER_SECOND;
    this.rememberUs = (environment.HEALTH_EVENT_WINDOW_DAYS + 1) * MICROS_PER_DAY;
  }

  /**
   * The caller holds the locks of the services. Returns why their status may be another one now; to
   * compute it is left to the caller.
   */
  async sweep(
    session: Session,
    serviceNames: readonly string[],
    horizonUs: Micros,
  ): Promise<ReadonlyMap<string, Cause>> {
    const rows = await session.query<MemberRow>(READ_MEMBERS, [JSON.stringify(serviceNames)]);
    const settingsOf = await readHistories(session, serviceNames);
    const gaps = await readGaps(session, oldestOf(rows));
    const { deadlines, expiryUs, rememberUs } = this;
    const decisions = new Map<string, Decision>();
    for (const [serviceName, members] of membersByService(rows)) {
      const rules = { deadlines, settings: settingsOf(serviceName), expiryUs, rememberUs };
      decisions.set(serviceName, decide(members, rules, gaps, horizonUs));
    }
    return await write(session, decisions);
  }
}

/** The earliest of the last receptions; rows there are. */
export const oldestOf = (rows: readonly { readonly last_seen: Micros }[]): Micros =>
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
