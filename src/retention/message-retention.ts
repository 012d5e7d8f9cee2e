import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { Database, type Session } from '../storage/database.js';
import { readTimescale } from '../storage/timescale.js';
import { ChunkRemoval, type Outcome, tryLock } from './chunk-removal.js';
import {
  addPolicy,
  READ_POLICIES,
  RECORD_NO_POLICY,
  RECORD_POLICY,
  removePolicy,
} from './policy.sql.js';

interface Policy {
  readonly drop_after: string;
  readonly is_right: boolean;
}

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

  /** One policy, of so many days; one of another interval goes. It is on record before it can drop anything. */
  private async ensurePolicy(session: Session, schema: string, days: number): Promise<void> {
    if (!(await tryLock(session))) return;
    const [policy] = await session.query<Policy & Record<string, unknown>>(READ_POLICIES, [days]);
    if (policy?.is_right === true) {
      await session.query(RECORD_POLICY, [days, null]);
      return;
    }
    await session.query(RECORD_POLICY, [days, policy?.drop_after ?? null]);
    if (policy !== undefined) await session.query(removePolicy(schema), []);
    await session.query(addPolicy(schema), [days]);
    this.log.info({ days, before: policy?.drop_after ?? null }, 'retention.policy_set');
  }
}
