import { randomBytes } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeOwned } from './owned-files.mjs';
import { Refusal } from './refusal.mjs';

/**
 * All that one instance remembers, in `<instance>/state.json`.
 * @typedef {object} State
 * @property {{ port: number | null, superuserPassword: string, appPassword: string }} postgres
 * @property {{ port: number | null }} redis
 */

const PASSWORD_BYTES = 24;

/** @param {import('./folders.mjs').Place} place */
const stateFile = (place) => path.join(place.folder, 'state.json');

/** @returns {string} safe inside a URL */
const newPassword = () => randomBytes(PASSWORD_BYTES).toString('base64url');

/** @param {import('./folders.mjs').Place} place @returns {Promise<boolean>} whether it has ever run */
export function hasState(place) {
  return access(stateFile(place)).then(
    () => true,
    () => false,
  );
}

/** @returns {State} for an instance that has never run */
export function newState() {
  return {
    postgres: { port: null, superuserPassword: newPassword(), appPassword: newPassword() },
    redis: { port: null },
  };
}

/**
 * @param {import('./folders.mjs').Place} place
 * @returns {Promise<State | null>} null for an instance that has never run
 * @throws {Refusal} the file is damaged
 */
export async function readState(place) {
  const file = stateFile(place);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Refusal(
      `${file} cannot be read (${error.message}): repair it, or start anew with ` +
        `\`npm run services -- destroy --name ${place.name}\`.`,
    );
  }
}

/**
 * @param {import('./folders.mjs').Place} place
 * @param {State} state
 */
export function writeState(place, state) {
  return writeOwned(stateFile(place), `${JSON.stringify(state, null, 2)}\n`, place.account);
}
