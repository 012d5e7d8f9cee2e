import { access, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CommandFailed, run } from './commands.mjs';
import { forgetUnreapedServer } from './postgres-leftovers.mjs';
import { rotateLog, tailOf } from './logs.mjs';
import { writeOwned } from './owned-files.mjs';
import { ownProcess, waitFor } from './processes.mjs';
import { say } from './progress.mjs';
import { explainFailure, Refusal } from './refusal.mjs';
import { postgresProgram } from './wrappers.mjs';

/** @typedef {import('./folders.mjs').Place} Place */
/** @typedef {'fast' | 'immediate' | 'kill'} PostgresStopMode */

const START_TIMEOUT_SECONDS = 120;
const STOP_TIMEOUT_SECONDS = 60;
const KILL_TIMEOUT_MS = 10_000;

/** Of postmaster.pid, from 0: starting, ready, stopping. */
const STATUS_LINE = 7;

/** What a new server says while a killed one and its workers are still on their way out. */
const LEFTOVERS = /"postmaster.pid" already exists|shared memory block|Address already in use/;
const LEFTOVERS_TIMEOUT_MS = 10_000;

/** Our settings, included last in postgresql.conf and written anew at each start. */
const settings = (port) => `listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
max_connections = 100
shared_buffers = 256MB
max_wal_size = 2GB
fsync = on
jit = off
timezone = 'GMT'
log_timezone = 'GMT'
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
`;

/** @param {Place} place */
const dataOf = (place) => path.join(place.folder, 'postgres');
/** @param {Place} place */
const pidFileOf = (place) => path.join(dataOf(place), 'postmaster.pid');
/** @param {Place} place */
const logOf = (place) => path.join(place.folder, 'postgres.log');

/** @param {Place} place @param {string} name @param {readonly string[]} args */
function runProgram(place, name, args) {
  return run(postgresProgram(place.runtime, name), args, {
    account: place.account,
    cwd: place.folder,
  });
}

/** @param {Place} place @returns {Promise<number | null>} the server's process id while it runs */
export function postgresPid(place) {
  return ownProcess(pidFileOf(place), dataOf(place));
}

/**
 * Makes the data folder unless it is there: beside its final place, renamed when complete.
 * @param {Place} place
 * @param {string} superuserPassword
 */
export async function ensureCluster(place, superuserPassword) {
  const data = dataOf(place);
  const exists = await access(path.join(data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (exists) return;
  say('creating the database');
  const draft = `${data}.new`;
  const passwordFile = path.join(place.folder, 'superuser-password');
  await rm(draft, { recursive: true, force: true });
  try {
    await writeOwned(passwordFile, `${superuserPassword}\n`, place.account);
    await runProgram(place, 'initdb', [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--data-checksums',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--set=include_if_exists=local.conf',
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, data);
}

/**
 * Starts the server and waits until it takes connections; crash recovery may take its time.
 * @param {Place} place
 * @param {number} port
 * @throws {Refusal} it does not start; the message ends with its log
 */
export async function startPostgres(place, port) {
  const data = dataOf(place);
  await writeOwned(path.join(data, 'local.conf'), settings(port), place.account);
  await rotateLog(logOf(place));
  const args = ['-D', data, '-l', logOf(place), '-w', '-t', String(START_TIMEOUT_SECONDS), 'start'];
  const attempt = async () => {
    try {
      await runProgram(place, 'pg_ctl', args);
      return true;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      if (!LEFTOVERS.test(await tailOf(logOf(place)))) throw error;
      await forgetUnreapedServer(pidFileOf(place));
      return false;
    }
  };
  try {
    if (await waitFor(attempt, LEFTOVERS_TIMEOUT_MS)) return;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
  }
  const log = await tailOf(logOf(place));
  const known = explainFailure(new Error(log), place.folder);
  if (known instanceof Refusal) throw known;
  throw new Refusal(`PostgreSQL does not start on port ${port}; the end of its log:\n${log}`);
}

/**
 * Waits until a running server takes connections: a start that was killed half-way leaves one that
 * is still on its way.
 * @param {Place} place
 * @throws {Refusal}
 */
export async function requireReady(place) {
  const isReady = async () => {
    const lines = (await readFile(pidFileOf(place), 'utf8').catch(() => '')).split('\n');
    return lines[STATUS_LINE]?.trim() === 'ready';
  };
  if (await waitFor(isReady, START_TIMEOUT_SECONDS * 1000)) return;
  throw new Refusal(`PostgreSQL runs but takes no connections: look at ${logOf(place)}.`);
}

/**
 * Stops the server. `fast` ends sessions and writes a checkpoint, `immediate` leaves it to crash
 * recovery, `kill` is SIGKILL.
 * @param {Place} place
 * @param {PostgresStopMode} mode
 * @returns {Promise<boolean>} whether it was running
 */
export async function stopPostgres(place, mode) {
  const pid = await postgresPid(place);
  if (pid === null) return false;
  if (mode === 'kill') {
    process.kill(pid, 'SIGKILL');
    await waitFor(async () => (await postgresPid(place)) === null, KILL_TIMEOUT_MS);
    return true;
  }
  const timeout = String(STOP_TIMEOUT_SECONDS);
  await runProgram(place, 'pg_ctl', ['-D', dataOf(place), '-m', mode, '-w', '-t', timeout, 'stop']);
  return true;
}
