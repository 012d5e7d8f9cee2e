import { Child } from './child.js';
import { runClosedLoop } from './closed-loop.js';
import type { Figure } from './figures.js';
import type { Workspace } from './workspace.js';

/** The guide's semaphore. */
const CONCURRENCY = 8;
/** More than it can store in the time given. */
const MAX_EVENTS_PER_SECOND = 8_000;

/** The baseline: the guide's design in this stack, fed by pub/sub. */
export async function measureGuide(
  workspace: Workspace,
  forMs: number,
  seed: number,
): Promise<Figure> {
  const target = await workspace.guideTarget();
  const { databaseUrl, redisUrl } = workspace.services;
  const consumer = Child.start("the guide's consumer", './guide-consumer.js', {
    args: [databaseUrl, redisUrl, target.schema, target.channel, String(CONCURRENCY)],
  });
  try {
    const load = {
      warmUpEvents: 1_000,
      windowEvents: 1_000,
      maxEvents: (MAX_EVENTS_PER_SECOND * forMs) / 1_000,
      maxMs: forMs,
    };
    return await runClosedLoop(workspace, target, consumer, load, seed);
  } finally {
    await consumer.stop();
  }
}
