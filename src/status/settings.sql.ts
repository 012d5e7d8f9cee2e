import type { Micros } from '../events/health-event.js';
import { SettingsHistory } from './settings.js';
import { micros } from '../storage/time-columns.js';

/** One change: when, failure and success threshold, TTL, grace, expected instances. */
type ChangeRow = readonly [Micros, ...(readonly (number | null)[])];

/** A column `settings`: the history of the service that `name` names. Index: the primary key. */
export const settingsOf = (name: string): string => `
           (SELECT json_agg(json_build_array(
                     ${micros('x.changed_at')}, x.failure_threshold, x.success_threshold,
                     x.ttl_seconds, x.grace_seconds, x.expected_instances) ORDER BY x.changed_at)
              FROM service_settings x WHERE x.service_name = ${name}) AS settings`;

/** Index: the primary keys. */
export const READ_HISTORIES = {
  name: 'read_settings_histories',
  text: `
    SELECT s.service_name,${settingsOf('s.service_name')}
      FROM service_status s
     WHERE s.service_name IN (SELECT json_array_elements_text($1::json) COLLATE "C")`,
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
