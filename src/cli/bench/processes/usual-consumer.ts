import 'reflect-metadata';
import { Controller, Injectable, Module, UsePipes, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Semaphore } from './usual/semaphore.js';
import { UsualMessage, UsualStatus } from './usual/usual-entities.js';
import { UsualEvent } from './usual/usual-event.js';

/**
 * A process of its own: the guide's design as it is usually written in this stack, from the parts that
 * its documentation shows. `@EventPattern` on the stock Redis transport, a class-validator DTO, a service
 * that writes each message in a TypeORM transaction: insert it, and upsert its service's status. The
 * guide's semaphore and pool size. Nothing in it is made slow: TypeORM writes by `insert` and `update`,
 * which read nothing first, where `save` would read each row before; in a transaction go four statements, as
 * many as the hand-written baseline has.
 */
const [databaseUrl, redisUrl, schema, channel, concurrency] = process.argv.slice(2);
if (!databaseUrl || !redisUrl || !schema || !channel || !concurrency) {
  throw new Error('arguments: database URL, Redis URL, schema, channel, concurrency');
}

const POOL_SIZE = 15;

@Injectable()
class UsualService {
  private readonly semaphore = new Semaphore(Number(concurrency));

  constructor(private readonly dataSource: DataSource) {}

  async store(event: UsualEvent): Promise<void> {
    await this.semaphore.run(async () => {
      await this.dataSource.transaction(async (manager) => {
        await manager.insert(UsualMessage, {
          id: event.message_id,
          timestamp: event.timestamp,
          serviceName: event.service_name,
          status: event.status,
          payload: event,
        });
        if (await updateStatus(manager, event)) return;
        // New: two may come here at the same time, and the second then waits and inserts nothing.
        await manager
          .createQueryBuilder()
          .insert()
          .into(UsualStatus)
          .values({ ...statusOf(event), serviceName: event.service_name, messageCount: '0' })
          .orIgnore()
          .execute();
        await updateStatus(manager, event);
      });
    });
  }
}

const statusOf = (event: UsualEvent): { currentStatus: string; lastSeen: Date } => ({
  currentStatus: event.status,
  lastSeen: event.timestamp,
});

async function updateStatus(manager: EntityManager, event: UsualEvent): Promise<boolean> {
  const { affected } = await manager.update(
    UsualStatus,
    { serviceName: event.service_name },
    { ...statusOf(event), messageCount: () => 'message_count + 1' },
  );
  return affected === 1;
}

@Controller()
@UsePipes(new ValidationPipe({ transform: true, whitelist: true }))
class UsualController {
  constructor(private readonly service: UsualService) {}

  @EventPattern(channel)
  async onEvent(@Payload() event: UsualEvent): Promise<void> {
    await this.service.store(event);
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: databaseUrl,
      schema,
      poolSize: POOL_SIZE,
      entities: [UsualMessage, UsualStatus],
    }),
  ],
  controllers: [UsualController],
  providers: [UsualService],
})
class UsualModule {}

const { hostname, port, username, password } = new URL(redisUrl);
const application = await NestFactory.createMicroservice<MicroserviceOptions>(UsualModule, {
  transport: Transport.REDIS,
  options: { host: hostname, port: Number(port || '6379'), username, password },
  logger: ['error', 'warn'],
});
await application.listen();
