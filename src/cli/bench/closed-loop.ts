import { setTimeout as delay } from 'node:timers/promises';
import { Child } from './child.js';
import { STANDARD_FLEET } from './fleet.js';
import { type Figure, figureBetween } from './report/figures.js';
import { type Sink, untilStored } from './stored.js';
import type { Target, Workspace } from './workspace.js';

export interface Load {
  /** Published and come through before the measurement begins. */
  readonly warmUpEvents: number;
  /** At most so many are published and not yet through. */
  readonly windowEvents: number;
  readonly maxEvents: number;
  /** Publishes no more after this time; what is published by then is waited for. */
  readonly maxMs: number;
}

/** The publisher sends whole chunks. */
const CHUNK_EVENTS = 200;
const SUBSCRIBED_MS = 30_000;

/**
 * Publishes as fast as they come through, never more than a window ahead of it, until all came through.
 * The rate is that from the first event published to the last one that came through.
 */
export async function runClosedLoop(
  sink: Sink,
  target: Target,
  load: Load,
  seed: number,
): Promise<Figure> {
  const { workspace, child } = sink;
  const total = load.warmUpEvents + load.maxEvents;
  await untilSubscribed(workspace, target, child);
  const publisher = await startPublisher(workspace, target, total, seed);
  try {
    publisher.send({ credit: load.warmUpEvents });
    const warm = await untilStored(sink, () => load.warmUpEvents);
    const from = { ...warm, atMs: performance.now(), stored: load.warmUpEvents };
    let credit = load.warmUpEvents;
    const extend = (stored: number): void => {
      if (performance.now() - from.atMs > load.maxMs) return;
      const allowed = Math.min(total, stored + load.windowEvents);
      credit = Math.max(credit, allowed - (allowed % CHUNK_EVENTS));
      publisher.send({ credit });
    };
    extend(from.stored);
    const to = await untilStored(sink, () => credit, extend);
    await sink.assertAll(credit);
    return figureBetween(from, to);
  } finally {
    await publisher.stop();
  }
}

/** Resolves when somebody hears the channel. */
export async function untilSubscribed(
  { redis }: Workspace,
  { channel }: Target,
  consumer: Child,
): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const [, subscribers] = (await redis.pubsub('NUMSUB', channel)) as [string, number];
    consumer.assertAlive();
    if (subscribers > 0) return;
    if (performance.now() - startMs > SUBSCRIBED_MS) throw new Error('nobody subscribes');
    await delay(50);
  }
}

/** Resolves when it has prepared its events. */
async function startPublisher(
  { services }: Workspace,
  { channel }: Target,
  events: number,
  seed: number,
): Promise<Child> {
  const { hostname, port } = new URL(services.redisUrl);
  const publisher = Child.start('the publisher', './processes/publisher.js', {
    args: [
      ...[hostname, port || '6379', channel, String(events), String(seed)],
      JSON.stringify(STANDARD_FLEET),
    ],
  });
  const ready = new Promise<void>((resolve) => {
    publisher.onMessage((message) => {
      if (typeof message !== 'object' || message === null) return;
      if ('ready' in message) resolve();
      if ('deaf' in message) {
        process.stderr.write('bench: Redis took an event that nobody heard\n');
        publisher.stop().catch(() => undefined);
      }
    });
  });
  await publisher.whileAlive(ready);
  return publisher;
}
