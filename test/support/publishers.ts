import { Logger } from '@nestjs/common';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { cloudEvent, type EventDocument } from './factories.js';
import { publishWithRedisCli } from './redis-cli.js';
import { RawRedisClient } from './resp.js';
import type { Scope } from './scope.js';
import { testServices } from './services.js';

/** A client of Redis that publishes events, one message each; resolves when Redis has them all. */
export interface Publisher {
  readonly name: string;
  publish(scope: Scope, events: readonly EventDocument[]): Promise<void>;
}

Logger.overrideLogger(false); // the client's greetings are nobody's business

/** Commands on their way at once. */
const CHUNK = 500;

/** The real redis-cli; plain JSON. */
export const redisCli: Publisher = {
  name: 'redis-cli PUBLISH',
  publish: async ({ channel }, events) => {
    await publishWithRedisCli(
      channel,
      events.map((event) => JSON.stringify(event)),
    );
  },
};

/** Nest's own client; `{"pattern", "data"}`. */
const nestClient: Publisher = {
  name: 'Nest ClientProxy.emit',
  publish: async ({ channel }, events) => {
    const { hostname, port } = new URL(testServices().redisUrl);
    const client: ClientProxy = ClientProxyFactory.create({
      transport: Transport.REDIS,
      options: { host: hostname, port: Number(port) },
    });
    await client.connect();
    try {
      await inChunks(events, async (event) => {
        await lastValueFrom(client.emit<unknown>(channel, event), { defaultValue: undefined });
      });
    } finally {
      await client.close();
    }
  },
};

/** CloudEvents 1.0, structured mode. */
const cloudEvents: Publisher = {
  name: 'CloudEvents',
  publish: async ({ channel, redis }, events) => {
    await inChunks(events, async (event) => {
      await redis.publish(channel, JSON.stringify(cloudEvent(event)));
    });
  },
};

/** The protocol of Redis written by hand on a socket. */
export const rawSocket: Publisher = {
  name: 'raw socket',
  publish: async ({ channel }, events) => {
    const client = await RawRedisClient.connect(testServices().redisUrl);
    try {
      await inChunks(events, async (event) => {
        await client.send('PUBLISH', channel, JSON.stringify(event));
      });
    } finally {
      client.close();
    }
  },
};

/** Appends to the journal for itself: the reply is the acknowledgement. */
export const journalAppender: Publisher = {
  name: 'XADD to the journal',
  publish: async ({ channel, journal, redis }, events) => {
    await inChunks(events, async (event) => {
      await redis.xadd(journal, '*', channel, JSON.stringify(event));
    });
  },
};

export const PUBLISHERS = [redisCli, nestClient, cloudEvents, rawSocket, journalAppender] as const;

async function inChunks<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += CHUNK) {
    await Promise.all(items.slice(at, at + CHUNK).map(work));
  }
}
