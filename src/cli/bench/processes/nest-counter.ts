import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { tellCount } from './tell-count.js';

/** A process of its own: a limit. Nest's Redis transport as it comes, with a handler that only counts. */
const [redisUrl, channel] = process.argv.slice(2);
if (!redisUrl || !channel) throw new Error('arguments: Redis URL, channel');

let count = 0;

@Controller()
class CountingController {
  @EventPattern(channel)
  onEvent(): void {
    count += 1;
  }
}

@Module({ controllers: [CountingController] })
class CountingModule {}

const { hostname, port, username, password } = new URL(redisUrl);
const application = await NestFactory.createMicroservice<MicroserviceOptions>(CountingModule, {
  transport: Transport.REDIS,
  options: { host: hostname, port: Number(port || '6379'), username, password },
  logger: ['error', 'warn'],
});
await application.listen();
tellCount(() => count);
