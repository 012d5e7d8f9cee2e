import { readdir, rm } from 'node:fs/promises';
import { findHome, makeFolder, placeOf } from './folders.mjs';
import { handleOf, startMissing, stopBoth } from './instance.mjs';
import { withLock } from './lock.mjs';
import { postgresPid } from './postgres.mjs';
import { redisPid } from './redis.mjs';
import { explainFailure } from './refusal.mjs';
import { ensureRuntime, readManifest } from './runtime.mjs';
import { hasState, newState, readState } from './state.mjs';

/** The provider that needs neither root nor Docker: Debian packages unpacked into one folder. */
export const unpackedPackages = { hasData, up, down, status, destroy, destroyAll };

/** What is no instance of ours: the programs, and the folder of the provider that uses Docker. */
const OTHER_FOLDERS = ['runtime', 'runtime.new', 'docker'];

/** @param {string} name @returns {Promise<boolean>} whether this provider has made the instance */
async function hasData(name) {
  const home = await findHome({ isQuiet: true });
  return hasState(placeOf(home, name));
}

/** @param {string} name */
async function up(name) {
  const home = await findHome();
  const place = placeOf(home, name);
  return withLock(home, async () => {
    try {
      await ensureRuntime(home);
      await makeFolder(place.folder, home.account, 0o700);
      const state = (await readState(place)) ?? newState();
      const started = await startMissing(place, state);
      return handleOf(place, state, started);
    } catch (error) {
      throw explainFailure(error, home.base);
    }
  });
}

/** @param {string} name @returns {Promise<boolean>} whether anything was running */
async function down(name) {
  const home = await findHome({ isQuiet: true });
  const place = placeOf(home, name);
  return withLock(home, () => stopBoth(place));
}

/** @param {string} name */
async function status(name) {
  const home = await findHome({ isQuiet: true });
  const place = placeOf(home, name);
  const state = await readState(place);
  return {
    name,
    folder: place.folder,
    versions: (await readManifest(home))?.versions ?? null,
    postgres: { pid: await postgresPid(place), port: state?.postgres.port ?? null },
    redis: { pid: await redisPid(place), port: state?.redis.port ?? null },
  };
}

/** @param {string} name */
async function destroy(name) {
  const home = await findHome({ isQuiet: true });
  const place = placeOf(home, name);
  await withLock(home, async () => {
    await stopBoth(place);
    await rm(place.folder, { recursive: true, force: true });
  });
}

/** Stops every instance and deletes the whole services folder. */
async function destroyAll() {
  const home = await findHome({ isQuiet: true });
  await withLock(home, async () => {
    const entries = await readdir(home.base, { withFileTypes: true });
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      if (!OTHER_FOLDERS.includes(name)) await stopBoth(placeOf(home, name));
    }
    await rm(home.base, { recursive: true, force: true, maxRetries: 10 });
  });
}
