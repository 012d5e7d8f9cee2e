import { lstat } from 'node:fs/promises';
import { run } from './commands.mjs';
import { Refusal } from './refusal.mjs';

/** @typedef {import('./commands.mjs').Account} Account */

/** PostgreSQL refuses to run as root, so root hands everything to the account "nobody". */
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Who owns the services folder and runs the children in it. Root takes the account of whoever made
 * the folder; everybody else works under their own name and only in a folder of their own.
 * @param {string} folder the services folder, which need not exist
 * @param {readonly number[]} trustedUids owners root may take the account of, besides "nobody"
 * @returns {Promise<Account>}
 * @throws {Refusal} the folder belongs to an account that this one cannot work for
 */
export async function accountFor(folder, trustedUids) {
  const found = await lstat(folder).catch(() => null);
  if (found && !found.isDirectory()) {
    throw new Refusal(`${folder} is in the way: it must be a folder, move it aside.`);
  }
  if (process.getuid() !== 0) {
    if (!found || found.uid === process.getuid()) return null;
    throw new Refusal(
      `${folder} was made by another account (uid ${found.uid}): run this as that account or as root, ` +
        'or let root run `npm run services -- destroy --all` first.',
    );
  }
  if (!found || found.uid === 0) return NOBODY;
  if (found.uid !== NOBODY.uid && !trustedUids.includes(found.uid)) {
    throw new Refusal(
      `${folder} belongs to uid ${found.uid}, who does not own the project: remove the folder or ` +
        'run this as that account.',
    );
  }
  return { uid: found.uid, gid: found.gid };
}

/**
 * Whether the account may enter a folder.
 * @param {Account} account
 * @param {string} folder
 * @throws {Refusal} root may not take another account here (a container with a single one)
 */
export async function canEnter(account, folder) {
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { account, cwd: '/' });
    return true;
  } catch (error) {
    if (typeof error.exitCode === 'number') return false;
    throw new Refusal(
      `PostgreSQL cannot run as root and uid ${account?.uid} cannot be used here ` +
        `(${error.exitCode}): run this as a normal user.`,
    );
  }
}
