import { Random } from '../../src/cli/random.js';
import { type EventDocument, healthEvent } from '../support/factories.js';

const SERVICES = 5;
const INSTANCES = 2;
/** How often an instance says the same again, on average one in so many events is another status. */
const STATUS_CHANGE = 0.1;
const STATUSES = ['healthy', 'degraded', 'unhealthy', 'starting'] as const;

/**
 * Events that follow from a seed, all but their times: ids `f<fault>-<n>`, a few services and
 * instances. They promise no next event, so that none turns stale during a long fault.
 */
export class OracleEvents {
  private readonly random: Random;
  private readonly statuses = new Map<string, string>();
  private count = 0;

  constructor(
    private readonly fault: number,
    seed: number,
  ) {
    this.random = new Random(seed, `events of fault ${fault}`);
  }

  next(): EventDocument & { readonly message_id: string } {
    const service = `oracle-${this.random.whole(1, SERVICES)}`;
    const instance = `i${this.random.whole(1, INSTANCES)}`;
    const key = `${service} ${instance}`;
    const changes = this.random.between(0, 1) < STATUS_CHANGE;
    const status = changes ? this.random.pick(STATUSES) : (this.statuses.get(key) ?? 'healthy');
    this.statuses.set(key, status);
    const message_id = `f${this.fault}-${this.count}`;
    this.count += 1;
    return {
      ...healthEvent({ service_name: service, instance_id: instance, status, ttl_seconds: 0 }),
      response_time_ms: this.random.whole(1, 500),
      message_id,
    };
  }
}

/**
 * The same of a row of the audit log, in SQL. Other payloads are not looked into: PostgreSQL finds no field
 * in one that has \\u0000 or half a surrogate pair somewhere, and says so with an error.
 */
export const ORACLE_ID_SQL = `CASE WHEN service_name LIKE 'oracle-%' THEN payload->>'message_id' END`;

/** The id of an oracle's event in the text of any message; null in one that is none. */
export const oracleIdIn = (text: string): string | null =>
  /"message_id":"(f\d+-\d+)"/.exec(text)?.[1] ?? null;
