import { JournalWriter } from '../../journal/journal-writer.js';
import { journalKeys } from '../../journal/keys.js';
import { startApp } from './app.js';
import { type Figure, figureBetween } from './figures.js';
import { standardFleet } from './fleet.js';
import { assertRows, untilStored } from './stored.js';
import type { Target, Workspace } from './workspace.js';

/** As ingest fills them under load. */
const EVENTS_PER_ENTRY = 200;
/** Left out of the figure: start-up, and code that is not compiled yet. */
const WARM_UP_SHARE = 0.1;

/** The product working off a full journal: what it does after an outage of PostgreSQL. */
export async function measureDrain(
  workspace: Workspace,
  events: number,
  seed: number,
  profileFolder: string | null,
): Promise<Figure> {
  const target = await workspace.productTarget();
  await prefill(workspace, target, events, seed);
  const app = startApp(workspace.services, target, profileFolder);
  try {
    const from = await untilStored(workspace, target, app, () => events * WARM_UP_SHARE);
    const to = await untilStored(workspace, target, app, () => events);
    await assertRows(workspace, target, events);
    return figureBetween(from, to);
  } finally {
    await app.stop();
  }
}

/** By the product's own writer, so that the entries are what ingest makes. */
async function prefill(
  { redis }: Workspace,
  { journalKey, channel }: Target,
  events: number,
  seed: number,
): Promise<void> {
  const fleet = standardFleet(seed);
  const writer = new JournalWriter(redis, journalKeys(journalKey), 'bench');
  for (let left = events; left > 0; left -= EVENTS_PER_ENTRY) {
    await writer.append(
      writer.nextNumber(),
      fleet.events(Math.min(EVENTS_PER_ENTRY, left)).map(({ json, messageId, timestampMs }) => ({
        source: channel,
        raw: Buffer.from(json),
        identity: { kind: 'key', dedupKey: `${messageId}:${String(timestampMs)}` },
      })),
    );
  }
}
