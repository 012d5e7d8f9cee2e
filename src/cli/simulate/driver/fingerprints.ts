import type { Stage } from './stage.js';

/** Tables that must not depend on how many sweep, and what of them is compared. */
const TABLES = {
  health_transitions: '*',
  health_silences: '*',
  service_deletions: 'service_name, instance_id, deleted_at, received_through, reason',
  service_instances: '*',
  service_status: 'service_name, current_status, instance_count, last_seen, due_at, message_count',
} as const;

export type FingerprintedTable = keyof typeof TABLES;
export type Fingerprints = Readonly<Record<FingerprintedTable, string>>;

/** One digest of each table, whatever the order of its rows. */
export async function fingerprintsOf(stage: Stage): Promise<Fingerprints> {
  const digests: Partial<Record<FingerprintedTable, string>> = {};
  for (const [table, columns] of Object.entries(TABLES)) {
    const [row] = await stage.rows<{ digest: string }>(
      `SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '')) AS digest
         FROM (SELECT one::text AS line FROM (SELECT ${columns} FROM ${table}) AS one) AS lines`,
    );
    digests[table as FingerprintedTable] = row?.digest ?? '';
  }
  return digests as Fingerprints; // every table has its digest by now
}
