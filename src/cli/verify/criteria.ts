import type { PoolStats } from '../../api/monitor/monitor.responses.js';
import type { GapCause } from '../../observation/gap-cause.js';
import { pause } from '../../runtime/backoff.js';
import { CheckFailed } from './checklist.js';
import { type Accounts, accounts } from './consumer-checks.js';
import type { Deployment } from './deployment.js';
import { eventually } from './eventually.js';
import { COUNT_SERVICES } from './statements.sql.js';

/** The guide's success criteria: below. */
export const MAX_ERROR_RATE = 0.01;
export const MAX_POOL_UTILIZATION = 0.8;

const SAMPLE_MS = 200;
const SEEN_LIMIT_MS = 5_000;

/** Gaps of which nobody may know how many events were lost; of others the journal kept all. */
const LOSING: ReadonlySet<GapCause> = new Set<GapCause>([
  'redis_unreachable',
  'subscriber_kicked',
  'not_running',
  'process_asleep',
  'journal_loss',
]);

interface Gap {
  readonly from: string;
  readonly cause: GapCause;
  readonly lost_count: number | null;
}

/** Looks at the pool several times a second until it is stopped. */
export class PoolSamples {
  private readonly values: number[] = [];
  private readonly stopping = new AbortController();
  private readonly sampling: Promise<void>;

  constructor(deployment: Deployment) {
    this.sampling = this.sample(deployment);
  }

  /** Mean share of the connections in use, 0 to 1; null where nobody answered. */
  async mean(): Promise<number | null> {
    this.stopping.abort();
    await this.sampling;
    const { length } = this.values;
    return length === 0 ? null : this.values.reduce((sum, value) => sum + value, 0) / length;
  }

  private async sample({ rest }: Deployment): Promise<void> {
    do {
      const stats = await rest.api<PoolStats>('GET', '/database/pool').catch(() => null);
      if (stats !== null) this.values.push(stats.utilization);
    } while (await pause(SAMPLE_MS, this.stopping.signal));
  }
}

/** What of all events became dead letters since the watch began, those of the watch itself left out. */
export class ErrorRate {
  private own = { read: 0, letters: 0 };

  private constructor(
    private readonly sinceMs: number,
    private readonly begin: Accounts,
  ) {}

  static async since(deployment: Deployment, sinceMs: number): Promise<ErrorRate> {
    return new ErrorRate(sinceMs, await accounts(deployment, sinceMs));
  }

  /** Events of a round that were read from the journal, a repeated one included. */
  leaveOut({ ledger }: Deployment): void {
    const { messageIds, letters, repeated } = ledger;
    const read = messageIds.length + letters + Math.ceil(repeated / 2);
    this.own = { read: this.own.read + read, letters: this.own.letters + letters };
  }

  async value(deployment: Deployment): Promise<number> {
    const now = await accounts(deployment, this.sinceMs);
    const read = now.read - this.begin.read - this.own.read;
    const letters = now.dead_lettered - this.begin.dead_lettered - this.own.letters;
    return letters <= 0 ? 0 : letters / Math.max(read, letters);
  }
}

/** Gaps since a moment in which events were lost, or may have been, a sentence each. */
export async function losses({ rest }: Deployment, sinceMs: number): Promise<readonly string[]> {
  const from = encodeURIComponent(new Date(sinceMs).toISOString());
  const { items } = await rest.api<{ items: readonly Gap[] }>('GET', `/gaps?from=${from}`);
  return items.flatMap(({ from: begin, cause, lost_count: lost }) => {
    if (lost !== null && lost > 0) return [`${String(lost)} events lost, ${cause} at ${begin}`];
    return lost === null && LOSING.has(cause) ? [`events may be lost, ${cause} at ${begin}`] : [];
  });
}

/**
 * Resolves to the number of services, once the dashboard shows all of them.
 *
 * @throws CheckFailed
 */
export async function visibleServices(
  deployment: Deployment,
  signal: AbortSignal,
): Promise<number> {
  let told = 'nothing';
  return await eventually(
    SEEN_LIMIT_MS,
    signal,
    async () => {
      const { observing, summary } = await deployment.rest.api<{
        observing: boolean;
        summary: { total: number };
      }>('GET', '/dashboard?limit=1');
      const { n } = await deployment.row<{ n: number }>(COUNT_SERVICES);
      told = `shows ${String(summary.total)} of ${String(n)} services, observing ${String(observing)}`;
      return observing && summary.total === n ? n : null;
    },
    () => `the dashboard ${told}`,
  );
}

/** What the metrics of the instance that answers say of its process. */
export async function processFigures({
  rest,
}: Deployment): Promise<{ readonly memoryBytes: number | null; readonly imbalance: number }> {
  const { status, text } = await rest.get('/metrics');
  if (status !== 200) throw new CheckFailed(`GET /metrics is answered ${String(status)}`);
  const memory = /^health_monitor_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1];
  const imbalances = text.matchAll(
    /^health_monitor_accounting_imbalance_events\{[^}]*\} (-?[\d.e+]+)$/gm,
  );
  const imbalance = [...imbalances].reduce((sum, [, value]) => sum + Math.abs(Number(value)), 0);
  return { memoryBytes: memory === undefined ? null : Number(memory), imbalance };
}
