import { createHash } from 'node:crypto';
import { Batch } from '../../src/consumer/batch.js';
import type { RejectionReason } from '../../src/events/health-event.js';
import { parseEntry } from '../../src/journal/entry.js';
import { messageKey } from '../../src/storage/messages.repository.js';
import type { Scope } from '../support/scope.js';
import type { RecordedEntry } from './journal-record.js';
import { LIMITS } from './soundness.js';

/** How often each thing came to be. */
export interface Fates {
  readonly events: number;
  readonly rows: number;
  readonly letters: number;
  readonly duplicates: number;
  readonly byReason: Readonly<Record<string, number>>;
}

/** What may become of the events that share a key of the audit log. */
interface Expected {
  /** MD5 of their payloads. */
  readonly payloads: string[];
  /** Where in the journal they lie. */
  readonly places: string[];
}

const md5 = (bytes: Buffer | string): string => createHash('md5').update(bytes).digest('hex');

/** Names beyond the bounds, which of them depends on who came first. */
const REFUSED_BY_A_BOUND: ReadonlySet<string> = new Set<RejectionReason>([
  'too_many_services',
  'too_many_instances',
]);

/**
 * Knows of every event in the journal what it has to become: a dead letter with its reason and bytes, or
 * the row of its key with its payload to the byte, or one of several that share a row.
 */
export class ExpectedFates {
  private readonly letters = new Map<string, { reason: string; raw: string }>();
  private readonly rows = new Map<string, Expected>();
  /** MD5 by place, for events that a bound may refuse. */
  private readonly raws = new Map<string, string>();
  private events = 0;

  add(recorded: readonly RecordedEntry[]): void {
    for (const { id, fields } of recorded) {
      const batch = new Batch(LIMITS);
      this.events += batch.add(parseEntry(id, fields), Date.now() * 1_000);
      for (const { eventIndex, reason, raw } of batch.letters) {
        this.letters.set(`${id} ${String(eventIndex)}`, { reason, raw: md5(raw) });
      }
      batch.close();
      for (const { event, entry, index } of batch.candidates) {
        const key = messageKey(event);
        const place = `${id} ${String(index)}`;
        const expected = this.rows.get(key) ?? { payloads: [], places: [] };
        expected.payloads.push(md5(event.payload));
        expected.places.push(place);
        this.rows.set(key, expected);
        this.raws.set(place, md5(entry.events[index]?.raw ?? ''));
      }
    }
  }

  /**
   * Compares with what the database holds.
   *
   * @throws at the first event that became nothing, or something else, or two things; and at the first
   *   row or letter that no event accounts for.
   */
  async verify(scope: Scope): Promise<Fates> {
    const refused = await this.verifyLetters(scope);
    const rows = await this.verifyRows(scope, refused.places);
    const letters = this.letters.size + refused.places.size;
    const duplicates = this.events - rows - letters;
    return { events: this.events, rows, letters, duplicates, byReason: refused.byReason };
  }

  private async verifyLetters(
    scope: Scope,
  ): Promise<{ places: ReadonlySet<string>; byReason: Record<string, number> }> {
    const kept = await scope.sql<{ place: string; reason: string; raw: string }>(
      `SELECT journal_id || ' ' || event_index AS place, reason, md5(raw) AS raw
         FROM health_dead_letters`,
    );
    const places = new Set<string>();
    const byReason: Record<string, number> = {};
    let asExpected = 0;
    for (const { place, reason, raw } of kept) {
      byReason[reason] = (byReason[reason] ?? 0) + 1;
      const expected = this.letters.get(place);
      if (expected?.reason === reason && expected.raw === raw) asExpected += 1;
      else if (REFUSED_BY_A_BOUND.has(reason) && this.raws.get(place) === raw) places.add(place);
      else throw new Error(`event ${place} became a dead letter, ${reason}: ${show(expected)}`);
    }
    if (asExpected === this.letters.size) return { places, byReason };
    const found = new Set(kept.map(({ place }) => place));
    const missing = [...this.letters].find(([place]) => !found.has(place));
    throw new Error(`no dead letter: ${show(missing)}`);
  }

  private async verifyRows(scope: Scope, refused: ReadonlySet<string>): Promise<number> {
    const stored = await scope.sql<{ key: string; payload: string }>(
      `SELECT message_id || ' ' || (extract(epoch FROM occurred_at) * 1000000)::bigint AS key,
              md5(payload::text) AS payload
         FROM health_messages`,
    );
    const found = new Set(stored.map(({ key }) => key));
    if (found.size !== stored.length) throw new Error('two rows share a key');
    for (const { key, payload } of stored) {
      if (this.rows.get(key)?.payloads.includes(payload) === true) continue;
      throw new Error(`row ${key} is not what was sent: ${show(this.rows.get(key))}`);
    }
    for (const [key, { places }] of this.rows) {
      if (found.has(key) || places.some((place) => refused.has(place))) continue;
      throw new Error(`neither row ${key} nor a dead letter of ${places.join()}`);
    }
    return stored.length;
  }
}

const show = (value: object | undefined): string =>
  value === undefined ? 'nothing was expected' : JSON.stringify(value);
