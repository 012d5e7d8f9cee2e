import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ServiceRecord } from '../../status/service-record.js';
import { serviceItem } from './service-mapping.js';

/** A service as the JSON text of its item. */
export interface ServiceText {
  /** UTF-8, with a comma ahead: so they stand in a row without being copied twice. */
  readonly bytes: Buffer;
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
    const bytes = bytesOf(`,${JSON.stringify(serviceItem(record))}`);
    const made = { bytes, digest: hash('sha1', bytes, 'base64url') };
    this.remembered.set(record, made);
    return made;
  }
}

/** The items of a JSON array, without its brackets. */
export const inARow = (texts: readonly ServiceText[]): Buffer[] =>
  texts.map(({ bytes }, index) => (index === 0 ? bytes.subarray(1) : bytes));

/** Of memory of its own: a part of the pool that Buffer.from takes would keep 8 KB of it alive. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}
