import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { accountFor, canEnter } from './account.mjs';
import { say } from './progress.mjs';
import { explainFailure, Refusal } from './refusal.mjs';

/** @typedef {import('./commands.mjs').Account} Account */

/**
 * Where everything lives: `base` is the project's private services folder, `runtime` in it the
 * unpacked programs that all instances share, `account` owns it all.
 * @typedef {{ base: string, runtime: string, account: Account }} Home
 */

/** One named instance: its name, its folder, and the files in it.
 * @typedef {Home & { name: string, folder: string }} Place
 */

export const PROJECT = path.resolve(import.meta.dirname, '../..');
const HASH_CHARACTERS = 12;
const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const RESERVED_NAMES = ['runtime', 'lock', 'docker'];

/**
 * Finds the services folder: `.services` in the project, or a folder under /var/tmp where root's
 * stand-in account cannot enter the project.
 * @param {{ isQuiet?: boolean }} [options]
 * @returns {Promise<Home>}
 * @throws {Refusal} the folder belongs to somebody else
 */
export async function findHome({ isQuiet = false } = {}) {
  const inside = path.join(PROJECT, '.services');
  const owner = (await stat(PROJECT)).uid;
  const account = await accountFor(inside, [owner]);
  if (account === null || (await canEnter(account, PROJECT))) return home(inside, account);

  const hash = createHash('sha256').update(PROJECT).digest('hex').slice(0, HASH_CHARACTERS);
  const outside = path.join('/var/tmp', `health-monitor-services-${hash}`);
  if (!isQuiet)
    say(`uid ${account.uid} cannot enter ${PROJECT}, so the services are in ${outside}`);
  return home(outside, await accountFor(outside, []));
}

/** @param {string} base @param {Account} account @returns {Home} */
function home(base, account) {
  return { base, runtime: path.join(base, 'runtime'), account };
}

/**
 * @param {Home} where
 * @param {string} name
 * @returns {Place}
 * @throws {Refusal} not a name that can be a folder
 */
export function placeOf(where, name) {
  if (!NAME.test(name) || RESERVED_NAMES.includes(name)) {
    throw new Refusal(
      `"${name}" cannot name an instance: use up to 31 lower case letters, digits and dashes ` +
        `(not ${RESERVED_NAMES.join(', ')}).`,
    );
  }
  return { ...where, name, folder: path.join(where.base, name) };
}

/**
 * Makes a folder for the account, or takes it over from root.
 * @param {string} folder
 * @param {Account} account
 * @param {number} mode
 */
export async function makeFolder(folder, account, mode) {
  try {
    await mkdir(folder).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await lstat(folder)).isDirectory()) throw new Refusal(`${folder} must be a folder.`);
    if (account) await chown(folder, account.uid, account.gid);
    await chmod(folder, mode);
  } catch (error) {
    throw explainFailure(error, folder);
  }
}
