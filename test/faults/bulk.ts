import type { Scope } from '../support/scope.js';

/** Events of one journal entry. */
export const ENTRY_EVENTS = 500;
const PIPELINE_ENTRIES = 20;

/**
 * Appends entries of {@link ENTRY_EVENTS} events each, as fast as Redis takes them; `event` makes the
 * text of one from its number.
 */
export async function appendInBulk(
  { redis, journal, channel }: Scope,
  events: number,
  event: (index: number) => string,
): Promise<void> {
  for (let from = 0; from < events; from += ENTRY_EVENTS * PIPELINE_ENTRIES) {
    const pipeline = redis.pipeline();
    const until = Math.min(events, from + ENTRY_EVENTS * PIPELINE_ENTRIES);
    for (let at = from; at < until; at += ENTRY_EVENTS) {
      const count = Math.min(ENTRY_EVENTS, until - at);
      const fields = Array.from({ length: count }, (_, index) => [channel, event(at + index)]);
      pipeline.xadd(journal, '*', ...fields.flat());
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
}
