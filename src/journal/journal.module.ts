import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { connectInBackground, createRedis } from '../runtime/redis.js';
import { Attempts } from './attempts.js';
import { DecodedEntries } from './decoded-entries.js';
import { DurabilityCheck } from './durability-check.js';
import { JournalGroup } from './journal-group.js';
import { JournalWriter } from './journal-writer.js';
import { journalKeys } from './keys.js';

/** The connections that this instance works on the journal with; ingest's subscriber is its own. */
@Injectable()
export class JournalConnections implements OnApplicationShutdown {
  /** For everything that does not block. */
  readonly commands: Redis;
  /** For reads that wait. */
  readonly reader: Redis;
  /** Instance id and a random boot id: a restarted process is a new consumer. */
  readonly consumerName: string;
  private commandsClosedMs = Number.NEGATIVE_INFINITY;

  constructor(@Inject(ENVIRONMENT) environment: Environment, log: Log) {
    const { REDIS_URL: url, HEALTH_INSTANCE_ID: instance } = environment;
    this.consumerName = `${instance}:${randomBytes(6).toString('hex')}`;
    this.commands = createRedis(url, 'commands', log, this.consumerName);
    this.reader = createRedis(url, 'reader', log, this.consumerName);
    this.commands.on('close', () => {
      this.commandsClosedMs = performance.now();
    });
    connectInBackground(this.commands);
    if (environment.HEALTH_CONSUMER_ENABLED) connectInBackground(this.reader);
  }

  /** Whether commands had no connection at any time since a moment of `performance.now()`. */
  wasRedisAway(sinceMs: number): boolean {
    return this.commands.status !== 'ready' || this.commandsClosedMs >= sinceMs;
  }

  onApplicationShutdown(): void {
    this.commands.disconnect();
    this.reader.disconnect();
  }
}

@Module({
  providers: [
    JournalConnections,
    DecodedEntries,
    {
      provide: DurabilityCheck,
      inject: [JournalConnections, ENVIRONMENT, Log],
      useFactory: (connections: JournalConnections, environment: Environment, log: Log) =>
        new DurabilityCheck(connections.commands, environment.HEALTH_CONSUMER_ENABLED, log),
    },
    {
      provide: JournalWriter,
      inject: [JournalConnections, ENVIRONMENT],
      useFactory: (connections: JournalConnections, environment: Environment) =>
        new JournalWriter(
          connections.commands,
          journalKeys(environment.HEALTH_JOURNAL_KEY),
          connections.consumerName,
          {
            maxBytes: environment.HEALTH_JOURNAL_MAX_BYTES,
            group: environment.HEALTH_CONSUMER_GROUP,
          },
        ),
    },
    {
      provide: JournalGroup,
      inject: [JournalConnections, DecodedEntries, ENVIRONMENT],
      useFactory: (
        connections: JournalConnections,
        decoded: DecodedEntries,
        environment: Environment,
      ) =>
        new JournalGroup(
          connections.commands,
          connections.reader,
          journalKeys(environment.HEALTH_JOURNAL_KEY),
          environment.HEALTH_CONSUMER_GROUP,
          connections.consumerName,
          decoded,
        ),
    },
    {
      provide: Attempts,
      inject: [JournalConnections, ENVIRONMENT],
      useFactory: (connections: JournalConnections, environment: Environment) =>
        new Attempts(
          connections.commands,
          journalKeys(environment.HEALTH_JOURNAL_KEY),
          environment.HEALTH_CONSUMER_GROUP,
        ),
    },
  ],
  exports: [Attempts, DecodedEntries, JournalConnections, JournalWriter, JournalGroup],
})
export class JournalModule {}
