import type { Workspace } from '../../bench/workspace.js';
import { type Check, checkOf } from '../verdict/check.js';
import { type Death, type LiveFleet, TTL_SECONDS } from './live-fleet.js';

export const GRACE_SECONDS = 1;
/** From publication to reception, and the resolution of both clocks. */
const TOLERANCE_MS = 300;
const NOTICED_WITHIN_MS = 2_000;

interface SilenceRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly due_ms: number;
  /** When it was said of the service; null: it was not. */
  readonly said_ms: number | null;
}

interface GapRow {
  readonly cause: string;
  readonly seconds: number;
}

/** What must hold after the live variant, by what its fleet did. */
export async function liveVerdict(
  { database }: Workspace,
  schema: string,
  fleet: LiveFleet,
  causes: readonly string[],
): Promise<Check[]> {
  const { rows: silences } = await database.query<SilenceRow>(
    `SELECT s.service_name, s.instance_id, (extract(epoch FROM s.due_at) * 1000)::float8 AS due_ms,
            (SELECT (extract(epoch FROM min(c.changed_at)) * 1000)::float8
               FROM ${schema}.health_status_changes c
              WHERE c.service_name = s.service_name AND c.reason = 'silent'
                AND c.changed_at > s.due_at) AS said_ms
       FROM ${schema}.health_silences s WHERE s.ends_at IS DISTINCT FROM s.due_at`,
  );
  const { rows: gaps } = await database.query<GapRow>(
    `SELECT cause, extract(epoch FROM ended_at - started_at)::float8 AS seconds
       FROM ${schema}.health_gaps ORDER BY id`,
  );
  const { rows: changes } = await database.query<{ service_name: string; to_status: string }>(
    `SELECT service_name, to_status FROM ${schema}.health_status_changes
      WHERE to_status <> 'healthy' AND service_name = ANY ($1)`,
    [[...fleet.unharmed]],
  );
  const delays = silences.flatMap(({ due_ms: due, said_ms: said }) =>
    said === null ? [] : [said - due],
  );
  return [
    checkOf(
      'silent deaths missed',
      `0 of ${String(fleet.deaths.length)}`,
      fleet.deaths.filter((death) => !isNoticed(death, silences)).map(nameOf),
    ),
    checkOf(
      'stale although it published in time',
      `${String(silences.length)} silences`,
      silences
        .filter((one) => !fleet.deaths.some((death) => nameOf(death) === nameOfRow(one)))
        .map(nameOfRow),
    ),
    checkOf(
      'delay of stale transitions, at most 2 s',
      `max ${(Math.max(0, ...delays) / 1_000).toFixed(2)} s`,
      delays.filter((ms) => ms > NOTICED_WITHIN_MS).map((ms) => `${String(ms)} ms`),
    ),
    checkOf(
      'alarms by redeploys, restarts and the monitor itself',
      `${String(fleet.unharmed.size)} services unharmed`,
      changes.map((row) => `${row.service_name} ${row.to_status}`),
    ),
    checkOf(
      'gaps recorded',
      gaps.map(({ cause, seconds }) => `${cause} ${seconds.toFixed(1)} s`).join(', '),
      causes.filter((cause) => !gaps.some((gap) => gap.cause === cause)),
    ),
  ];
}

function isNoticed(death: Death, silences: readonly SilenceRow[]): boolean {
  const dueMs = death.lastPublishedMs + (TTL_SECONDS + GRACE_SECONDS) * 1_000;
  return silences.some(
    (one) => nameOfRow(one) === nameOf(death) && Math.abs(one.due_ms - dueMs) < TOLERANCE_MS,
  );
}

const nameOf = ({ service, instance }: Death): string => `${service} ${instance}`;
const nameOfRow = ({ service_name, instance_id }: SilenceRow): string =>
  `${service_name} ${instance_id}`;
