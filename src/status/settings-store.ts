import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Database, type Session } from '../storage/database.js';
import { LOCK_SERVICE } from './forgetting.sql.js';
import { ServiceAggregates } from './service-aggregates.js';
import type { ServiceSettings } from './settings.js';
import { INSERT_SETTINGS, READ_SETTINGS, RESET_DEADLINES } from './settings-store.sql.js';

/** The columns of {@link ServiceSettings}; null stands for the default. */
export interface SettingsRow {
  readonly failure_threshold: number | null;
  readonly success_threshold: number | null;
  readonly ttl_seconds: number | null;
  readonly grace_seconds: number | null;
  readonly expected_instances: number | null;
}

/**
 * What operators set for services. Settings have a history, because what an instance's silence meant
 * follows from those in force at the time; nothing is ever overwritten. A service that is deleted
 * keeps its settings: they are in force again when it comes back.
 *
 * Both methods reject with DatabaseUnavailableError within 5 s where the database does not answer.
 */
@Injectable()
export class SettingsStore {
  constructor(
    private readonly database: Database,
    private readonly aggregates: ServiceAggregates,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** In force now; null where no service has this name. */
  async read(serviceName: string): Promise<ServiceSettings | null> {
    const [row] = await this.database.read<SettingsRow>(READ_SETTINGS, [serviceName]);
    return row === undefined ? null : settingsOf(row);
  }

  /**
   * From now on these are in force, for waits that are under way too; false where no service has this
   * name. Deadlines and status follow in the same transaction.
   */
  async replace(serviceName: string, settings: ServiceSettings): Promise<boolean> {
    return await this.database.change(async (session) => {
      if ((await session.query(LOCK_SERVICE, [serviceName])).length === 0) return false;
      const changedAtUs = await insert(session, serviceName, settings);
      await session.query(RESET_DEADLINES, [
        serviceName,
        changedAtUs,
        settings.ttlSeconds ?? this.environment.HEALTH_DEFAULT_TTL_SECONDS,
        settings.graceSeconds ?? this.environment.HEALTH_GRACE_SECONDS,
      ]);
      const cause = { reason: 'settings', instanceId: null, messageId: null };
      await this.aggregates.recompute(session, new Map([[serviceName, cause]]));
      return true;
    });
  }
}

/** When they came into force. */
async function insert(
  session: Session,
  serviceName: string,
  settings: ServiceSettings,
): Promise<Micros> {
  const [row] = await session.query<{ changed_at: Micros }>(INSERT_SETTINGS, [
    serviceName,
    settings.failureThreshold,
    settings.successThreshold,
    settings.ttlSeconds,
    settings.graceSeconds,
    settings.expectedInstances,
  ]);
  if (row === undefined) throw new Error('an insert returned no row');
  return row.changed_at;
}

export const settingsOf = (row: SettingsRow): ServiceSettings => ({
  failureThreshold: row.failure_threshold,
  successThreshold: row.success_threshold,
  ttlSeconds: row.ttl_seconds,
  graceSeconds: row.grace_seconds,
  expectedInstances: row.expected_instances,
});
