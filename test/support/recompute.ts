import type { Scope } from './scope.js';

/** State of one instance as text, so that two can be compared to the last digit. */
export interface InstanceRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly current_status: string;
  readonly status_since: string;
  readonly last_seen: string;
  readonly last_occurred_at: string;
  readonly newest_received_at: string;
  readonly newest_message_id: string;
  readonly ttl_seconds: number | null;
  readonly version: string | null;
  readonly response_time_ms: number | null;
  readonly message: string | null;
  readonly message_count: number;
}

export interface ServiceRow {
  readonly service_name: string;
  readonly current_status: string;
  readonly last_seen: string;
  readonly last_occurred_at: string;
  readonly response_time_ms: number | null;
  readonly message: string | null;
  readonly message_count: number;
  readonly instance_count: number;
}

/**
 * The audit log in event time: effective time, then reception, then id. A run is an unbroken
 * succession of one status. Each deletion of an instance, or of its service, ends a life: what was
 * received up to then belongs to it, and only the present life counts for states.
 */
const ORDERED = `
  WITH lived AS (
    SELECT m.*, least(m.occurred_at, m.received_at) AS effective_at,
           (SELECT count(*) FROM service_deletions d
             WHERE d.service_name = m.service_name
               AND (d.instance_id IS NULL OR d.instance_id = m.instance_id)
               AND d.received_through < m.received_at) AS life,
           NOT EXISTS (SELECT FROM service_deletions d
             WHERE d.service_name = m.service_name
               AND (d.instance_id IS NULL OR d.instance_id = m.instance_id)
               AND d.received_through >= m.received_at) AS is_present
      FROM health_messages m),
  told AS (
    SELECT l.*, lag(l.status) OVER instance_time AS previous_status
      FROM lived l
    WINDOW instance_time AS (PARTITION BY l.service_name, l.instance_id, l.life
             ORDER BY l.effective_at, l.received_at, l.message_id)),
  ordered AS (
    SELECT t.*,
           row_number() OVER (PARTITION BY t.service_name, t.instance_id
             ORDER BY t.effective_at DESC, t.received_at DESC, t.message_id DESC) AS age,
           row_number() OVER (PARTITION BY t.service_name
             ORDER BY t.effective_at DESC, t.received_at DESC, t.message_id DESC) AS service_age
      FROM told t WHERE t.is_present)`;

const EXPECTED_INSTANCES = `${ORDERED}
  SELECT o.service_name, o.instance_id, o.status AS current_status,
         (SELECT max(c.effective_at) FROM ordered c
           WHERE c.service_name = o.service_name AND c.instance_id = o.instance_id
             AND c.status IS DISTINCT FROM c.previous_status)::text AS status_since,
         (SELECT max(m.received_at) FROM ordered m
           WHERE m.service_name = o.service_name AND m.instance_id = o.instance_id)::text AS last_seen,
         o.occurred_at::text AS last_occurred_at, o.received_at::text AS newest_received_at,
         o.message_id::text AS newest_message_id,
         (SELECT m.ttl_seconds FROM ordered m
           WHERE m.service_name = o.service_name AND m.instance_id = o.instance_id
           ORDER BY m.received_at DESC LIMIT 1) AS ttl_seconds,
         o.version, o.response_time_ms, o.message,
         (SELECT count(*) FROM ordered m
           WHERE m.service_name = o.service_name
             AND m.instance_id = o.instance_id)::integer AS message_count
    FROM ordered o WHERE o.age = 1
   ORDER BY o.service_name, o.instance_id`;

const ACTUAL_INSTANCES = `
  SELECT service_name, instance_id, current_status, status_since::text, last_seen::text,
         last_occurred_at::text, newest_received_at::text, newest_message_id::text, ttl_seconds,
         version, response_time_ms, message, message_count::integer
    FROM service_instances ORDER BY service_name, instance_id`;

const EXPECTED_SERVICES = `${ORDERED},
  live AS (SELECT service_name, status FROM ordered WHERE age = 1 AND status <> 'left')
  SELECT o.service_name,
         coalesce((SELECT l.status FROM live l WHERE l.service_name = o.service_name
                    ORDER BY array_position(
                      ARRAY['unhealthy', 'degraded', 'unknown', 'healthy'], l.status)
                    LIMIT 1), 'unknown') AS current_status,
         (SELECT max(m.received_at) FROM ordered m
           WHERE m.service_name = o.service_name)::text AS last_seen,
         o.occurred_at::text AS last_occurred_at, o.response_time_ms, o.message,
         (SELECT count(*) FROM ordered m
           WHERE m.service_name = o.service_name)::integer AS message_count,
         (SELECT count(*) FROM live l
           WHERE l.service_name = o.service_name)::integer AS instance_count
    FROM ordered o WHERE o.service_age = 1
   ORDER BY o.service_name`;

const ACTUAL_SERVICES = `
  SELECT service_name, current_status, last_seen::text, last_occurred_at::text, response_time_ms,
         message, message_count::integer, instance_count
    FROM service_status ORDER BY service_name`;

const EXPECTED_TRANSITIONS = `${ORDERED}
  SELECT service_name, instance_id, previous_status AS from_status, status AS to_status,
         effective_at::text AS occurred_at, message_id::text
    FROM told WHERE status IS DISTINCT FROM previous_status
   ORDER BY service_name, instance_id, effective_at, message_id`;

const ACTUAL_TRANSITIONS = `
  SELECT service_name, instance_id, from_status, to_status, occurred_at::text, message_id::text
    FROM health_transitions ORDER BY service_name, instance_id, occurred_at, message_id`;

export interface States {
  readonly instances: readonly InstanceRow[];
  readonly services: readonly ServiceRow[];
}

/** The states that follow from the audit log, computed in SQL and from nothing else. */
export async function recomputedStates(scope: Scope): Promise<States> {
  return {
    instances: await scope.sql<InstanceRow>(EXPECTED_INSTANCES),
    services: await scope.sql<ServiceRow>(EXPECTED_SERVICES),
  };
}

/** The states as the application keeps them. */
export async function storedStates(scope: Scope): Promise<States> {
  return {
    instances: await scope.sql<InstanceRow>(ACTUAL_INSTANCES),
    services: await scope.sql<ServiceRow>(ACTUAL_SERVICES),
  };
}

/** The event-time transitions that follow from the audit log. */
export const recomputedTransitions = async (scope: Scope): Promise<unknown[]> =>
  await scope.sql(EXPECTED_TRANSITIONS);

export const storedTransitions = async (scope: Scope): Promise<unknown[]> =>
  await scope.sql(ACTUAL_TRANSITIONS);
