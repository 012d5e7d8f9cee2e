import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './folders.mjs';
import { say } from './progress.mjs';
import { Refusal } from './refusal.mjs';

const SAY_WAITING_AFTER_MS = 1000;

/** Locks the file, prints its inode, holds until stdin closes; perl stands in where flock is missing. */
const HOLD = `exec 9>>"$1" || exit
if command -v flock >/dev/null; then
  flock 9 && stat -L -c %i /proc/self/fd/9
else
  perl -MFcntl=:flock -e 'open F, ">>&=9" or die; flock F, LOCK_EX or die; print +(stat F)[1], "\\n"'
fi && exec cat`;

/**
 * Runs the work while no other process works in the same services folder. The lock is the kernel's
 * (flock), held by a small helper: it is gone with its holder, however that ends, so there are no
 * stale locks to recognise.
 * @template T
 * @param {import('./folders.mjs').Home} home
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(home, work) {
  const release = await acquire(home);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** @param {import('./folders.mjs').Home} home */
async function acquire(home) {
  const file = path.join(home.base, 'lock');
  for (;;) {
    await makeFolder(home.base, home.account, 0o755);
    const helper = spawn('/bin/sh', ['-c', HOLD, 'sh', file], {
      ...home.account,
      cwd: home.base,
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    const ended = once(helper, 'close');
    const release = async () => {
      helper.stdin.end();
      await ended;
    };
    const waiting = setTimeout(
      () => say('waiting for another run in this folder'),
      SAY_WAITING_AFTER_MS,
    );
    const locked = await Promise.race([once(helper.stdout, 'data'), ended.then(() => null)]);
    clearTimeout(waiting);
    if (locked === null) {
      throw new Refusal(`Cannot lock ${file}: check that the disk is writable and not full.`);
    }
    // A destroy may have deleted the folder while we waited: then we hold a file nobody else sees.
    const current = await stat(file).catch(() => null);
    if (String(current?.ino) === String(locked[0]).trim()) return release;
    await release();
  }
}
