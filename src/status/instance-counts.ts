import type { Micros } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import type { InstanceCounts } from './aggregation.js';
import { COUNT_INSTANCES } from './instance-rows.sql.js';

/** What a service's status follows from. */
export interface InstanceTotals {
  readonly counts: InstanceCounts;
  /** The latest deadline among its instances; null where none has one. */
  readonly dueAtUs: Micros | null;
}

export const NO_INSTANCES: InstanceTotals = { counts: {}, dueAtUs: null };

/** How many instances of each service are in each status; no entry for a service without one. */
export async function countInstances(
  session: Session,
  serviceNames: readonly string[],
): Promise<Map<string, InstanceTotals>> {
  const totals = new Map<string, InstanceTotals>();
  if (serviceNames.length === 0) return totals;
  const rows = await session.query<{
    service_name: string;
    current_status: InstanceStatus | Status;
    instances: number;
    due_at: Micros | null;
  }>(COUNT_INSTANCES, [JSON.stringify(serviceNames)]);
  for (const row of rows) {
    const { counts, dueAtUs } = totals.get(row.service_name) ?? NO_INSTANCES;
    totals.set(row.service_name, {
      counts: { ...counts, [row.current_status]: row.instances },
      dueAtUs: row.due_at === null ? dueAtUs : Math.max(dueAtUs ?? 0, row.due_at),
    });
  }
  return totals;
}
