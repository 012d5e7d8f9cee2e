import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { Refusal, USE_YOUR_OWN } from './refusal.mjs';

const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];

const INSTALL_DOCKER = 'install Docker with its compose plugin';

/** Whether the unpacked programs are for this kind of machine. */
export const isPlatform = () => process.platform === 'linux' && process.arch === 'x64';

/**
 * Refuses a host on which the unpacked programs cannot run.
 * @throws {Refusal} naming what is missing
 */
export async function requirePlatform() {
  if (!isPlatform()) {
    throw new Refusal(
      `Without Docker, local services need Linux on amd64, this is ` +
        `${process.platform} on ${process.arch}: ${INSTALL_DOCKER}, ${USE_YOUR_OWN}.`,
    );
  }
  await requireCommand('flock', 'util-linux');
}

/**
 * Refuses a host on which Debian's packages cannot be fetched and unpacked.
 * @throws {Refusal} naming what is missing
 */
export async function requirePackageTools() {
  await requireCommand('apt-get', 'apt');
  await requireCommand('dpkg-deb', 'dpkg');
}

/** @param {string} command @param {string} from the package that has it */
async function requireCommand(command, from) {
  if (await isOnPath(command)) return;
  throw new Refusal(
    `\`${command}\` is missing: install ${from} (Debian 12+), ${INSTALL_DOCKER}, ${USE_YOUR_OWN}.`,
  );
}

/**
 * @returns {Promise<string>} the file with the keys that sign Debian's packages
 * @throws {Refusal}
 */
export async function findKeyring() {
  for (const keyring of KEYRINGS) {
    if (await isReadable(keyring)) return keyring;
  }
  throw new Refusal(
    `Debian's signing keys are missing: \`apt-get install debian-archive-keyring\`, ` +
      `${INSTALL_DOCKER}, ${USE_YOUR_OWN}.`,
  );
}

/** @param {string} command @returns {Promise<boolean>} */
export async function isOnPath(command) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) => isReadable(path.join(folder, command), constants.X_OK)),
  );
  return found.includes(true);
}

/** @param {string} file @param {number} [mode] */
function isReadable(file, mode = constants.R_OK) {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
