import type { Micros } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { aggregate } from './aggregation.js';
import { countInstances, NO_INSTANCES } from './instance-counts.js';
import { historyOf, type SettingsColumn } from './settings.sql.js';
import { INSERT_STATUS_CHANGES, READ_SERVICES, REWRITE_SERVICES } from './status.sql.js';

/** Why a service's status may have changed. */
export interface Cause {
  readonly reason: string;
  readonly instanceId: string | null;
  readonly messageId: string | null;
}

interface ServiceRow {
  readonly service_name: string;
  readonly current_status: Status;
  readonly last_seen: Micros | null;
  readonly settings: SettingsColumn;
}

/**
 * Computes the status of services anew from their instances, and records what changed with its
 * cause. The caller holds the locks of the services and has changed their instances.
 */
export async function reaggregate(
  session: Session,
  causes: ReadonlyMap<string, Cause>,
): Promise<void> {
  if (causes.size === 0) return;
  const names = [...causes.keys()];
  const totals = await countInstances(session, names);
  const rows = await session.query<ServiceRow>(READ_SERVICES, [JSON.stringify(names)]);
  const parameters: unknown[] = [];
  const changes: unknown[] = [];
  for (const row of rows) {
    const { counts, dueAtUs } = totals.get(row.service_name) ?? NO_INSTANCES;
    const { expectedInstances } = historyOf(row.settings).newest;
    const { status, liveInstances } = aggregate(counts, expectedInstances);
    parameters.push({ s: row.service_name, st: status, ic: liveInstances, du: dueAtUs });
    if (status === row.current_status) continue;
    const cause = causes.get(row.service_name);
    changes.push({
      s: row.service_name,
      f: row.current_status,
      t: status,
      w: cause?.reason ?? 'event',
      i: cause?.instanceId ?? null,
      m: cause?.messageId ?? null,
    });
  }
  await session.query(REWRITE_SERVICES, [JSON.stringify(parameters)]);
  if (changes.length > 0) await session.query(INSERT_STATUS_CHANGES, [JSON.stringify(changes)]);
}
