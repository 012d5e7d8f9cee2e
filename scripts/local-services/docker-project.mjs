import { createHash } from 'node:crypto';
import path from 'node:path';
import { docker } from './docker-engine.mjs';
import { PROJECT } from './folders.mjs';

/** @typedef {'timescaledb' | 'redis'} Service of docker-compose.yml */
/** @typedef {{ service: Service, pid: number, image: string }} Container `pid` is 0 while it is stopped */

export const SERVICES = /** @type {const} */ (['timescaledb', 'redis']);

const FILE = path.join(PROJECT, 'docker-compose.yml');
const HASH_CHARACTERS = 12;

/** Every instance of this checkout is a compose project whose name begins so. */
const PREFIX = `health-monitor-${createHash('sha256').update(PROJECT).digest('hex').slice(0, HASH_CHARACTERS)}-`;

/** Instances on which tests may use DEBUG: to Redis, who comes through a published port is not local. */
const DEBUG_INSTANCES = ['test'];

/** What `docker compose` is told before its own command; a .env of the project is not for us. */
const composeArguments = (name) => [
  'compose',
  '--project-name',
  PREFIX + name,
  '--file',
  FILE,
  '--env-file',
  '/dev/null',
];

/** @param {string} name of an instance @returns {string} for `docker compose`, in a shell */
export const composeCommand = (name) =>
  ['docker', ...composeArguments(name)]
    .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
    .join(' ');

/**
 * Runs `docker compose` on an instance.
 * @param {string} name
 * @param {readonly string[]} args
 * @param {{ state?: import('./state.mjs').State, input?: string }} [options] `state` is needed by
 * whatever makes containers
 * @throws {import('./commands.mjs').CommandFailed}
 */
export function compose(name, args, { state, input } = {}) {
  const env = state && {
    POSTGRES_PORT: String(state.postgres.port),
    POSTGRES_PASSWORD: state.postgres.superuserPassword,
    HEALTH_DB_PASSWORD: state.postgres.appPassword,
    REDIS_PORT: String(state.redis.port),
    REDIS_DEBUG_COMMAND: DEBUG_INSTANCES.includes(name) ? 'yes' : 'no',
    SERVICES_RESTART: 'no',
  };
  return docker([...composeArguments(name), ...args], { env, input });
}

/** @param {string} name @returns {Promise<Container[]>} those of an instance, stopped ones too */
export async function containersOf(name) {
  const ofProject = `label=com.docker.compose.project=${PREFIX}${name}`;
  const ids = wordsOf(await docker(['ps', '--all', '--quiet', '--filter', ofProject]));
  if (ids.length === 0) return [];
  const format =
    '{{index .Config.Labels "com.docker.compose.service"}} {{.State.Pid}} {{.Config.Image}}';
  const lines = (await docker(['inspect', '--format', format, ...ids])).trim().split('\n');
  return lines.map((line) => {
    const [service, pid, image] = line.split(' ');
    return { service, pid: Number(pid), image };
  });
}

/** @returns {Promise<string[]>} names of this checkout's instances that have containers or volumes */
export async function instancesWithData() {
  const project = 'com.docker.compose.project';
  const options = ['--filter', `label=${project}`, '--format', `{{.Label "${project}"}}`];
  const found = await Promise.all([
    docker(['ps', '--all', ...options]),
    docker(['volume', 'ls', ...options]),
  ]);
  const ours = found.flatMap(wordsOf).filter((one) => one.startsWith(PREFIX));
  return [...new Set(ours)].map((one) => one.slice(PREFIX.length));
}

/** @param {string} text */
const wordsOf = (text) => text.split(/\s+/).filter(Boolean);
