import { Injectable } from '@nestjs/common';
import type { Micros } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import { Database, type Session } from '../storage/database.js';
import {
  DELETE_INSTANCES,
  DELETE_SERVICE,
  END_DELETED_SILENCES,
  INSERT_DELETION,
  LOCK_SERVICE,
  SUBTRACT_MESSAGES,
} from './forgetting.sql.js';
import { ServiceAggregates } from './service-aggregates.js';
import { StatusChanges } from './status-changes.js';

interface LockedService {
  readonly current_status: Status;
}

/**
 * Forgets the state of a service, or of one instance, because an operator asked for it. The audit log
 * and both histories stay. What was received before stays forgotten, even if it is committed later;
 * the next event that is received makes it known again, as if for the first time.
 *
 * Both methods reject with DatabaseUnavailableError within 5 s where the database does not answer.
 */
@Injectable()
export class Forgetting {
  constructor(
    private readonly database: Database,
    private readonly aggregates: ServiceAggregates,
    private readonly changes: StatusChanges,
  ) {}

  /** False where no service has this name. */
  async service(serviceName: string): Promise<boolean> {
    return await this.database.change(async (session) => {
      const service = await lock(session, serviceName);
      if (service === undefined) return false;
      await forget(session, serviceName, null);
      await session.query(DELETE_SERVICE, [serviceName]);
      const { current_status: from } = service;
      const cause = { reason: 'deleted', instanceId: null, messageId: null };
      if (from !== 'unknown') {
        await this.changes.record(session, [{ serviceName, from, to: 'unknown', ...cause }]);
      }
      return true;
    });
  }

  /** False where the service has no such instance, one that has left included. */
  async instance(serviceName: string, instanceId: string): Promise<boolean> {
    return await this.database.change(async (session) => {
      const service = await lock(session, serviceName);
      if (service === undefined) return false;
      const messages = await forget(session, serviceName, instanceId);
      if (messages === null) return false;
      await session.query(SUBTRACT_MESSAGES, [serviceName, messages]);
      const cause = { reason: 'deleted', instanceId, messageId: null };
      await this.aggregates.recompute(session, new Map([[serviceName, cause]]));
      return true;
    });
  }
}

const lock = async (session: Session, serviceName: string): Promise<LockedService | undefined> =>
  (await session.query<LockedService>(LOCK_SERVICE, [serviceName]))[0];

/** How many messages the instance had, as text; null where there is no instance to forget. */
async function forget(
  session: Session,
  serviceName: string,
  instanceId: string | null,
): Promise<string | null> {
  const [deletion] = await session.query<{ deleted_at: Micros }>(INSERT_DELETION, [
    serviceName,
    instanceId,
  ]);
  if (deletion === undefined) return null;
  await session.query(END_DELETED_SILENCES, [serviceName, instanceId, deletion.deleted_at]);
  const [instance] = await session.query<{ message_count: string }>(DELETE_INSTANCES, [
    serviceName,
    instanceId,
  ]);
  return instance?.message_count ?? null;
}
