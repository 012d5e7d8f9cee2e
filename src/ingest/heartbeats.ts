import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { concreteChannel, parseChannels } from '../config/channels.js';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { JournalWriter } from '../journal/journal-writer.js';
import { Log } from '../observability/log.js';
import { ReceptionClock } from '../observation/reception-clock.js';
import { Troubles } from '../observation/troubles.js';
import { pause } from '../runtime/backoff.js';
import { Hearing } from './hearing.js';
import { Subscription } from './subscription.js';

/** Often enough to tell a sleep of the process from its waking up. */
const LOOK_MS = 200;
const SHUTDOWN_WAIT_MS = 1_000;

/**
 * Publishes a synthetic heartbeat every `HEALTH_SELF_HEARTBEAT_MS` while this instance is subscribed, on
 * each entry of `HEALTH_CHANNELS` in turn.
 */
@Injectable()
export class Heartbeats implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly channels: readonly string[];
  private loops: Promise<unknown> = Promise.resolve();
  private beats = 0;
  private isRefused = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly writer: JournalWriter,
    private readonly subscription: Subscription,
    private readonly hearing: Hearing,
    private readonly clock: ReceptionClock,
    private readonly troubles: Troubles,
    private readonly log: Log,
  ) {
    this.channels = parseChannels(environment.HEALTH_CHANNELS).map(concreteChannel);
  }

  onApplicationBootstrap(): void {
    if (!this.environment.HEALTH_CONSUMER_ENABLED) return;
    this.loops = Promise.all([this.beatLoop(), this.stayAwakeLoop()]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.loops, pause(SHUTDOWN_WAIT_MS)]); // Redis may not answer
  }

  private async beatLoop(): Promise<void> {
    while (await pause(this.environment.HEALTH_SELF_HEARTBEAT_MS, this.stopping.signal)) {
      if (this.subscription.isSubscribed) await this.beat();
    }
  }

  private async stayAwakeLoop(): Promise<void> {
    while (await pause(LOOK_MS, this.stopping.signal)) this.troubles.stayAwake();
  }

  private async beat(): Promise<void> {
    const channel = this.channels[this.beats % this.channels.length] ?? '';
    this.beats += 1;
    const heartbeat = this.hearing.next();
    try {
      const publishedUs = await this.writer.publishHeartbeat(channel, heartbeat);
      this.clock.observe(publishedUs);
      this.hearing.published(heartbeat, publishedUs);
      this.isRefused = false;
    } catch (error) {
      this.troubles.note('redis_unreachable');
      // Redis said no (ACL), as against: it is away, which is logged where the connection is kept.
      const isRefusal = error instanceof Error && error.name === 'ReplyError';
      if (isRefusal && !this.isRefused) {
        this.log.error({ channel, error }, 'ingest.heartbeat_refused');
      }
      this.isRefused = isRefusal;
    }
  }
}
