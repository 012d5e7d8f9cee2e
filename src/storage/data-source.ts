import type { ClientBase } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { HealthMessages1700000000001 } from '../../migrations/1700000000001-health-messages.js';
import { HealthTransitions1700000000002 } from '../../migrations/1700000000002-health-transitions.js';
import { HealthStatusChanges1700000000003 } from '../../migrations/1700000000003-health-status-changes.js';
import { HealthDeadLetters1700000000004 } from '../../migrations/1700000000004-health-dead-letters.js';
import { ServiceInstances1700000000005 } from '../../migrations/1700000000005-service-instances.js';
import { ServiceStatus1700000000006 } from '../../migrations/1700000000006-service-status.js';
import { HistoryReading1700000000007 } from '../../migrations/1700000000007-history-reading.js';
import { ServiceDeletions1700000000008 } from '../../migrations/1700000000008-service-deletions.js';
import { ServiceSettings1700000000009 } from '../../migrations/1700000000009-service-settings.js';
import { HealthSilences1700000000010 } from '../../migrations/1700000000010-health-silences.js';
import { HealthGaps1700000000011 } from '../../migrations/1700000000011-health-gaps.js';
import { HealthObservation1700000000012 } from '../../migrations/1700000000012-health-observation.js';
import { WebhookDeliveries1700000000013 } from '../../migrations/1700000000013-webhook-deliveries.js';
import { SelfPreservation1700000000014 } from '../../migrations/1700000000014-self-preservation.js';
import { HealthHolds1700000000015 } from '../../migrations/1700000000015-health-holds.js';
import { HealthAccounting1700000000016 } from '../../migrations/1700000000016-health-accounting.js';
import { TransitionOrder1700000000017 } from '../../migrations/1700000000017-transition-order.js';
import { HealthRetention1700000000018 } from '../../migrations/1700000000018-health-retention.js';
import { HealthAlerts1700000000019 } from '../../migrations/1700000000019-health-alerts.js';
import type { Environment } from '../config/environment.js';
import { HealthAccounting } from './entities/health-accounting.entity.js';
import { HealthAlert } from './entities/health-alert.entity.js';
import { HealthDeadLetter } from './entities/health-dead-letter.entity.js';
import { HealthGap } from './entities/health-gap.entity.js';
import { HealthMessage } from './entities/health-message.entity.js';
import { HealthHold } from './entities/health-hold.entity.js';
import { HealthRetention } from './entities/health-retention.entity.js';
import { HealthSilence } from './entities/health-silence.entity.js';
import { HealthObservation } from './entities/health-observation.entity.js';
import { HealthStatusChange } from './entities/health-status-change.entity.js';
import { HealthTransition } from './entities/health-transition.entity.js';
import { SelfPreservation } from './entities/self-preservation.entity.js';
import { ServiceDeletion } from './entities/service-deletion.entity.js';
import { ServiceInstance } from './entities/service-instance.entity.js';
import { ServiceSetting } from './entities/service-setting.entity.js';
import { ServiceStatus } from './entities/service-status.entity.js';
import { WebhookDelivery } from './entities/webhook-delivery.entity.js';

/** A statement of a read; a commit raises its own limit. Leaves room for an answer within 5 s. */
const STATEMENT_TIMEOUT_MS = 4_000;
/** The same, kept by this side, for a connection that answers no more. */
const QUERY_TIMEOUT_MS = 4_500;
/** Waiting for a connection, a free one or a new one. */
export const CONNECT_TIMEOUT_MS = 3_000;

/**
 * How soon a backend that waits for a lock notices that its process is gone, and gives its own locks
 * back. Source: PostgreSQL, client_connection_check_interval.
 */
const CONNECTION_CHECK_MS = 1_000;

/** Name of the table in which TypeORM notes what it has run; its presence marks a schema as ours. */
export const MIGRATIONS_TABLE = 'health_monitor_migrations';

/** Under which PostgreSQL knows the sessions of an instance; it cuts longer names off. */
export const applicationName = (instanceId: string): string =>
  `health-monitor ${instanceId}`.slice(0, 63);

/**
 * The search path holds this application's schema alone: a table that is missing there must not be
 * found, with somebody else's rows, in `public`.
 */
export function dataSourceOptions(
  environment: Pick<
    Environment,
    'DATABASE_URL' | 'DATABASE_SCHEMA' | 'DATABASE_POOL_SIZE' | 'HEALTH_INSTANCE_ID'
  >,
): DataSourceOptions {
  return {
    type: 'postgres',
    url: environment.DATABASE_URL,
    schema: environment.DATABASE_SCHEMA,
    poolSize: environment.DATABASE_POOL_SIZE,
    applicationName: applicationName(environment.HEALTH_INSTANCE_ID),
    synchronize: false,
    installExtensions: false,
    entities: [
      HealthAccounting,
      HealthAlert,
      HealthDeadLetter,
      HealthGap,
      HealthHold,
      HealthMessage,
      HealthObservation,
      HealthRetention,
      HealthSilence,
      HealthStatusChange,
      HealthTransition,
      SelfPreservation,
      ServiceDeletion,
      ServiceInstance,
      ServiceSetting,
      ServiceStatus,
      WebhookDelivery,
    ],
    migrations: [
      HealthMessages1700000000001,
      HealthTransitions1700000000002,
      HealthStatusChanges1700000000003,
      HealthDeadLetters1700000000004,
      ServiceInstances1700000000005,
      ServiceStatus1700000000006,
      HistoryReading1700000000007,
      ServiceDeletions1700000000008,
      ServiceSettings1700000000009,
      HealthSilences1700000000010,
      HealthGaps1700000000011,
      HealthObservation1700000000012,
      WebhookDeliveries1700000000013,
      SelfPreservation1700000000014,
      HealthHolds1700000000015,
      HealthAccounting1700000000016,
      TransitionOrder1700000000017,
      HealthRetention1700000000018,
      HealthAlerts1700000000019,
    ],
    migrationsTableName: MIGRATIONS_TABLE,
    extra: {
      options:
        `-c search_path="${environment.DATABASE_SCHEMA}" -c timezone=GMT ` +
        `-c client_connection_check_interval=${String(CONNECTION_CHECK_MS)}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
      onConnect: survivesItsEnd,
    },
  };
}

/**
 * The pool listens for the end of idle connections and its users for that of their own. In between, from
 * the hand-over to their first line, nobody does, and an error that nobody listens for ends the process.
 */
function survivesItsEnd(client: ClientBase): void {
  client.on('error', () => undefined); // the next statement on it is refused
}

export const createDataSource = (
  ...[environment]: Parameters<typeof dataSourceOptions>
): DataSource => new DataSource(dataSourceOptions(environment));
