import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Rejection } from '../events/health-event.js';
import { Database } from '../storage/database.js';
import type { Candidate } from './batch.js';

export interface Refused {
  readonly candidate: Candidate;
  readonly rejection: Rejection;
}

export interface Admitted {
  readonly admitted: readonly Candidate[];
  readonly refused: readonly Refused[];
}

/** Index: the primary keys of both tables. */
const KNOWN = `
  WITH wanted AS (SELECT DISTINCT s, i FROM json_to_recordset($1::json) AS e (s text, i text))
  SELECT w.s, w.i,
         EXISTS (SELECT FROM service_status x WHERE x.service_name = w.s COLLATE "C") AS has_service,
         EXISTS (SELECT FROM service_instances x
                  WHERE x.service_name = w.s COLLATE "C"
                    AND x.instance_id = w.i COLLATE "C") AS has_instance,
         (SELECT count(*)::integer FROM service_status) AS services,
         coalesce(n.instances, 0) AS instances
    FROM wanted w
    LEFT JOIN (SELECT x.service_name, count(*)::integer AS instances
                 FROM service_instances x
                WHERE x.service_name IN (SELECT s FROM wanted) AND x.current_status <> 'left'
                GROUP BY x.service_name) n ON n.service_name = w.s COLLATE "C"`;

interface KnownRow {
  readonly s: string;
  readonly i: string;
  readonly has_service: boolean;
  readonly has_instance: boolean;
  readonly services: number;
  readonly instances: number;
}

/** Names remembered as known, so that only a new one costs a query. */
const MAX_REMEMBERED = 200_000;

/**
 * Holds the bounds on services and instances, which outside input could else grow without end.
 * Instances that left are remembered for late events, and take no place.
 * Instances that admit new names at the same moment may pass the bound by the names of one batch each.
 */
@Injectable()
export class Admission {
  private readonly known = new Set<string>();

  constructor(
    private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async admit(candidates: readonly Candidate[]): Promise<Admitted> {
    const strangers = new Map<string, { s: string; i: string }>();
    for (const { event } of candidates) {
      const name = nameOf(event.serviceName, event.instanceId);
      if (!this.known.has(name)) strangers.set(name, { s: event.serviceName, i: event.instanceId });
    }
    if (strangers.size === 0) return { admitted: candidates, refused: [] };
    const rows = await this.database.read<KnownRow>(KNOWN, [
      JSON.stringify([...strangers.values()]),
    ]);
    return this.decide(candidates, rows);
  }

  private decide(candidates: readonly Candidate[], rows: readonly KnownRow[]): Admitted {
    const names = new Map(rows.map((row) => [nameOf(row.s, row.i), row]));
    const instances = new Map(rows.map((row) => [row.s, row.instances]));
    const services = new Set(rows.filter((row) => row.has_service).map((row) => row.s));
    let serviceCount = rows[0]?.services ?? 0;
    const admitted: Candidate[] = [];
    const refused: Refused[] = [];
    for (const candidate of candidates) {
      const { serviceName, instanceId } = candidate.event;
      const name = nameOf(serviceName, instanceId);
      const row = names.get(name);
      if (this.known.has(name) || row === undefined) {
        admitted.push(candidate);
        continue;
      }
      const rejection = this.refusal(
        services.has(serviceName) ? null : serviceCount,
        row.has_instance ? null : (instances.get(serviceName) ?? 0),
      );
      if (rejection !== null) {
        refused.push({ candidate, rejection });
        continue;
      }
      if (!services.has(serviceName)) {
        services.add(serviceName);
        serviceCount += 1;
      }
      if (!row.has_instance) instances.set(serviceName, (instances.get(serviceName) ?? 0) + 1);
      this.remember(name);
      admitted.push(candidate);
    }
    return { admitted, refused };
  }

  /** Null stands for «is there already». */
  private refusal(services: number | null, instances: number | null): Rejection | null {
    const { HEALTH_MAX_SERVICES: maxServices, HEALTH_MAX_INSTANCES_PER_SERVICE: maxInstances } =
      this.environment;
    if (services !== null && services >= maxServices) {
      return {
        reason: 'too_many_services',
        detail: `service_name is new and HEALTH_MAX_SERVICES is ${String(maxServices)}`,
      };
    }
    if (instances !== null && instances >= maxInstances) {
      return {
        reason: 'too_many_instances',
        detail: `instance_id is new and HEALTH_MAX_INSTANCES_PER_SERVICE is ${String(maxInstances)}`,
      };
    }
    return null;
  }

  private remember(name: string): void {
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.add(name);
  }
}

/** Neither name can hold a control character. */
const nameOf = (serviceName: string, instanceId: string): string => `${serviceName}\n${instanceId}`;
