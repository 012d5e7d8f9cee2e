import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeClients } from './docker-clients.mjs';
import { handleOf, startMissing } from './docker-instance.mjs';
import { compose, containersOf, instancesWithData } from './docker-project.mjs';
import { findHome, makeFolder, placeOf } from './folders.mjs';
import { withLock } from './lock.mjs';
import { say } from './progress.mjs';
import { explainFailure } from './refusal.mjs';
import { hasState, newState, readState } from './state.mjs';

/**
 * The provider that uses Docker: each instance is a compose project of its own, of the services in
 * docker-compose.yml. Its data is in the project's volumes; its folder has passwords, ports, clients.
 */
export const dockerCompose = { hasData, up, down, status, destroy, destroyAll };

/** @param {import('./folders.mjs').Home} home */
const dockerFolder = (home) => path.join(home.base, 'docker');

/** @param {import('./folders.mjs').Home} home @param {string} name */
function dockerPlaceOf(home, name) {
  return { ...placeOf(home, name), folder: path.join(dockerFolder(home), name) };
}

/** @param {string} name @returns {Promise<boolean>} whether this provider has made the instance */
async function hasData(name) {
  const home = await findHome({ isQuiet: true });
  return hasState(dockerPlaceOf(home, name));
}

/** @param {string} name */
async function up(name) {
  const home = await findHome();
  const place = dockerPlaceOf(home, name);
  return withLock(home, async () => {
    try {
      await makeFolder(dockerFolder(home), home.account, 0o755);
      await makeFolder(place.folder, home.account, 0o700);
      const containers = await containersOf(name);
      if (containers.length === 0) {
        say('starting TimescaleDB and Redis with Docker, which pulls their images the first time');
      }
      const state = (await readState(place)) ?? newState();
      const started = await startMissing(place, state, containers);
      await writeClients(place, state);
      return handleOf(place, state, started);
    } catch (error) {
      throw explainFailure(error, home.base);
    }
  });
}

/** @param {string} name @returns {Promise<boolean>} whether anything was running */
async function down(name) {
  const home = await findHome({ isQuiet: true });
  placeOf(home, name);
  return withLock(home, async () => {
    const wasRunning = (await containersOf(name)).some(({ pid }) => pid !== 0);
    await compose(name, ['down']);
    return wasRunning;
  });
}

/** @param {string} name */
async function status(name) {
  const home = await findHome({ isQuiet: true });
  const place = dockerPlaceOf(home, name);
  const state = await readState(place);
  const containers = await containersOf(name);
  const pidOf = (service) => containers.find((one) => one.service === service)?.pid || null;
  return {
    name,
    folder: place.folder,
    versions: versionsOf(containers.map(({ image }) => image)),
    postgres: { pid: pidOf('timescaledb'), port: state?.postgres.port ?? null },
    redis: { pid: pidOf('redis'), port: state?.redis.port ?? null },
  };
}

/** @param {readonly string[]} images whose tags say the versions */
function versionsOf(images) {
  const [, timescale, postgres] = /timescaledb:([\d.]+)-pg([\d.]+)/.exec(images.join(' ')) ?? [];
  const [, redis] = /redis:([\d.]+)/.exec(images.join(' ')) ?? [];
  if (!timescale || !postgres || !redis) return null;
  return { PostgreSQL: postgres, TimescaleDB: timescale, Redis: redis };
}

/** @param {string} name */
async function destroy(name) {
  const home = await findHome({ isQuiet: true });
  const place = dockerPlaceOf(home, name);
  await withLock(home, async () => {
    await compose(name, ['down', '--volumes']);
    await rm(place.folder, { recursive: true, force: true });
  });
}

/** Stops every instance and deletes its data; the images stay, they may be others' too. */
async function destroyAll() {
  const home = await findHome({ isQuiet: true });
  await withLock(home, async () => {
    for (const name of await instancesWithData()) await compose(name, ['down', '--volumes']);
    await rm(dockerFolder(home), { recursive: true, force: true });
  });
}
