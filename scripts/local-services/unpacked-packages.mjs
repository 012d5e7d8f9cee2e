import { readdir, rm } from 'node:fs/promises';
import { adminDatabaseUrl, databaseUrl, ensureDatabase } from './database.mjs';
import { findHome, makeFolder, placeOf } from './folders.mjs';
import { withLock } from './lock.mjs';
import { choosePort } from './ports.mjs';
import * as postgres from './postgres.mjs';
import * as redis from './redis.mjs';
import { explainFailure } from './refusal.mjs';
import { ensureRuntime, readManifest } from './runtime.mjs';
import { newState, readState, writeState } from './state.mjs';
import { program } from './wrappers.mjs';

/** The provider that needs neither root nor Docker: Debian packages unpacked into one folder. */

/** @typedef {import('./folders.mjs').Place} Place */
/** @typedef {import('./state.mjs').State} State */
/** @typedef {{ postgres: boolean, redis: boolean }} Started which of the two were not running */

/** Only the operator's own instance takes the ports everybody knows. */
const USUAL_PORTS = { dev: { postgres: 5432, redis: 6379 } };

/** @param {string} name */
export async function up(name) {
  const home = await findHome();
  const place = placeOf(home, name);
  return withLock(home, async () => {
    try {
      await ensureRuntime(home);
      await makeFolder(place.folder, home.account, 0o700);
      const state = (await readState(place)) ?? newState();
      const started = await startBoth(place, state);
      return handleOf(place, state, started);
    } catch (error) {
      throw explainFailure(error, home.base);
    }
  });
}

/**
 * @param {Place} place
 * @param {State} state its ports are brought up to date
 * @returns {Promise<Started>}
 */
async function startBoth(place, state) {
  const isPostgresUp = (await postgres.postgresPid(place)) !== null;
  const isRedisUp = (await redis.redisPid(place)) !== null;
  const usual = USUAL_PORTS[place.name];
  if (!isPostgresUp) {
    state.postgres.port = await choosePort({
      remembered: state.postgres.port,
      usual: usual?.postgres ?? null,
      taken: [state.redis.port],
    });
  }
  if (!isRedisUp) {
    state.redis.port = await choosePort({
      remembered: state.redis.port,
      usual: usual?.redis ?? null,
      taken: [state.postgres.port],
    });
  }
  await writeState(place, state);
  if (!isPostgresUp) {
    await postgres.ensureCluster(place, state.postgres.superuserPassword);
    await postgres.startPostgres(place, state.postgres.port);
  }
  if (!isRedisUp) await redis.startRedis(place, state.redis.port);
  await postgres.requireReady(place);
  await redis.requireReady(place, state.redis.port);
  await ensureDatabase(place, state);
  return { postgres: !isPostgresUp, redis: !isRedisUp };
}

/**
 * @param {Place} place
 * @param {State} state
 * @param {Started} started
 */
function handleOf(place, state, started) {
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

/** @param {string} name @returns {Promise<boolean>} whether anything was running */
export async function down(name) {
  const home = await findHome({ isQuiet: true });
  const place = placeOf(home, name);
  return withLock(home, () => stopBoth(place));
}

/** @param {Place} place */
async function stopBoth(place) {
  const stopped = await Promise.all([
    postgres.stopPostgres(place, 'fast'),
    redis.stopRedis(place, 'SIGTERM'),
  ]);
  return stopped.includes(true);
}

/** @param {string} name */
export async function status(name) {
  const home = await findHome({ isQuiet: true });
  const place = placeOf(home, name);
  const state = await readState(place);
  return {
    name,
    folder: place.folder,
    versions: (await readManifest(home))?.versions ?? null,
    postgres: { pid: await postgres.postgresPid(place), port: state?.postgres.port ?? null },
    redis: { pid: await redis.redisPid(place), port: state?.redis.port ?? null },
  };
}

/** @param {string} name */
export async function destroy(name) {
  const home = await findHome({ isQuiet: true });
  const place = placeOf(home, name);
  await withLock(home, async () => {
    await stopBoth(place);
    await rm(place.folder, { recursive: true, force: true });
  });
}

/** Stops every instance and deletes the whole services folder. */
export async function destroyAll() {
  const home = await findHome({ isQuiet: true });
  await withLock(home, async () => {
    const entries = await readdir(home.base, { withFileTypes: true });
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      if (!name.startsWith('runtime')) await stopBoth(placeOf(home, name));
    }
    await rm(home.base, { recursive: true, force: true });
  });
}
