import type { App } from './app.js';
import type { Scope } from './scope.js';

/** A session that an instance has at PostgreSQL. */
export interface SessionRow {
  readonly pid: number;
  readonly state: string;
  readonly wait_event_type: string | null;
  readonly query: string;
}

const nameOf = (app: App): string => `health-monitor ${app.instanceId}`;

/** Sessions of an instance that a condition on pg_stat_activity selects. */
export async function sessionsOf(scope: Scope, app: App, where = 'true'): Promise<SessionRow[]> {
  return await scope.sql<SessionRow>(
    `SELECT pid, state, wait_event_type, query FROM pg_stat_activity
      WHERE application_name = $1 AND ${where}`,
    [nameOf(app)],
  );
}

/**
 * Ends a session of an instance that inserts into the audit log at this very moment, its transaction
 * not yet committed. Null where there is none.
 */
export async function endInsertingSession(scope: Scope, app: App): Promise<SessionRow | null> {
  const [row] = await scope.sql<SessionRow & { readonly has_ended: boolean }>(
    `SELECT pid, state, wait_event_type, query, pg_terminate_backend(pid) AS has_ended
       FROM pg_stat_activity
      WHERE application_name = $1 AND state = 'active' AND backend_xid IS NOT NULL
        AND (query LIKE '%INSERT INTO health_messages%' OR query LIKE 'COPY health_messages%')
      LIMIT 1`,
    [nameOf(app)],
  );
  return row?.has_ended === true ? row : null;
}
