import { readFile, rm } from 'node:fs/promises';

/** Of postmaster.pid, from 0: the key and the id of its shared memory. */
const SHARED_MEMORY_LINE = 6;

/** Of /proc/sysvipc/shm, from 0. */
const ID_COLUMN = 1;
const ATTACHED_COLUMN = 6;

/**
 * Removes the pid file of a killed server that nobody has reaped: in a container without an init
 * process it stays a zombie for ever, which PostgreSQL takes for a running server. Does so only when
 * none of its workers is attached to its shared memory any more, which is PostgreSQL's own rule.
 * @param {string} pidFile
 */
export async function forgetUnreapedServer(pidFile) {
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  if (!(await isZombie(lines[0]))) return;
  const [, id] = (lines[SHARED_MEMORY_LINE] ?? '').trim().split(/\s+/);
  if (id !== undefined && (await attachedTo(id)) === 0) await rm(pidFile, { force: true });
}

/** @param {string} pid @returns {Promise<boolean>} whether it has ended and waits to be reaped */
async function isZombie(pid) {
  const text = await readFile(`/proc/${Number.parseInt(pid, 10)}/stat`, 'utf8').catch(() => '');
  return /\) Z /.test(text);
}

/** @param {string} id of a shared memory block @returns {Promise<number>} processes attached to it */
async function attachedTo(id) {
  const table = await readFile('/proc/sysvipc/shm', 'utf8');
  const block = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[ID_COLUMN] === id);
  return block ? Number(block[ATTACHED_COLUMN]) : 0;
}
