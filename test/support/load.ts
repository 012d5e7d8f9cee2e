import type { EventDocument } from './factories.js';
import { atRate } from './pace.js';
import type { Scope } from './scope.js';

/** Pipelines per second. */
const PER_SECOND = 50;

/** Publishes events at a steady rate; resolves when Redis has taken the last one. */
export async function publishAtRate(
  scope: Scope,
  eventsPerSecond: number,
  events: readonly EventDocument[],
): Promise<void> {
  const size = Math.ceil(eventsPerSecond / PER_SECOND);
  await atRate(PER_SECOND, Math.ceil(events.length / size), async (index) => {
    const pipeline = scope.redis.pipeline();
    for (const event of events.slice(index * size, (index + 1) * size)) {
      pipeline.publish(scope.channel, JSON.stringify(event));
    }
    await pipeline.exec();
  });
}
