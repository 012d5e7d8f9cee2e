import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const SOURCES = ['src', 'migrations', 'nest-cli.json', 'package.json'];
const CONFIGURATIONS = /^tsconfig.*\.json$/;

/** What a whole build leaves behind, and what quickstart runs. */
const RESULTS = ['dist/src/main.js', 'dist/src/cli/migrate.js', 'dist/src/cli/demo.js'];

/**
 * Whether the build is newer than everything it is made from. Folders count too: their time changes
 * when a file in them is deleted.
 * @param {string} project
 * @returns {Promise<boolean>}
 */
export async function isBuilt(project) {
  const inProject = (name) => path.join(project, name);
  const configurations = (await readdir(project)).filter((name) => CONFIGURATIONS.test(name));
  const changed = await Promise.all([...SOURCES, ...configurations].map(inProject).map(newest));
  const built = await Promise.all(RESULTS.map(inProject).map(modifiedMs));
  return Math.min(...built) > Math.max(...changed);
}

/** @param {string} file @returns {Promise<number>} when it and all below it last changed */
async function newest(file) {
  const below = await readdir(file, { recursive: true }).catch(() => []);
  const times = below.map((name) => modifiedMs(path.join(file, name)));
  return Math.max(await modifiedMs(file), ...(await Promise.all(times)));
}

/** @param {string} file @returns {Promise<number>} epoch milliseconds, 0 where there is none */
async function modifiedMs(file) {
  const found = await stat(file).catch(() => null);
  return found?.mtimeMs ?? 0;
}
