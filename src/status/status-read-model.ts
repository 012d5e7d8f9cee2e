import { Injectable } from '@nestjs/common';
import type { Status } from '../events/status-vocabulary.js';
import { Database } from '../storage/database.js';
import { type Millis, type Page, pageOf } from '../storage/page.js';
import type { ServiceRecord } from './service-record.js';
import { DEFAULT_SETTINGS, type ServiceSettings } from './settings.js';
import { settingsOf, type SettingsRow } from './settings-store.js';
import { LIST_SERVICES, READ_SERVICE, READ_STATUSES } from './status-read-model.sql.js';

/** A live instance as it is now. */
export interface InstanceRecord {
  readonly instance_id: string;
  readonly current_status: Status;
  readonly status_since: Millis;
  readonly last_seen: Millis;
  readonly due_at: Millis | null;
  readonly version: string | null;
  readonly response_time_ms: number | null;
  readonly message_count: number;
}

export interface ServiceDetail {
  readonly service: ServiceRecord;
  /** All that have not left, by id. */
  readonly instances: readonly InstanceRecord[];
  /** The newest event's document as JSON text; null where the audit log holds it no more. */
  readonly payload: string | null;
  readonly settings: ServiceSettings;
}

export interface ServiceFilter {
  readonly status: Status | null;
  /** Part of the name, in any case. */
  readonly namePart: string | null;
}

/** JSON text, what the detail has beyond the service itself. */
interface DetailColumns {
  readonly payload: string | null;
  readonly instances: string;
  readonly settings: string | null;
}

/**
 * What is held to be true of services, for readers. Every method rejects with
 * DatabaseUnavailableError within 5 s where the database does not answer.
 */
@Injectable()
export class StatusReadModel {
  constructor(private readonly database: Database) {}

  /** At most `limit` services by name, those behind `after` where it is given. */
  async list(
    filter: ServiceFilter,
    after: string | null,
    limit: number,
  ): Promise<Page<ServiceRecord>> {
    const rows = await this.database.read<ServiceRecord>(LIST_SERVICES, [
      after,
      filter.status,
      filter.namePart,
      limit + 1,
    ]);
    return pageOf(rows, limit);
  }

  /** Null where no service has this name. */
  async service(name: string): Promise<ServiceDetail | null> {
    const [row] = await this.database.read<ServiceRecord & DetailColumns>(READ_SERVICE, [name]);
    if (row === undefined) return null;
    const { payload, instances, settings, ...service } = row;
    return {
      service,
      payload,
      instances: JSON.parse(instances) as InstanceRecord[],
      settings:
        settings === null ? DEFAULT_SETTINGS : settingsOf(JSON.parse(settings) as SettingsRow),
    };
  }

  async statuses(): Promise<Map<string, Status>> {
    const rows = await this.database.read<Pick<ServiceRecord, 'service_name' | 'current_status'>>(
      READ_STATUSES,
      [],
    );
    return new Map(rows.map((row) => [row.service_name, row.current_status]));
  }
}
