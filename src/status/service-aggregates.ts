import { Injectable } from '@nestjs/common';
import type { Status } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { aggregate } from './aggregation.js';
import { countInstances, NO_INSTANCES } from './instance-counts.js';
import { readHistories } from './settings-histories.js';
import { type StatusChange, StatusChanges } from './status-changes.js';
import { READ_STATUSES, REWRITE_SERVICES } from './service-rows.sql.js';

/** Why a service's status may have changed. */
export interface Cause {
  readonly reason: string;
  readonly instanceId: string | null;
  readonly messageId: string | null;
}

interface ServiceRow {
  readonly service_name: string;
  readonly current_status: Status;
}

/**
 * Computes the status of services anew from their instances, and records what changed with its
 * cause. The caller holds the locks of the services and has changed their instances.
 */
@Injectable()
export class ServiceAggregates {
  constructor(private readonly changes: StatusChanges) {}

  async recompute(session: Session, causes: ReadonlyMap<string, Cause>): Promise<void> {
    if (causes.size === 0) return;
    const names = [...causes.keys()];
    const totals = await countInstances(session, names);
    const settingsOf = await readHistories(session, names);
    const rows = await session.query<ServiceRow>(READ_STATUSES, [JSON.stringify(names)]);
    const parameters: unknown[] = [];
    const changes: StatusChange[] = [];
    for (const row of rows) {
      const { service_name: serviceName, current_status: from } = row;
      const { counts, dueAtUs } = totals.get(serviceName) ?? NO_INSTANCES;
      const { expectedInstances } = settingsOf(serviceName).newest;
      const { status: to, liveInstances } = aggregate(counts, expectedInstances);
      parameters.push({ s: serviceName, st: to, ic: liveInstances, du: dueAtUs });
      const cause = causes.get(serviceName);
      if (to !== from && cause !== undefined) changes.push({ serviceName, from, to, ...cause });
    }
    await session.query(REWRITE_SERVICES, [JSON.stringify(parameters)]);
    await this.changes.record(session, changes);
  }
}
