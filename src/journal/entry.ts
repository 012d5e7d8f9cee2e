import type { BareDecoded, Micros } from '../events/health-event.js';

/** An event as it came: where from, and its bytes. */
export interface RawEvent {
  /** The channel. */
  readonly source: string;
  readonly raw: Buffer;
}

/** One entry of the journal: a micro-batch, acknowledged as a whole. */
export interface JournalEntry {
  readonly id: string;
  /** When the journal took it; its events lie a microsecond apart from here on. */
  readonly atUs: Micros;
  readonly events: readonly RawEvent[];
  /** Bytes of all events together. */
  readonly bytes: number;
  /** By place, what this process made of the bytes before it appended them. */
  readonly decoded?: readonly (BareDecoded | null)[];
}

/** Field that carries the time of an entry; only in first place is it not a channel. */
const AT_FIELD = 'at';

const MAX_SEQUENCE_US = 999;
const NO_BYTES = Buffer.alloc(0);

/**
 * Reads an entry of the stream: repeated pairs `<source> <raw bytes>`, with `at` (µs) before them. An
 * entry without `at`, a publisher's own XADD, takes the time of its id; the sequence within the
 * millisecond counts as microseconds, so that its order is kept.
 */
export function parseEntry(id: string, fields: readonly Buffer[]): JournalEntry {
  const at = readAt(fields);
  const events: RawEvent[] = [];
  let bytes = 0;
  let source = '';
  let sourceBytes: Buffer = NO_BYTES;
  for (let i = at === null ? 0 : 2; i + 1 < fields.length; i += 2) {
    const channel = fields[i];
    const raw = fields[i + 1];
    if (channel === undefined || raw === undefined) continue;
    if (!sourceBytes.equals(channel)) {
      source = channel.toString('utf8'); // nearly always the same throughout an entry
      sourceBytes = channel;
    }
    events.push({ source, raw });
    bytes += raw.length;
  }
  return { id, atUs: at ?? timeOfId(id), events, bytes };
}

function readAt(fields: readonly Buffer[]): Micros | null {
  const [name, value] = fields;
  if (name?.length !== AT_FIELD.length || value === undefined || value.length > 16) return null;
  if (name.toString('latin1') !== AT_FIELD) return null;
  const digits = value.toString('latin1');
  return /^\d{1,16}$/.test(digits) ? Number(digits) : null;
}

/** When Redis gave an entry its id, in µs. */
export function timeOfId(id: string): Micros {
  const [milliseconds = '0', sequence = '0'] = id.split('-');
  const atUs = Number(milliseconds) * 1_000 + Math.min(Number(sequence), MAX_SEQUENCE_US);
  return Number.isSafeInteger(atUs) ? atUs : Number.MAX_SAFE_INTEGER;
}
