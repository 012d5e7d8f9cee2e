import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ServiceRecord } from '../../status/service-record.js';
import { serviceItem } from './service-mapping.js';

/** A service as the JSON text of its item. */
export interface ServiceText {
  readonly text: string;
  /** The same for the same text, in every process. */
  readonly digest: string;
}

/**
 * Texts of services, remembered as long as their records are: of ten thousand on a dashboard, few have
 * changed since it was asked for last.
 */
@Injectable()
export class ServiceTexts {
  private readonly remembered = new WeakMap<ServiceRecord, ServiceText>();

  of(record: ServiceRecord): ServiceText {
    const known = this.remembered.get(record);
    if (known !== undefined) return known;
    const text = JSON.stringify(serviceItem(record));
    const made = { text, digest: hash('sha1', text, 'base64url') };
    this.remembered.set(record, made);
    return made;
  }
}
