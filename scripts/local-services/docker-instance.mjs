import { connect } from 'node:net';
import { adminDatabaseUrl, databaseScript, databaseUrl } from './database.mjs';
import { client } from './docker-clients.mjs';
import { compose, containersOf, SERVICES } from './docker-project.mjs';
import { choosePorts } from './instance-ports.mjs';
import { withLock } from './lock.mjs';
import { waitFor } from './processes.mjs';
import { Refusal } from './refusal.mjs';

/** @typedef {import('./folders.mjs').Place} Place */
/** @typedef {import('./state.mjs').State} State */
/** @typedef {import('./docker-project.mjs').Service} Service */
/** @typedef {import('./docker-project.mjs').Container} Container */
/** @typedef {{ postgres: boolean, redis: boolean }} Started which of the two were not running */

const STOP_TIMEOUT_MS = 60_000;
const REACH_TIMEOUT_MS = 5000;

/** What ends PostgreSQL's first process at once, and how; a plain stop is its "fast" shutdown. */
const POSTGRES_SIGNALS = { immediate: 'SIGQUIT', kill: 'SIGKILL' };

/** @param {readonly Container[]} containers @param {Service} service */
const isRunning = (containers, service) =>
  containers.some((one) => one.service === service && one.pid !== 0);

/**
 * Starts what is not running and brings the database into place. If that fails, what was started is
 * stopped again.
 * @param {Place} place locked by the caller, its folder exists
 * @param {State} state its ports are brought up to date
 * @param {readonly Container[]} containers what is there
 * @returns {Promise<Started>}
 */
export async function startMissing(place, state, containers) {
  // Containers whose ports nobody remembers are made anew around their data.
  const isKnown = state.postgres.port !== null && state.redis.port !== null;
  const started = {
    postgres: !isKnown || !isRunning(containers, 'timescaledb'),
    redis: !isKnown || !isRunning(containers, 'redis'),
  };
  try {
    await choosePorts(place, state, started);
    await startServices(place, state, SERVICES);
    await ensureDatabase(place, state);
    return started;
  } catch (error) {
    const begun = [started.postgres && 'timescaledb', started.redis && 'redis'].filter(Boolean);
    if (begun.length > 0) await compose(place.name, ['stop', ...begun]).catch(() => undefined);
    throw error;
  }
}

/**
 * Resolves when the services say that they are healthy, and answer on this machine.
 * @param {Place} place
 * @param {State} state
 * @param {readonly Service[]} services
 * @throws {Refusal} with the end of what Docker says
 */
async function startServices(place, state, services) {
  try {
    await compose(place.name, ['up', '--detach', '--wait', ...services], { state });
  } catch (error) {
    throw new Refusal(`Docker does not start ${services.join(' and ')}: ${error.output}`, {
      cause: error,
    });
  }
  const ports = { timescaledb: state.postgres.port, redis: state.redis.port };
  for (const service of services) {
    if (await waitFor(() => isReachable(ports[service]), REACH_TIMEOUT_MS)) continue;
    throw new Refusal(
      `${service} runs in Docker, but not on port ${ports[service]} of this machine: use an engine ` +
        'on this machine, or HEALTH_SERVICES=debian.',
    );
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isReachable(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The container's own socket trusts its users, so passwords that were lost can be set anew. */
async function ensureDatabase(place, { postgres }) {
  const setPassword = `ALTER ROLE postgres PASSWORD '${postgres.superuserPassword}';\n`;
  const psql = ['psql', '--no-psqlrc', '--quiet', '--username=postgres', '--file=-'];
  await compose(place.name, ['exec', '--no-TTY', 'timescaledb', ...psql], {
    input: setPassword + databaseScript(postgres.appPassword),
  });
}

/**
 * @param {Place} place
 * @param {Service} service
 * @param {string | undefined} signal undefined = as the image wants to be stopped
 * @throws {Refusal} it is still there after a minute
 */
async function stop(place, service, signal) {
  const isGone = async () => !isRunning(await containersOf(place.name), service);
  if (await isGone()) return;
  const how = signal === undefined ? ['stop'] : ['kill', '--signal', signal];
  await compose(place.name, [...how, service]);
  if (await waitFor(isGone, STOP_TIMEOUT_MS)) return;
  throw new Refusal(`${service} does not end: look at \`docker logs\`.`);
}

/**
 * What `up` gives its caller; the promises are in `index.d.mts`.
 * @param {Place} place
 * @param {State} state
 * @param {Started} started
 */
export function handleOf(place, state, started) {
  const locked = (work) => withLock(place, work);
  return {
    databaseUrl: databaseUrl(state),
    redisUrl: `redis://127.0.0.1:${state.redis.port}`,
    adminDatabaseUrl: adminDatabaseUrl(state),
    folder: place.folder,
    redisCli: client(place, 'redis-cli'),
    psql: client(place, 'psql'),
    started,
    stopPostgres: ({ mode = 'fast' } = {}) =>
      locked(() => stop(place, 'timescaledb', POSTGRES_SIGNALS[mode])),
    startPostgres: () => locked(() => startServices(place, state, ['timescaledb'])),
    stopRedis: ({ signal = 'SIGTERM' } = {}) => locked(() => stop(place, 'redis', signal)),
    startRedis: () => locked(() => startServices(place, state, ['redis'])),
  };
}
