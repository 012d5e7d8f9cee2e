import { connect } from 'node:net';
import path from 'node:path';
import { startDetached } from './commands.mjs';
import { makeFolder } from './folders.mjs';
import { rotateLog, tailOf } from './logs.mjs';
import { writeOwned } from './owned-files.mjs';
import { ownProcess, waitFor } from './processes.mjs';
import { explainFailure, Refusal } from './refusal.mjs';
import { program } from './wrappers.mjs';

/** @typedef {import('./folders.mjs').Place} Place */

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;
const REPLY_TIMEOUT_MS = 1000;

/** Instances on which tests may use DEBUG. */
const DEBUG_INSTANCES = ['test'];

/** @param {Place} place */
const filesOf = (place) => ({
  data: path.join(place.folder, 'redis'),
  configuration: path.join(place.folder, 'redis.conf'),
  pid: path.join(place.folder, 'redis.pid'),
  log: path.join(place.folder, 'redis.log'),
});

/** @param {Place} place @param {number} port */
function configurationOf(place, port) {
  const { data, pid } = filesOf(place);
  const debug = DEBUG_INSTANCES.includes(place.name) ? 'enable-debug-command local\n' : '';
  return `bind 127.0.0.1
port ${port}
dir ${quoted(data)}
pidfile ${quoted(pid)}
daemonize no
set-proc-title no
always-show-logo no
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
${debug}`;
}

/** @param {string} text @returns {string} one argument for redis.conf */
const quoted = (text) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** @param {Place} place @returns {Promise<number | null>} the server's process id while it runs */
export function redisPid(place) {
  const { pid, configuration } = filesOf(place);
  return ownProcess(pid, configuration);
}

/**
 * Starts the server and waits until it has read its data back and answers.
 * @param {Place} place
 * @param {number} port
 * @throws {Refusal} it does not start; the message ends with its log
 */
export async function startRedis(place, port) {
  const { account, folder: cwd, runtime } = place;
  const { data, configuration, log } = filesOf(place);
  await makeFolder(data, account, 0o700);
  await writeOwned(configuration, configurationOf(place, port), account);
  await rotateLog(log);
  const server = startDetached(program(runtime, 'redis-server'), [configuration], {
    account,
    cwd,
    logFile: log,
  });
  let hasEnded = false;
  server.once('error', () => (hasEnded = true)).once('exit', () => (hasEnded = true));
  await waitFor(async () => hasEnded || (await isReady(port, server.pid)), START_TIMEOUT_MS);
  if (!hasEnded && (await redisPid(place)) === server.pid) return;
  const text = await tailOf(log);
  const known = explainFailure(new Error(text), cwd);
  if (known instanceof Refusal) throw known;
  throw new Refusal(`Redis does not start on port ${port}; the end of its log:\n${text}`);
}

/**
 * Waits until a running server has read its data back and answers.
 * @param {Place} place
 * @param {number} port
 * @throws {Refusal}
 */
export async function requireReady(place, port) {
  const pid = await redisPid(place);
  if (await waitFor(() => isReady(port, pid), START_TIMEOUT_MS)) return;
  throw new Refusal(`Redis runs but does not answer: look at ${filesOf(place).log}.`);
}

/**
 * Stops the server. SIGTERM lets it finish its append-only file.
 * @param {Place} place
 * @param {'SIGTERM' | 'SIGKILL'} signal
 * @returns {Promise<boolean>} whether it was running
 * @throws {Error} it is still there after a minute
 */
export async function stopRedis(place, signal) {
  const pid = await redisPid(place);
  if (pid === null) return false;
  process.kill(pid, signal);
  const isGone = async () => (await redisPid(place)) === null;
  if (!(await waitFor(isGone, STOP_TIMEOUT_MS))) {
    throw new Refusal(`Redis (process ${pid}) does not end after ${signal}: look at its log.`);
  }
  return true;
}

/**
 * Whether the process with this id is what answers on the port, and has loaded its data.
 * @param {number} port
 * @param {number | null | undefined} pid
 * @returns {Promise<boolean>}
 */
function isReady(port, pid) {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('INFO\r\n'));
    socket.setTimeout(REPLY_TIMEOUT_MS, () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text) => {
      reply += text;
      if (/^loading:\d/m.test(reply)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(reply.includes(`\nprocess_id:${pid}\r`) && /^loading:0/m.test(reply));
    });
  });
}
