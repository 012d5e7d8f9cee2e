import { randomUUID } from 'node:crypto';
import type { Environment } from '../../config/environment.js';
import { Log } from '../../observability/log.js';
import { pause } from '../../runtime/backoff.js';
import { createRedis } from '../../runtime/redis.js';
import { CATALOGUE, INSTANCES_PER_SERVICE } from './catalogue.js';
import { demoChannel } from './channel.js';
import { REPORT_EVERY_MS } from './fleet.js';
import type { Report } from './instance.js';
import { messageOf } from './message.js';
import type { DemoOptions } from './options.js';
import { Pace } from './pace.js';
import { Publisher } from './publisher.js';
import { Story } from './story.js';

/** An instance is missed when it has failed to report so many times. */
const REPORTS_PROMISED = 3;

/**
 * Tells the story of a fleet by publishing its reports, until the signal ends it; then all instances
 * leave, so that none of them is missed or counted when the demo is started again.
 */
export async function runDemo(
  { seed, speed }: DemoOptions,
  environment: Environment,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const channel = demoChannel(environment.HEALTH_CHANNELS);
  const ttlSeconds = Math.ceil((REPORTS_PROMISED * REPORT_EVERY_MS) / 1_000 / speed);
  const message = (report: Report): string =>
    messageOf(report, { messageId: randomUUID(), timestampMs: Date.now(), ttlSeconds, channel });

  const redis = createRedis(environment.REDIS_URL, 'commands', silentLog(environment), 'demo');
  await redis.connect().catch(() => undefined); // it tries again, and the publisher says so
  const publisher = new Publisher(redis, channel, say);
  const pace = new Pace(speed);
  const story = new Story(seed);
  const instances = CATALOGUE.length * INSTANCES_PER_SERVICE;
  say(`${String(instances)} instances publish on ${channel} (seed ${String(seed)})`);
  for (const beat of story.beats()) {
    const delayMs = pace.delayMs(beat.atMs, performance.now());
    if (delayMs > 0) await pause(delayMs, signal);
    if (signal.aborted) break;
    if (beat.kind === 'line') say(beat.text);
    else if (!(await publisher.publish(message(beat.report), signal))) break;
  }
  await publisher.publishOnce(story.goodByes().map(message));
  redis.disconnect();
}

/** The publisher says what there is to say of the connection. */
function silentLog({ HEALTH_INSTANCE_ID }: Environment): Log {
  return new Log({ LOG_LEVEL: 'silent', LOG_FORMAT: 'json', HEALTH_INSTANCE_ID });
}
