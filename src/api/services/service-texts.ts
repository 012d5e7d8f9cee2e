import { Injectable } from '@nestjs/common';
import type { ServiceRecord } from '../../status/status-read-model.js';
import { serviceItem } from './service-mapping.js';

/** About 500 bytes each. */
const MAX_REMEMBERED = 20_000;

/**
 * Services as the JSON text of their items, remembered until their records change: of ten thousand on
 * a dashboard, few have changed since it was asked for last, and making the text of all of them anew
 * takes as long as reading them from the database.
 */
@Injectable()
export class ServiceTexts {
  private readonly remembered = new Map<string, { record: ServiceRecord; text: string }>();

  of(record: ServiceRecord): string {
    const known = this.remembered.get(record.service_name);
    if (known !== undefined && isSame(known.record, record)) return known.text;
    const text = JSON.stringify(serviceItem(record));
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(record.service_name, { record, text });
    return text;
  }
}

/** A field that is added must be compared, too: the type sees to it. */
const COMPARED: Readonly<Record<keyof ServiceRecord, true>> = {
  service_name: true,
  message_count: true,
  current_status: true,
  status_since: true,
  last_seen: true,
  last_occurred_at: true,
  due_at: true,
  instance_count: true,
  response_time_ms: true,
  message: true,
};
const FIELDS = Object.keys(COMPARED) as (keyof ServiceRecord)[];

const isSame = (a: ServiceRecord, b: ServiceRecord): boolean =>
  FIELDS.every((field) => a[field] === b[field]);
