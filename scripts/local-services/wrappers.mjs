import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Relative to the runtime folder. */
const POSTGRES_BIN = 'root/usr/lib/postgresql/17/bin';
const LOADER = 'root/usr/lib64/ld-linux-x86-64.so.2';
const LIBRARIES = 'root/usr/lib/x86_64-linux-gnu';

const POSTGRES_PROGRAMS = ['postgres', 'initdb', 'pg_ctl', 'psql', 'pg_isready', 'pg_dump'];
const FOR_PEOPLE = ['psql', 'pg_dump'];

/** redis-check-rdb is the one binary of Debian's Redis; it acts by the name it is called by. */
const REDIS_PROGRAMS = [
  { name: 'redis-server', binary: 'root/usr/bin/redis-check-rdb' },
  { name: 'redis-cli', binary: 'root/usr/bin/redis-cli' },
];

/**
 * A script that runs an unpacked program with the C library it was built for. It finds both from
 * its own place, so the folder can be moved.
 * @param {string} toRuntime from the script's folder to the runtime folder
 * @param {string} binary relative to the runtime folder
 * @param {string} argv0 shell word: the name the program sees itself called by
 */
function script(toRuntime, binary, argv0) {
  const runtime = `\${0%/*}/${toRuntime}`;
  return `#!/bin/sh
exec "${runtime}/${LOADER}" --argv0 ${argv0} \\
  --library-path "${runtime}/${LIBRARIES}" \\
  "${runtime}/${binary}" "$@"
`;
}

/**
 * Makes the unpacked programs runnable on a host with an older C library: PostgreSQL's in their own
 * folder, where they look for each other, and all that people and these scripts call in `bin`.
 * @param {string} runtime
 */
export async function writeWrappers(runtime) {
  const write = (file, text) => writeFile(path.join(runtime, file), text, { mode: 0o755 });
  await mkdir(path.join(runtime, 'bin'));
  const toRuntime = path.relative(POSTGRES_BIN, '.');
  for (const name of POSTGRES_PROGRAMS) {
    const binary = `${POSTGRES_BIN}/${name}.bin`;
    await rename(path.join(runtime, POSTGRES_BIN, name), path.join(runtime, binary));
    await write(`${POSTGRES_BIN}/${name}`, script(toRuntime, binary, '"$0"'));
  }
  for (const name of FOR_PEOPLE) {
    await write(`bin/${name}`, script('..', `${POSTGRES_BIN}/${name}.bin`, '"$0"'));
  }
  for (const { name, binary } of REDIS_PROGRAMS) {
    await write(`bin/${name}`, script('..', binary, name));
  }
}

/** @param {string} runtime @param {string} name a program of PostgreSQL */
export const postgresProgram = (runtime, name) => path.join(runtime, POSTGRES_BIN, name);

/** @param {string} runtime @param {string} name a program of Redis, or psql */
export const program = (runtime, name) => path.join(runtime, 'bin', name);
