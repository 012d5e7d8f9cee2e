import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a private file of the account: whole or not at all, readable by its owner only, and never
 * through a link that somebody put in its place.
 * @param {string} file
 * @param {string} text
 * @param {import('./commands.mjs').Account} account
 */
export async function writeOwned(file, text, account) {
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    if (account) await handle.chown(account.uid, account.gid);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
