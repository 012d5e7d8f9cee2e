import { run } from './commands.mjs';
import { Refusal } from './refusal.mjs';
import { program } from './wrappers.mjs';

/** The app's role and its database have one name. */
const APP = 'health';

/** @typedef {import('./state.mjs').State} State */

/**
 * What the app finds: its role (no superuser), a database it owns, and the extension in it, which
 * only a superuser may create.
 * @param {string} appPassword from our own generator: no quotes in it
 */
export const databaseScript = (appPassword) => `
\\set ON_ERROR_STOP 1
SELECT 'CREATE ROLE ${APP} LOGIN' WHERE to_regrole('${APP}') IS NULL \\gexec
ALTER ROLE ${APP} PASSWORD '${appPassword}';
SELECT 'CREATE DATABASE ${APP} OWNER ${APP}'
 WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = '${APP}') \\gexec
\\connect ${APP}
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS timescaledb;
`;

/**
 * Brings role, database and extension into place; changes nothing that is there.
 * @param {import('./folders.mjs').Place} place its PostgreSQL runs
 * @param {State} state
 */
export async function ensureDatabase(place, state) {
  const { account, folder: cwd, runtime } = place;
  const connection = adminDatabaseUrl(state, '');
  try {
    await run(program(runtime, 'psql'), ['--no-psqlrc', '--quiet', '-d', connection, '-f', '-'], {
      account,
      cwd,
      input: databaseScript(state.postgres.appPassword),
      env: { PGPASSWORD: state.postgres.superuserPassword },
    });
  } catch (error) {
    if (!/password authentication failed/.test(error.message)) throw error;
    throw new Refusal(
      `The passwords in ${cwd}/state.json are not those of the data beside it: restore the file, ` +
        `or start anew with \`npm run services -- destroy --name ${place.name}\`.`,
      { cause: error },
    );
  }
}

/** @param {State} state */
export function databaseUrl({ postgres }) {
  return `postgres://${APP}:${postgres.appPassword}@127.0.0.1:${postgres.port}/${APP}`;
}

/** @param {State} state @param {string} [password] '' leaves it out */
export function adminDatabaseUrl({ postgres }, password = postgres.superuserPassword) {
  const user = password === '' ? 'postgres' : `postgres:${password}`;
  return `postgres://${user}@127.0.0.1:${postgres.port}/postgres`;
}
