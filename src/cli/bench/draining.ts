import { JournalWriter } from '../../journal/journal-writer.js';
import { journalKeys } from '../../journal/keys.js';
import { App } from './app.js';
import { Fleet, type FleetShape } from './fleet.js';
import { type Figure, figureBetween } from './report/figures.js';
import { databaseSink, untilStored } from './stored.js';
import type { Target, Workspace } from './workspace.js';

/** As ingest fills them under load. */
const EVENTS_PER_ENTRY = 200;
/** Left out of the figure: start-up, and code that is not compiled yet. */
const WARM_UP_SHARE = 0.1;

export interface Drained {
  readonly events: number;
  readonly fleet: FleetShape;
  readonly seed: number;
  readonly profileFolder: string | null;
  /** That share the journal; the costs shown are those of one. */
  readonly instances?: number;
}

/** The product working off a full journal: what it does after an outage of PostgreSQL. */
export async function drain(
  workspace: Workspace,
  target: Target,
  { events, fleet, seed, profileFolder, instances = 1 }: Drained,
): Promise<Figure> {
  await prefill(workspace, target, events, new Fleet(fleet, seed));
  const app = await App.start(workspace.services, target, profileFolder);
  const others = await Promise.all(
    Array.from({ length: instances - 1 }, async (_, index) =>
      App.start(workspace.services, target, null, { HEALTH_INSTANCE_ID: `bench-${index + 2}` }),
    ),
  );
  const sink = databaseSink(workspace, target, app.child);
  try {
    const from = await untilStored(sink, () => events * WARM_UP_SHARE);
    const to = await untilStored(sink, () => events);
    await sink.assertAll(events);
    return figureBetween(from, to);
  } finally {
    await Promise.all([app, ...others].map(async (one) => one.stop()));
  }
}

/** By the product's own writer, so that the entries are what ingest makes. */
async function prefill(
  { redis }: Workspace,
  { journalKey, channel }: Target,
  events: number,
  fleet: Fleet,
): Promise<void> {
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
