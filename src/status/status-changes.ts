import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Status } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { INSERT_STATUS_CHANGES } from './status-changes.sql.js';

/** What is said anew about a service, and what brought it about. */
export interface StatusChange {
  readonly serviceName: string;
  /** Null: the service was not known. */
  readonly from: Status | null;
  readonly to: Status;
  readonly reason: string;
  readonly instanceId: string | null;
  readonly messageId: string | null;
}

/**
 * The one place where changes of a service's status are recorded, whoever brings them about; and with
 * them, in the same transaction, that the webhook is to be told, if there is one.
 */
@Injectable()
export class StatusChanges {
  private readonly hasWebhook: boolean;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.hasWebhook = environment.HEALTH_WEBHOOK_URL !== null;
  }

  /**
   * Call it with the services' rows locked and already written (or deleted): a change takes its moment
   * from there, and the lock makes ids follow the order of commits within a service.
   */
  async record(session: Session, changes: readonly StatusChange[]): Promise<void> {
    if (changes.length === 0) return;
    await session.query(INSERT_STATUS_CHANGES, [
      JSON.stringify(changes.map(parameterOf)),
      this.hasWebhook,
    ]);
  }
}

const parameterOf = (change: StatusChange): unknown => ({
  s: change.serviceName,
  f: change.from,
  t: change.to,
  w: change.reason,
  i: change.instanceId,
  m: change.messageId,
});
