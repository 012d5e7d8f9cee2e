import type { RejectionReason } from '../../src/events/health-event.js';
import { waitUntil } from '../support/wait-until.js';
import type { World } from './world.js';

/** A message and the reason for which it has to become a dead letter, once for each way in. */
export interface Refusal {
  readonly reason: RejectionReason;
  readonly raw: string | Buffer;
  /** What the detail has to name. */
  readonly detail?: RegExp;
}

/** A row of the audit log as it is looked at. */
export interface Row {
  readonly status: string;
  readonly message: string | null;
  readonly payload: string;
  readonly message_id: string;
}

/** Publishes a message, and appends it: by each way in once. */
export async function sendBothWays({ scope }: World, raw: string | Buffer): Promise<void> {
  await scope.redis.publish(scope.channel, raw);
  await scope.redis.xadd(scope.journal, '*', scope.channel, raw);
}

/**
 * Sends messages both ways and waits until each has become two dead letters, with its bytes and its
 * reason and no other; returns how many letters there are by reason.
 */
export async function areRefused(
  world: World,
  refusals: readonly Refusal[],
): Promise<Readonly<Record<string, number>>> {
  for (const { raw } of refusals) await sendBothWays(world, raw);
  const byReason: Record<string, number> = {};
  for (const { reason, raw, detail } of refusals) {
    const letters = await waitUntil('both became dead letters', async () => {
      const found = await world.scope.sql<{ reason: string; detail: string }>(
        'SELECT reason, detail FROM health_dead_letters WHERE raw = $1',
        [Buffer.from(raw)],
      );
      return found.length >= 2 ? found : null;
    });
    expect(letters.map((letter) => letter.reason)).toEqual([reason, reason]);
    for (const letter of letters) expect(letter.detail).toMatch(detail ?? /\S/);
    byReason[reason] = (byReason[reason] ?? 0) + letters.length;
  }
  return byReason;
}

/** Waits for so many rows of a service, and returns all there are, in the order of reception. */
export async function rowsOf(world: World, service: string, count: number): Promise<Row[]> {
  return await waitUntil(`${service} has ${count} rows`, async () => {
    const rows = await world.scope.sql<Row>(
      `SELECT status, message, payload::text AS payload, message_id::text
         FROM health_messages WHERE service_name = $1 ORDER BY received_at`,
      [service],
    );
    return rows.length >= count ? rows : null;
  });
}

/**
 * Sends documents of one service both ways and waits until each is a row, its payload the document to
 * the byte; returns one row of each, in the order sent.
 */
export async function areTaken(
  world: World,
  service: string,
  documents: readonly string[],
): Promise<Row[]> {
  for (const document of documents) await sendBothWays(world, document);
  const rows = await rowsOf(world, service, 2 * documents.length);
  expect(rows.map(({ payload }) => payload).sort()).toEqual([...documents, ...documents].sort());
  return documents.map((document) => {
    const row = rows.find(({ payload }) => payload === document);
    if (row === undefined) throw new Error('it is there, as has just been seen');
    return row;
  });
}
