import type { App } from '../support/app.js';
import { runCommand } from '../support/command.js';
import { differences } from '../support/differences.js';
import { memoryBytes } from '../support/memory.js';
import {
  recomputedStates,
  recomputedTransitions,
  storedStates,
  storedTransitions,
} from '../support/recompute.js';
import type { ConsumerStats, PoolStats } from '../support/rest.js';
import type { Scope } from '../support/scope.js';
import { type Fault, RSS_CAP_BYTES } from './fault.js';
import type { Ledger, RecordedGap } from './ledger.js';
import { ORACLE_ID_SQL } from './oracle-events.js';
import type { Issued } from './oracle-publisher.js';

/** A gap ends on a millisecond, and the oracle's times are whole ones. */
const TOLERANCE_MS = 2;
const SHOWN = 5;

/**
 * The invariants of docs/guarantees.md. Each function returns a sentence for each violation, and an
 * empty list where the invariant holds. All are to be called when nothing is under way any more.
 */
export type Violations = readonly string[];

/**
 * I1: every acknowledged event is a row. It is no dead letter either, as all that the oracle issues is
 * in order. Where promise 1 does not cover the fault, it may also lie in a recorded gap of a cause
 * that says so.
 */
export function nothingAcknowledgedIsLost(ledger: Ledger, fault: Fault): Violations {
  const gaps = ledger.gaps.filter(({ cause }) => fault.lossCauses?.includes(cause) === true);
  const lost = lostEvents(ledger).filter((issued) => !liesIn(issued, gaps));
  const refused = [...ledger.deadLettered];
  return [
    ...some('I1: acknowledged, and neither stored nor in a recorded gap', lost.map(told)),
    ...some('I1: healthy events became dead letters', refused),
  ];
}

/** Acknowledged and not stored. */
export const lostEvents = ({ issued, acknowledged, stored }: Ledger): readonly Issued[] =>
  issued.filter(({ id }) => acknowledged.has(id) && !stored.has(id));

/** I2: one row for each (message_id, occurred_at), and one for each id that the oracle issued. */
export async function nothingIsStoredTwice(scope: Scope): Promise<Violations> {
  const twice = await scope.sql<{ key: string }>(
    `SELECT message_id || ' ' || occurred_at AS key FROM health_messages
      GROUP BY message_id, occurred_at HAVING count(*) > 1
      UNION ALL
     SELECT ${ORACLE_ID_SQL} FROM health_messages
      WHERE service_name LIKE 'oracle-%'
      GROUP BY 1 HAVING count(*) > 1`,
  );
  return some(
    'I2: stored twice',
    twice.map(({ key }) => key),
  );
}

/** I3: both equations in each living process, in its log, and over all processes ever. */
export async function theAccountsBalance(
  scope: Scope,
  apps: readonly App[],
  stats: readonly ConsumerStats[],
): Promise<Violations> {
  const unbalanced = stats.filter(
    (s) =>
      s.received !== s.journaled + s.deduplicated + s.shed ||
      s.read !== s.stored + s.duplicate + s.dead_lettered + s.in_flight,
  );
  const logged = apps.flatMap((app) => app.logged('accounting.imbalance'));
  return [
    ...some(
      'I3: the equations do not hold',
      unbalanced.map((s) => JSON.stringify(s)),
    ),
    ...some(
      'I3: an imbalance was logged',
      logged.map((line) => JSON.stringify(line)),
    ),
    ...(await accountingOverAllProcesses(scope)),
  ];
}

/** What the processes wrote down with each commit, against what is there. */
async function accountingOverAllProcesses(scope: Scope): Promise<Violations> {
  const [table] = await scope.sql<{ name: string | null }>(
    `SELECT to_regclass('${scope.schema}.health_accounting')::text AS name`,
  );
  if (table?.name == null) return [];
  const [sums] = await scope.sql<Record<'stored' | 'rows' | 'letters' | 'dead_lettered', number>>(
    `SELECT coalesce(sum(a.stored), 0)::integer AS stored,
            coalesce(sum(a.dead_lettered), 0)::integer AS dead_lettered,
            (SELECT count(*) FROM health_messages)::integer AS rows,
            (SELECT count(*) FROM health_dead_letters)::integer AS letters
       FROM health_accounting a`,
  );
  const holds = sums?.stored === sums?.rows && sums?.dead_lettered === sums?.letters;
  return holds ? [] : [`I3: over all processes ${JSON.stringify(sums)}`];
}

/** I4: states and transitions follow from the audit log, in SQL and by the product's own rebuild. */
export async function statesFollow(scope: Scope, databaseUrl: string): Promise<Violations> {
  const [stored, expected] = [await storedStates(scope), await recomputedStates(scope)];
  const found = {
    services: differences(stored.services, expected.services),
    instances: differences(stored.instances, expected.instances),
    transitions: differences(await storedTransitions(scope), await recomputedTransitions(scope)),
  };
  const differing = Object.entries(found).filter(([, difference]) => difference !== null);
  const environment = { ...scope.environment, DATABASE_URL: databaseUrl };
  const rebuild = await runCommand('src/cli/rebuild-status.js', environment, ['--dry-run']);
  const isSame = rebuild.code === 0 && rebuild.stdout.includes('nothing differed');
  return [
    ...differing.map(([what, difference]) => `I4: ${what} differ: ${JSON.stringify(difference)}`),
    ...(isSame ? [] : [`I4: the rebuild finds: ${rebuild.stdout}${rebuild.errorLines.join(' ')}`]),
  ];
}

/** I5: peak memory, connections and batches of each living process under their bounds. */
export async function boundsWereKept(apps: readonly App[], fault: Fault): Promise<Violations> {
  const cap = fault.rssCapBytes ?? RSS_CAP_BYTES;
  const found: string[] = [];
  for (const app of apps) {
    const peak = await memoryBytes(app.pid, 'VmHWM');
    if (peak > cap) found.push(`I5: ${app.instanceId} held ${peak} bytes, above ${cap}`);
    const pool = await app.api<PoolStats>('/database/pool');
    if (pool.checked_out > pool.pool_size || pool.overflow > 0) {
      found.push(`I5: ${app.instanceId}'s pool is ${JSON.stringify(pool)}`);
    }
  }
  return found;
}

/** I7: what was published and did not reach the journal lies in a recorded gap, or is there anyway. */
export function everyGapIsRecorded({ issued, acknowledged, stored, gaps }: Ledger): Violations {
  const missed = issued.filter(
    ({ id, via, isSent }) =>
      via === 'publish' && isSent && !acknowledged.has(id) && !stored.has(id),
  );
  const silent = missed.filter((one) => !liesIn(one, gaps));
  return some('I7: published, not journaled, and in no recorded gap', silent.map(told));
}

/** Whether an event was under way at a moment of a gap. */
function liesIn({ sentMs, settledMs }: Issued, gaps: readonly RecordedGap[]): boolean {
  return gaps.some(
    ({ fromMs, toMs }) =>
      (settledMs ?? Infinity) >= fromMs - TOLERANCE_MS && sentMs <= toMs + TOLERANCE_MS,
  );
}

const told = ({ id, via, sentMs, settledMs, isAnswered }: Issued): string =>
  `${id} (${via}, ${new Date(sentMs).toISOString()}, ` +
  `${isAnswered ? 'answered' : 'not answered'} after ${(settledMs ?? NaN) - sentMs} ms)`;

function some(what: string, found: readonly string[]): Violations {
  if (found.length === 0) return [];
  const more = found.length > SHOWN ? ', …' : '';
  return [`${what}: ${found.length}: ${found.slice(0, SHOWN).join(', ')}${more}`];
}
