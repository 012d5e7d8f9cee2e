import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const READY_POLL_MS = 100;

/** The app drains within 10 s; then it is killed. */
const STOP_TIMEOUT_MS = 12_000;

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/**
 * Starts a command that shares our output but not our terminal's Ctrl-C: who stops it, and when, is
 * decided here.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {ChildProcess}
 */
function start(command, args, { cwd, env = process.env }) {
  return spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
}

/**
 * @param {ChildProcess} child
 * @returns {Promise<number>} its exit code; as shells have it, 128 + the signal that ended it, 127
 * if it could not be started
 */
async function exitCodeOf(child) {
  if (child.exitCode !== null) return child.exitCode;
  try {
    const [code, signal] = await once(child, 'exit');
    return code ?? 128 + constants.signals[signal];
  } catch {
    return 127;
  }
}

/**
 * Runs a command until it ends or is told to, then makes sure that it does.
 * @param {AbortSignal} signal tells it to end
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} its exit code, 0 if it was told to end
 */
export async function runUntil(signal, command, args, options) {
  if (signal.aborted) return 0;
  const child = start(command, args, options);
  let killer;
  const stop = () => {
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  const code = await exitCodeOf(child);
  signal.removeEventListener('abort', stop);
  clearTimeout(killer);
  return signal.aborted ? 0 : code;
}

/**
 * Polls until the URL answers 200.
 * @param {string} url
 * @param {AbortSignal} signal ends the wait
 * @returns {Promise<boolean>} false when the wait was ended
 */
export async function waitUntilReady(url, signal) {
  while (!signal.aborted) {
    const response = await fetch(url, { signal }).catch(() => null);
    await response?.body?.cancel();
    if (response?.status === 200) return true;
    await delay(READY_POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** @param {AbortSignal} signal @returns {Promise<void>} resolves when it is aborted */
export async function aborted(signal) {
  if (!signal.aborted) await once(signal, 'abort');
}
