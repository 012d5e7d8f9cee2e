import { adminDatabaseUrl, databaseUrl, ensureDatabase } from './database.mjs';
import { choosePorts } from './instance-ports.mjs';
import { withLock } from './lock.mjs';
import * as postgres from './postgres.mjs';
import * as redis from './redis.mjs';
import { program } from './wrappers.mjs';

/** @typedef {import('./folders.mjs').Place} Place */
/** @typedef {import('./state.mjs').State} State */
/** @typedef {{ postgres: boolean, redis: boolean }} Started which of the two were not running */

/**
 * Starts what is not running and brings the database into place. If that fails, what was started is
 * stopped again.
 * @param {Place} place locked by the caller, its folder exists
 * @param {State} state its ports are brought up to date
 * @returns {Promise<Started>}
 */
export async function startMissing(place, state) {
  const started = {
    postgres: (await postgres.postgresPid(place)) === null,
    redis: (await redis.redisPid(place)) === null,
  };
  try {
    await choosePorts(place, state, started);
    if (started.postgres) {
      await postgres.ensureCluster(place, state.postgres.superuserPassword);
      await postgres.startPostgres(place, state.postgres.port);
    }
    if (started.redis) await redis.startRedis(place, state.redis.port);
    await postgres.requireReady(place);
    await redis.requireReady(place, state.redis.port);
    await ensureDatabase(place, state);
    return started;
  } catch (error) {
    await Promise.allSettled([
      started.postgres && postgres.stopPostgres(place, 'fast'),
      started.redis && redis.stopRedis(place, 'SIGTERM'),
    ]);
    throw error;
  }
}

/** @param {Place} place @returns {Promise<boolean>} whether anything was running */
export async function stopBoth(place) {
  const stopped = await Promise.all([
    postgres.stopPostgres(place, 'fast'),
    redis.stopRedis(place, 'SIGTERM'),
  ]);
  return stopped.includes(true);
}

/**
 * What `up` gives its caller; the promises are in `index.d.mts`.
 * @param {Place} place
 * @param {State} state
 * @param {Started} started
 */
export function handleOf(place, state, started) {
  const locked = (work) => withLock(place, work);
  return {
    databaseUrl: databaseUrl(state),
    redisUrl: `redis://127.0.0.1:${state.redis.port}`,
    adminDatabaseUrl: adminDatabaseUrl(state),
    folder: place.folder,
    redisCli: program(place.runtime, 'redis-cli'),
    psql: program(place.runtime, 'psql'),
    started,
    stopPostgres: ({ mode = 'fast' } = {}) =>
      locked(async () => void (await postgres.stopPostgres(place, mode))),
    startPostgres: () =>
      locked(async () => {
        if ((await postgres.postgresPid(place)) !== null) return;
        await postgres.startPostgres(place, state.postgres.port);
      }),
    stopRedis: ({ signal = 'SIGTERM' } = {}) =>
      locked(async () => void (await redis.stopRedis(place, signal))),
    startRedis: () =>
      locked(async () => {
        if ((await redis.redisPid(place)) !== null) return;
        await redis.startRedis(place, state.redis.port);
      }),
  };
}
