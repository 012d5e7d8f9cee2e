import { textArray } from '../storage/binary-arrays.js';
import type { Session } from '../storage/database.js';
import { SettingsHistory } from './settings.js';
import { historyOf, READ_HISTORIES, type SettingsColumn } from './settings.sql.js';

/** The settings of services that are known, over time, by their names. */
export async function readHistories(
  session: Session,
  serviceNames: readonly string[],
): Promise<(serviceName: string) => SettingsHistory> {
  const rows = await session.query<{ service_name: string; settings: SettingsColumn }>(
    READ_HISTORIES,
    [textArray(serviceNames)],
  );
  const histories = new Map(rows.map((row) => [row.service_name, historyOf(row.settings)]));
  return (serviceName) => histories.get(serviceName) ?? SettingsHistory.none;
}
