import type { Micros } from '../events/health-event.js';
import { SettingsHistory } from './settings.js';
import { micros } from '../storage/time-columns.js';

/** One change: when, failure and success threshold, TTL, grace, expected instances. */
type ChangeRow = readonly [Micros, ...(readonly (number | null)[])];

/** Of rows `x` of one service. */
const HISTORY = `json_agg(json_build_array(
                     ${micros('x.changed_at')}, x.failure_threshold, x.success_threshold,
                     x.ttl_seconds, x.grace_seconds, x.expected_instances) ORDER BY x.changed_at)`;

/** A column `settings`: the history of the service that `name` names. Index: the primary key. */
export const settingsOf = (name: string): string => `
           (SELECT ${HISTORY}
              FROM service_settings x WHERE x.service_name = ${name}) AS settings`;

/** Of services that have any. Index: the primary key. */
export const READ_HISTORIES = {
  name: 'read_settings_histories',
  text: `
    SELECT x.service_name, ${HISTORY} AS settings
      FROM service_settings x
     WHERE x.service_name = ANY ($1::text[])
     GROUP BY x.service_name`,
};

/** As {@link settingsOf} gives it; null where nothing was ever set. */
export type SettingsColumn = readonly ChangeRow[] | null;

export function historyOf(column: SettingsColumn): SettingsHistory {
  if (column === null) return SettingsHistory.none;
  return new SettingsHistory(
    column.map(([changedAtUs, failure, success, ttl, grace, expected]) => ({
      changedAtUs,
      settings: {
        failureThreshold: failure ?? null,
        successThreshold: success ?? null,
        ttlSeconds: ttl ?? null,
        graceSeconds: grace ?? null,
        expectedInstances: expected ?? null,
      },
    })),
  );
}
