import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Rejection } from '../events/health-event.js';
import { keyOf } from '../status/lives.js';
import { Database, type Session } from '../storage/database.js';
import type { Candidate } from './batch.js';
import { KnownNames, type Name } from './known-names.js';

export interface Refused {
  readonly candidate: Candidate;
  readonly rejection: Rejection;
}

export interface Admitted {
  readonly admitted: readonly Candidate[];
  readonly refused: readonly Refused[];
  /** To be {@link Admission.remember}ed once they are in the database. */
  readonly newNames: readonly Name[];
}

/** Index: the primary keys of both tables. */
const READ_KNOWN = {
  name: 'read_known_names',
  text: `
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
                GROUP BY x.service_name) n ON n.service_name = w.s COLLATE "C"`,
};

/** Until the end of the transaction; one lock per schema. */
const LOCK = {
  name: 'lock_admission',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('health-monitor admission ' || current_schema(), 0))`,
};

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
 */
@Injectable()
export class Admission {
  private readonly known = new KnownNames();

  constructor(
    private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** Whether a service or an instance is not in the database yet. */
  async hasNewNames(candidates: readonly Candidate[]): Promise<boolean> {
    const strangers = this.strangersAmong(candidates);
    if (strangers.length === 0) return false;
    const rows = await this.database.read<KnownRow>(READ_KNOWN.text, [JSON.stringify(strangers)]);
    const there = rows.filter((row) => row.has_instance);
    this.remember(there);
    return there.length < rows.length;
  }

  /** Refuses new names beyond the bounds. Nobody else admits any before the transaction ends. */
  async admit(session: Session, candidates: readonly Candidate[]): Promise<Admitted> {
    await session.query(LOCK, []);
    const strangers = this.strangersAmong(candidates);
    const rows = await session.query<KnownRow>(READ_KNOWN, [JSON.stringify(strangers)]);
    return this.decide(candidates, rows);
  }

  remember(names: readonly Name[]): void {
    if (this.known.size + names.length > MAX_REMEMBERED) this.known.clear();
    for (const { s, i } of names) this.known.add(s, i);
  }

  private strangersAmong(candidates: readonly Candidate[]): Name[] {
    const met = new KnownNames();
    const strangers: Name[] = [];
    for (const { event } of candidates) {
      const { serviceName: s, instanceId: i } = event;
      if (!this.known.has(s, i) && met.add(s, i)) strangers.push({ s, i });
    }
    return strangers;
  }

  private decide(candidates: readonly Candidate[], rows: readonly KnownRow[]): Admitted {
    const names = new Map(rows.map((row) => [keyOf(row.s, row.i), row]));
    const instances = new Map(rows.map((row) => [row.s, row.instances]));
    const services = new Set(rows.filter((row) => row.has_service).map((row) => row.s));
    let serviceCount = rows[0]?.services ?? 0;
    const admitted: Candidate[] = [];
    const refused: Refused[] = [];
    const taken = new KnownNames();
    const newNames: Name[] = [];
    // Of those that do not all fit, who was received first is taken.
    for (const candidate of [...candidates].sort(byReception)) {
      const { serviceName, instanceId } = candidate.event;
      const row = names.get(keyOf(serviceName, instanceId));
      if (row === undefined || taken.has(serviceName, instanceId)) {
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
      taken.add(serviceName, instanceId);
      newNames.push({ s: serviceName, i: instanceId });
      admitted.push(candidate);
    }
    return { admitted, refused, newNames };
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
}

const byReception = (a: Candidate, b: Candidate): number =>
  a.event.receivedAtUs - b.event.receivedAtUs;
