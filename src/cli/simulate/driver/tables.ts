import type { Micros } from '../../../events/health-event.js';
import type { UptimeWindow } from '../../../status/uptime-read-model.js';
import { micros } from '../../../storage/time-columns.js';
import type { Removal } from '../truth/life.js';
import type { ProductReader, ServiceRow, UptimeRow } from './product-reader.js';
import type { Stage } from './stage.js';

/** A change of what is shown of an instance. */
export interface ShownRow {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly atUs: Micros;
  readonly status: string;
}

export interface SilenceRow {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly heardUs: Micros;
  readonly dueUs: Micros;
  /** Null: it lasts. */
  readonly endsUs: Micros | null;
}

/** What was said of a service because of an instance. */
export interface SaidRow {
  readonly serviceName: string;
  readonly instanceId: string | null;
  readonly status: string;
  readonly reason: string;
}

export interface GapRow {
  readonly fromUs: Micros;
  readonly toUs: Micros | null;
  readonly cause: string;
}

/** What the product's tables say when a simulation is over. */
export interface Tables {
  readonly shown: readonly ShownRow[];
  readonly silences: readonly SilenceRow[];
  readonly removals: readonly Removal[];
  readonly said: readonly SaidRow[];
  readonly gaps: readonly GapRow[];
  /** Services and their statuses. */
  readonly services: ReadonlyMap<string, string>;
  /** The derived timeline of each service, oldest first. */
  readonly timelines: ReadonlyMap<string, readonly ServiceRow[]>;
  readonly uptimes: readonly UptimeRow[];
  readonly messages: number;
}

const NAME = `service_name AS "serviceName", instance_id AS "instanceId"`;

export async function readTables(
  stage: Stage,
  reader: ProductReader,
  windows: readonly UptimeWindow[],
): Promise<Tables> {
  const services = await stage.rows<{ name: string; status: string }>(
    `SELECT service_name AS name, current_status AS status FROM service_status`,
  );
  const [counted] = await stage.rows<{ n: number }>(
    `SELECT count(*)::float8 AS n FROM health_messages`,
  );
  const timelines = new Map<string, readonly ServiceRow[]>();
  const uptimes: UptimeRow[] = [];
  for (const { name } of services) {
    timelines.set(name, await reader.timeline(name));
    for (const window of windows) uptimes.push(await reader.uptime(name, window));
  }
  return {
    timelines,
    uptimes,
    shown: await stage.rows<ShownRow>(
      `SELECT ${NAME}, ${micros('occurred_at')} AS "atUs", to_status AS status
         FROM instance_transitions ORDER BY occurred_at, received_at, message_id`,
    ),
    silences: await stage.rows<SilenceRow>(
      `SELECT ${NAME}, ${micros('received_at')} AS "heardUs", ${micros('due_at')} AS "dueUs",
              ${micros('ends_at')} AS "endsUs" FROM health_silences`,
    ),
    removals: await stage.rows<Removal>(
      `SELECT ${NAME}, reason, ${micros('deleted_at')} AS "removedUs",
              ${micros('received_through')} AS "throughUs"
         FROM service_deletions ORDER BY received_through`,
    ),
    said: await stage.rows<SaidRow>(
      `SELECT ${NAME}, to_status AS status, reason FROM health_status_changes ORDER BY id`,
    ),
    gaps: await stage.rows<GapRow>(
      `SELECT ${micros('started_at')} AS "fromUs", ${micros('ended_at')} AS "toUs", cause
         FROM health_gaps ORDER BY started_at`,
    ),
    services: new Map(services.map(({ name, status }) => [name, status])),
    messages: counted?.n ?? 0,
  };
}
