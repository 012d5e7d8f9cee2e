import { textOf } from '../../runtime/error-text.js';
import { type Check, requirement } from './check.js';
import { clocks, type Offset, offsetOf } from './clocks.js';
import { readConfiguration } from './configuration.js';
import { databaseChecks, databaseClockUs, openDatabase } from './database.js';
import { nodeVersion } from './node-version.js';
import { openRedis } from './redis-session.js';
import { redisChecks, redisClockUs } from './redis.js';

/**
 * The checklist for an environment, in the order in which it is best mended. What cannot be asked,
 * because something before it failed, is left out. Changes nothing, in PostgreSQL or in Redis.
 */
export async function runPreflight(source: NodeJS.ProcessEnv, instances: number): Promise<Check[]> {
  const { environment, wrong, checks } = readConfiguration(source);
  const database = wrong.has('DATABASE_URL') ? null : await openDatabase(environment);
  const redis = wrong.has('REDIS_URL') ? null : await openRedis(environment.REDIS_URL);
  const all = [nodeVersion(process.versions.node), ...checks];
  const offsets: Offset[] = [];
  try {
    if (database !== null) all.push(database.check);
    if (database?.dataSource) {
      const { dataSource } = database;
      all.push(
        ...(await told('postgresql', async () => {
          const found = await databaseChecks(dataSource, environment, instances);
          offsets.push(await offsetOf('PostgreSQL', () => databaseClockUs(dataSource)));
          return found;
        })),
      );
    }
    if (redis !== null) all.push(redis.check);
    if (redis?.redis) {
      const connection = redis.redis;
      all.push(
        ...(await told('redis', async () => {
          const found = await redisChecks(connection, environment);
          offsets.push(await offsetOf('Redis', () => redisClockUs(connection)));
          return found;
        })),
      );
    }
    if (offsets.length > 0) all.push(clocks(offsets));
    return all;
  } finally {
    redis?.redis?.disconnect();
    await database?.dataSource?.destroy();
  }
}

/** A service that breaks off in the middle of the questions is a line too. */
async function told(service: string, ask: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await ask();
  } catch (error) {
    const whole = requirement(`${service} answers`, 'answers to all questions');
    return [whole.failed(textOf(error), 'mend what it says and check again')];
  }
}
