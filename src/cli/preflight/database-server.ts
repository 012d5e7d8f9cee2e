import { type Check, requirement } from './check.js';
import type { Server } from './database.sql.js';

/** Major versions that the tests run against. */
const OLDEST = 15;
const NEWEST = 18;
/** The oldest TimescaleDB that is supported. */
const TIMESCALE = { major: 2, minor: 19 };

const EDITIONS: Readonly<Record<string, string>> = {
  timescale: 'community edition',
  apache: 'Apache edition',
};

export function postgresVersion({ version, version_number }: Server): Check {
  const needed = requirement('postgresql version', `${OLDEST} to ${NEWEST}`);
  const major = Math.floor(version_number / 10_000);
  if (major < OLDEST) return needed.failed(version, `upgrade PostgreSQL to ${NEWEST}`);
  if (major > NEWEST) {
    return needed.warning(
      version,
      'look for a newer version of this product: this one was not tested with it',
    );
  }
  return needed.ok(version);
}

/** A hot standby, or a default of the server, the database or the role. */
export function writable({ role, is_replica, is_read_only }: Server): Check {
  const needed = requirement('postgresql writable', 'a primary whose transactions may write');
  if (is_replica) return needed.failed('a replica', 'name the primary in DATABASE_URL');
  if (is_read_only) {
    return needed.failed(
      'default_transaction_read_only is on',
      `set it off for the server, the database or the role "${role}"`,
    );
  }
  return needed.ok('a primary that may write');
}

export function timescale(server: Server): Check {
  const { timescale_version: version, timescale_available: available, database } = server;
  const needed = requirement(
    'timescaledb',
    `${TIMESCALE.major}.${TIMESCALE.minor} or newer, either edition`,
  );
  if (version === null) {
    return needed.failed(
      `database "${database}" has no TimescaleDB extension`,
      available === null
        ? 'install TimescaleDB on the server, then run CREATE EXTENSION timescaledb in it as a superuser'
        : 'run CREATE EXTENSION timescaledb in it as a superuser',
    );
  }
  const { timescale_license: license } = server;
  if (license === null) {
    return needed.failed(
      `${version}, and its library is not loaded`,
      'add timescaledb to shared_preload_libraries and restart PostgreSQL',
    );
  }
  const found = `${version}, ${EDITIONS[license] ?? license}`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough =
    major > TIMESCALE.major || (major === TIMESCALE.major && minor >= TIMESCALE.minor);
  return isEnough
    ? needed.ok(found)
    : needed.failed(found, 'install a newer one and run ALTER EXTENSION timescaledb UPDATE');
}
