import { Injectable } from '@nestjs/common';
import type { BareDecoded, Decoded, Micros } from '../events/health-event.js';
import type { JournalEntry } from './entry.js';

/** About 10 MB on the heap. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Null where the document is but a part of what came, e.g. of an envelope. */
export const withoutDocument = (decoded: Decoded, raw: Buffer): BareDecoded | null =>
  decoded.ok && decoded.event.payload !== raw ? null : decoded;

interface DecodedEntry {
  readonly id: string;
  readonly atUs: Micros;
  /** By place; null for what was not decoded. */
  readonly events: readonly (BareDecoded | null)[];
  readonly bytes: number;
}

/**
 * What ingest decoded to find identities, until the consumer of the same process reads the entry and need not
 * decode it again. Only saves work: what is not here, for want of room or because another process appended it,
 * is decoded from the journal's bytes, with the same result. An id alone does not prove that an entry is the one
 * that was appended: a stream that was deleted, or another Redis after a failover, may give it again.
 */
@Injectable()
export class DecodedEntries {
  /** In the order of the journal. */
  private entries: DecodedEntry[] = [];
  private events = 0;
  private bytes = 0;

  remember(entry: DecodedEntry): void {
    if (this.events + entry.events.length > MAX_EVENTS) return;
    if (this.bytes + entry.bytes > MAX_BYTES) return;
    this.entries.push(entry);
    this.events += entry.events.length;
    this.bytes += entry.bytes;
  }

  /** To be called where the connection to Redis was lost. */
  forget(): void {
    this.entries = [];
    this.events = 0;
    this.bytes = 0;
  }

  /**
   * For entries read in the order of the journal: forgets all up to this one, as what lies before it has gone
   * to another consumer.
   */
  take({ id, atUs, bytes, events }: JournalEntry): readonly (BareDecoded | null)[] | null {
    for (;;) {
      const [first] = this.entries;
      if (first === undefined || isBefore(id, first.id)) return null;
      this.entries.shift();
      this.events -= first.events.length;
      this.bytes -= first.bytes;
      if (first.id !== id) continue;
      const isSame = first.atUs === atUs && first.bytes === bytes;
      return isSame && first.events.length === events.length ? first.events : null;
    }
  }
}

/** Ids of stream entries: `<milliseconds>-<sequence>`. */
function isBefore(id: string, other: string): boolean {
  if (id === other) return false;
  const [milliseconds = 0, sequence = 0] = id.split('-').map(Number);
  const [otherMilliseconds = 0, otherSequence = 0] = other.split('-').map(Number);
  if (milliseconds !== otherMilliseconds) return milliseconds < otherMilliseconds;
  return sequence < otherSequence;
}
