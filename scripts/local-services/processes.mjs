import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * The arguments a running process was started with, [] for one that has ended.
 * @param {number} pid
 */
async function commandLine(pid) {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/**
 * The process a pid file names, if it is alive and is the one that was started with `argument`:
 * a number alone may by now belong to somebody else's process.
 * @param {string} pidFile its first line is the process id
 * @param {string} argument an absolute path that only our process has on its command line
 * @returns {Promise<number | null>}
 */
export async function ownProcess(pidFile, argument) {
  const pid = await readPid(pidFile);
  return pid !== null && (await commandLine(pid)).includes(argument) ? pid : null;
}

/** @param {string} pidFile @returns {Promise<number | null>} */
async function readPid(pidFile) {
  try {
    const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/**
 * Polls until the condition gives something other than null, undefined or false.
 * @template T
 * @param {() => Promise<T> | T} condition
 * @param {number} timeoutMs
 * @returns {Promise<T | null>} what the condition gave, null when the time is over
 */
export async function waitFor(condition, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() >= deadline) return null;
    await delay(POLL_MS);
  }
}
