import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { composeCommand } from './docker-project.mjs';
import { writeOwned } from './owned-files.mjs';

/** @typedef {import('./folders.mjs').Place} Place */
/** @typedef {import('./state.mjs').State} State */

/** In the container each server listens on its usual port, so its own address is rewritten. */
const REDIS_ADDRESS = (port) => `case "$1 $2" in
  '-u redis://127.0.0.1:${port}' | '-p ${port}') shift 2 ;;
esac`;
const POSTGRES_ADDRESS = (port) => `for word; do
  shift
  case $word in
    *@127.0.0.1:${port}/*) word="\${word%%@127.0.0.1:*}@127.0.0.1/\${word##*@127.0.0.1:${port}/}" ;;
  esac
  set -- "$@" "$word"
done`;

/** @param {Place} place @param {'redis-cli' | 'psql'} name */
export const client = (place, name) => path.join(place.folder, name);

/**
 * Writes the runnable clients of an instance: its own programs, run in its containers. They reach
 * the instance alone, and files they are told to read are the container's.
 * @param {Place} place
 * @param {State} state
 */
export async function writeClients(place, state) {
  await write(place, 'redis-cli', 'redis', REDIS_ADDRESS(state.redis.port));
  await write(place, 'psql', 'timescaledb', POSTGRES_ADDRESS(state.postgres.port));
}

/** @param {Place} place @param {'redis-cli' | 'psql'} name @param {string} service @param {string} address */
async function write(place, name, service, address) {
  const script = `#!/bin/sh
${address}
[ -t 0 ] && [ -t 1 ] && no_terminal= || no_terminal=--no-TTY
exec ${composeCommand(place.name)} exec $no_terminal ${service} ${name} "$@"
`;
  await writeOwned(client(place, name), script, place.account);
  await chmod(client(place, name), 0o755);
}
