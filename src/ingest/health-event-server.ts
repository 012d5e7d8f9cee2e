import { Inject, Injectable } from '@nestjs/common';
import { RedisContext, ServerRedis } from '@nestjs/microservices';
import type { Redis } from 'ioredis';
import { type ChannelSpec, firstMatch, parseChannels, redisPattern } from '../config/channels.js';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { JournalConnections } from '../journal/journal.module.js';
import { JournalWriter } from '../journal/journal-writer.js';
import type { RawEvent } from '../journal/entry.js';
import { Log } from '../observability/log.js';
import type { GapCause } from '../observation/gap-cause.js';
import { ReceptionClock } from '../observation/reception-clock.js';
import { Troubles } from '../observation/troubles.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { COMMAND_TIMEOUT_MS, connectInBackground, createRedis } from '../runtime/redis.js';
import { textOf } from '../runtime/error-text.js';
import { Hearing } from './hearing.js';
import { Subscription } from './subscription.js';

/** The pattern under which Nest finds the handler of all channels of `HEALTH_CHANNELS`. */
export const HEALTH_EVENTS = 'health.events';

/** A message with the entry of `HEALTH_CHANNELS` that it answers to. */
export interface PublishedEvent extends RawEvent {
  readonly channelSpec: string;
}

const LIVENESS_INTERVAL_MS = 1_000;
/** Connections to the same Redis that end within this time ended for the same reason. */
const SAME_REASON_MS = 1_000;

/**
 * Nest's Redis transport with what it lacks for this purpose: messages stay raw bytes; all that came
 * in one read of the socket reach the handler in one call; channels are configured at run time; and
 * the subscription is made anew after every connection, however often that takes.
 *
 * A refused SUBSCRIBE (ACL) and a connection that answers no more are problems to report and to try
 * again, never a reason to end.
 */
@Injectable()
export class HealthEventServer extends ServerRedis {
  private readonly specs: readonly ChannelSpec[];
  private readonly specOf: (channel: string) => ChannelSpec | null;
  private readonly stopping = new AbortController();
  private subscriber: Redis | null = null;
  private collected: PublishedEvent[] = [];
  private watch: Promise<void> = Promise.resolve();
  private delivery: Promise<unknown> = Promise.resolve();
  /** When the subscription ended last, by `performance.now()`; null before there was one. */
  private endedMs: number | null = null;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly connections: JournalConnections,
    private readonly writer: JournalWriter,
    private readonly subscription: Subscription,
    private readonly hearing: Hearing,
    private readonly clock: ReceptionClock,
    private readonly troubles: Troubles,
    private readonly log: Log,
  ) {
    super({});
    this.specs = parseChannels(environment.HEALTH_CHANNELS);
    this.specOf = rememberAnswers(firstMatch(this.specs));
  }

  /** Never waits for Redis and never fails: the application must start without it. */
  override listen(callback: (error?: unknown) => void): Promise<void> {
    const subscriber = createRedis(
      this.environment.REDIS_URL,
      'subscriber',
      this.log,
      this.connections.consumerName,
    );
    this.subscriber = subscriber;
    this.bindEvents(subscriber);
    subscriber.on('close', () => {
      this.endSubscription('the subscriber connection to Redis is down');
    });
    subscriber.on('ready', () => void this.subscribe(subscriber));
    connectInBackground(subscriber);
    this.watch = this.watchConnection(subscriber);
    callback();
    return Promise.resolve();
  }

  override bindEvents(subscriber: Redis): void {
    subscriber.on('messageBuffer', (channel: Buffer, raw: Buffer) => {
      this.collect(channel.toString('utf8'), raw, null);
    });
    subscriber.on('pmessageBuffer', (pattern: Buffer | string, channel: Buffer, raw: Buffer) => {
      this.collect(channel.toString('utf8'), raw, pattern.toString());
    });
  }

  /** Takes nothing more in; what was received is with the handler by the end. */
  override async close(): Promise<void> {
    this.stopping.abort();
    await this.watch;
    this.subscription.lost('stopped');
    this.subscriber?.disconnect();
    this.deliver();
    await this.delivery;
  }

  /** Redis sends a message once for each subscription that matches; the first entry answers for it. */
  private collect(channel: string, raw: Buffer, pattern: string | null): void {
    const spec = this.specOf(channel);
    if (spec === null || (pattern === null ? spec.isPattern : redisPattern(spec) !== pattern))
      return;
    this.collected.push({ source: channel, raw, channelSpec: spec.name });
    if (this.collected.length === 1)
      setImmediate(() => {
        this.deliver();
      });
  }

  private deliver(): void {
    if (this.collected.length === 0) return;
    const events = this.collected;
    this.collected = [];
    this.delivery = this.handleEvent(
      HEALTH_EVENTS,
      { pattern: HEALTH_EVENTS, data: events },
      new RedisContext([HEALTH_EVENTS]),
    );
  }

  private async subscribe(subscriber: Redis): Promise<void> {
    for (
      let attempt = 0;
      subscriber.status === 'ready' && !this.stopping.signal.aborted;
      attempt += 1
    ) {
      try {
        const channels = this.specs.filter(({ isPattern }) => !isPattern).map(({ name }) => name);
        const patterns = this.specs.filter(({ isPattern }) => isPattern).map(redisPattern);
        if (channels.length > 0) await subscriber.subscribe(...channels);
        if (patterns.length > 0) await subscriber.psubscribe(...patterns);
        const sinceUs = await this.writer.now();
        this.clock.observe(sinceUs);
        this.hearing.resume(sinceUs, this.causeOfEnd());
        this.subscription.subscribed(sinceUs);
        this.log.info({ channels: this.specs.map(({ name }) => name) }, 'ingest.subscribed');
        return;
      } catch (error) {
        const text = textOf(error);
        const problem = `Redis refuses the subscription: ${text}`;
        if (this.isRefusal(error) && problem !== this.subscription.problem) {
          this.log.error({ error }, 'ingest.subscription_refused');
        }
        this.endSubscription(problem);
        await pause(backoffMs(attempt), this.stopping.signal);
      }
    }
  }

  private endSubscription(problem: string): void {
    if (this.subscription.isSubscribed) this.endedMs = performance.now();
    this.subscription.lost(problem);
    this.hearing.interrupt();
  }

  /** Why there was no subscription before this one. */
  private causeOfEnd(): GapCause {
    if (this.endedMs === null) return 'not_running';
    const sinceMs = this.endedMs - SAME_REASON_MS;
    if (this.troubles.hasSeen('process_asleep', sinceMs)) return 'process_asleep';
    return this.connections.wasRedisAway(sinceMs) ? 'redis_unreachable' : 'subscriber_kicked';
  }

  /** Redis said no, as against: the connection broke meanwhile. */
  private isRefusal(error: unknown): boolean {
    return error instanceof Error && error.name === 'ReplyError';
  }

  /** A connection that does not answer a PING is taken down, so that a new one is made. */
  private async watchConnection(subscriber: Redis): Promise<void> {
    while (await pause(LIVENESS_INTERVAL_MS, this.stopping.signal)) {
      if (!this.subscription.isSubscribed && this.endedMs !== null) {
        const isRedisAway = this.connections.wasRedisAway(this.endedMs - SAME_REASON_MS);
        this.troubles.note(isRedisAway ? 'redis_unreachable' : 'subscriber_kicked');
      }
      if (subscriber.status !== 'ready') continue;
      const answered = await Promise.race([
        subscriber.ping().then(
          () => true,
          () => true, // an error is an answer, or the connection is gone already
        ),
        pause(COMMAND_TIMEOUT_MS, this.stopping.signal).then((elapsed) => !elapsed),
      ]);
      if (!answered) {
        this.log.warn({ timeout_ms: COMMAND_TIMEOUT_MS }, 'ingest.subscriber_silent');
        subscriber.disconnect(true);
      }
    }
  }
}

const MAX_REMEMBERED_CHANNELS = 10_000;

/** The channels in use are few, and each of their messages asks. */
function rememberAnswers<T>(ask: (question: string) => T): (question: string) => T {
  const answers = new Map<string, T>();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = ask(question);
    if (answers.size < MAX_REMEMBERED_CHANNELS) answers.set(question, answer);
    return answer;
  };
}
