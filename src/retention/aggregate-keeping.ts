import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { Database, type Session } from '../storage/database.js';
import { HourlyAggregate } from '../storage/hourly-aggregate.js';
import { HOURLY } from '../storage/hourly-aggregate.sql.js';
import { isLockTimeout } from '../storage/sql-errors.js';
import { readTimescale } from '../storage/timescale.js';
import {
  addRefreshPolicy,
  createAggregate,
  READ_AGGREGATE,
  READ_REFRESH_POLICY,
  removeRefreshPolicy,
} from './aggregate.sql.js';
import { type Outcome, tryLock } from './chunk-removal.js';
import { ensurePolicy } from './policy.js';

/** Of these it is known how they note what an aggregate does not know yet. */
const KNOWN_VERSIONS = /^2\.(19|2[0-8])\./;

/**
 * Keeps the continuous aggregate by which long histories are read, where the licence allows one: it is made, is
 * refreshed by a policy and kept as long as the audit log. Whoever reads it is told that it is there.
 */
@Injectable()
export class AggregateKeeping {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
    private readonly hourly: HourlyAggregate,
    private readonly log: Log,
  ) {}

  /** Rejects with what the database throws. */
  async look(): Promise<Outcome> {
    try {
      const found = await this.database.transaction(async (session) => await this.ensure(session));
      if (found !== null) this.hourly.use(found.hasRanges);
      return 'done';
    } catch (error) {
      if (isLockTimeout(error)) return 'again';
      throw error;
    }
  }

  /** Null where there is none. */
  private async ensure(session: Session): Promise<{ readonly hasRanges: boolean } | null> {
    const { schema, version, isCommunity } = await readTimescale(session);
    if (!isCommunity) return null;
    if (!KNOWN_VERSIONS.test(version)) {
      this.hourly.giveUp({ timescaledb: version });
      return null;
    }
    const isMine = await tryLock(session);
    const [found] = await session.query<{ is_there: boolean; has_ranges: boolean }>(
      READ_AGGREGATE,
      [],
    );
    if (found === undefined) throw new Error('a select returned no row');
    if (isMine) await this.keep(session, schema, found.is_there);
    return isMine || found.is_there ? { hasRanges: found.has_ranges } : null;
  }

  private async keep(session: Session, schema: string, isThere: boolean): Promise<void> {
    const days = this.environment.HEALTH_RETENTION_DAYS;
    if (!isThere) await session.query(createAggregate(schema), []);
    await ensurePolicy(session, schema, HOURLY, days, () => Promise.resolve());
    const [policy] = await session.query<{ is_right: boolean }>(READ_REFRESH_POLICY, [days]);
    if (policy?.is_right === true) return;
    if (policy !== undefined) await session.query(removeRefreshPolicy(schema), []);
    await session.query(addRefreshPolicy(schema), [days]);
    this.log.info({ view: HOURLY, days }, 'history.aggregate_set');
  }
}
