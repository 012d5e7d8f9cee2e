import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { Database, type Session } from '../storage/database.js';
import { readTimescale } from '../storage/timescale.js';
import { ChunkRemoval, type Outcome, tryLock } from './chunk-removal.js';
import { ensurePolicy, type PolicyChange } from './policy.js';
import { RECORD_NO_POLICY, RECORD_POLICY } from './policy.sql.js';

/**
 * Keeps the audit log for HEALTH_RETENTION_DAYS: by a policy of TimescaleDB where its licence has policies, else by
 * dropping chunks itself.
 */
@Injectable()
export class MessageRetention {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
    private readonly chunks: ChunkRemoval,
    private readonly log: Log,
  ) {}

  /** Rejects with what the database throws. */
  async look(): Promise<Outcome> {
    const days = this.environment.HEALTH_RETENTION_DAYS;
    const isByPolicy = await this.database.transaction(async (session) => {
      const { schema, isCommunity } = await readTimescale(session);
      if (isCommunity) await this.ensurePolicy(session, schema, days);
      else await session.query(RECORD_NO_POLICY, []);
      return isCommunity;
    });
    return isByPolicy ? 'done' : await this.chunks.messages(days);
  }

  /** It is on record before it can drop anything. */
  private async ensurePolicy(session: Session, schema: string, days: number): Promise<void> {
    if (!(await tryLock(session))) return;
    const record = async ({ before }: PolicyChange): Promise<void> => {
      await session.query(RECORD_POLICY, [days, before]);
    };
    const change = await ensurePolicy(session, schema, 'health_messages', days, record);
    if (change === null) await record({ before: null });
    else this.log.info({ days, ...change }, 'retention.policy_set');
  }
}
