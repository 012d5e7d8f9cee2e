import { Injectable } from '@nestjs/common';
import type { Status } from '../events/status-vocabulary.js';
import { Database, type Session } from '../storage/database.js';
import { aggregate } from './aggregation.js';
import {
  DELETE_INSTANCES,
  DELETE_SERVICE,
  INSERT_DELETION,
  INSERT_DELETION_CHANGE,
  LOCK_SERVICE,
  REWRITE_SERVICE,
} from './forgetting.sql.js';
import { countInstances } from './status-store.js';

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
  constructor(private readonly database: Database) {}

  /** False where no service has this name. */
  async service(serviceName: string): Promise<boolean> {
    return await this.database.change(async (session) => {
      const service = await lock(session, serviceName);
      if (service === undefined) return false;
      await session.query(INSERT_DELETION, [serviceName, null]);
      await session.query(DELETE_INSTANCES, [serviceName, null]);
      await session.query(DELETE_SERVICE, [serviceName]);
      await recordChange(session, serviceName, service.current_status, 'unknown', null);
      return true;
    });
  }

  /** False where the service has no such instance, one that has left included. */
  async instance(serviceName: string, instanceId: string): Promise<boolean> {
    return await this.database.change(async (session) => {
      const service = await lock(session, serviceName);
      if (service === undefined) return false;
      const deletions = await session.query(INSERT_DELETION, [serviceName, instanceId]);
      if (deletions.length === 0) return false;
      await session.query(DELETE_INSTANCES, [serviceName, instanceId]);
      const counts = await countInstances(session, [serviceName]);
      const { status, liveInstances } = aggregate(counts.get(serviceName) ?? {});
      await session.query(REWRITE_SERVICE, [serviceName, status, liveInstances]);
      await recordChange(session, serviceName, service.current_status, status, instanceId);
      return true;
    });
  }
}

const lock = async (session: Session, serviceName: string): Promise<LockedService | undefined> =>
  (await session.query<LockedService>(LOCK_SERVICE, [serviceName]))[0];

async function recordChange(
  session: Session,
  serviceName: string,
  from: Status,
  to: Status,
  instanceId: string | null,
): Promise<void> {
  if (from === to) return;
  await session.query(INSERT_DELETION_CHANGE, [serviceName, from, to, instanceId]);
}
