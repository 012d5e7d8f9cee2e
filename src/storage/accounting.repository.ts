import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { RejectionReason } from '../events/health-event.js';
import type { Session } from './database.js';

/** Index: the primary key (minute, boot_id). Only one transaction of a process is here at a time. */
const ADD = {
  name: 'add_to_accounting',
  text: `
    INSERT INTO health_accounting AS a (
      minute, boot_id, instance_id, read, stored, duplicate, dead_lettered)
    VALUES (date_trunc('minute', now()), $1, $2, $3, $4, $5, $6)
    ON CONFLICT (minute, boot_id) DO UPDATE SET
      read = a.read + excluded.read, stored = a.stored + excluded.stored,
      duplicate = a.duplicate + excluded.duplicate,
      dead_lettered = a.dead_lettered + excluded.dead_lettered`,
};

/**
 * What became of the events that were read, per process and minute, written in the transaction that
 * stores them. Hence over all processes and restarts: the sum of `stored` is the number of rows ever stored, that
 * of `dead_lettered` the number of letters ever written, and read = stored + duplicate + dead_lettered.
 */
@Injectable()
export class AccountingRepository {
  private readonly bootId = crypto.randomUUID();

  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  async add(
    session: Session,
    settled: {
      readonly stored: number;
      readonly duplicate: number;
      readonly deadLetters: readonly RejectionReason[];
    },
  ): Promise<void> {
    const { stored, duplicate, deadLetters } = settled;
    const read = stored + duplicate + deadLetters.length;
    if (read === 0) return;
    const { HEALTH_INSTANCE_ID: instanceId } = this.environment;
    const values = [this.bootId, instanceId, read, stored, duplicate, deadLetters.length];
    await session.query(ADD, values);
  }
}
