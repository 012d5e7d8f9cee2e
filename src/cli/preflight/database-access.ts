import { textOf } from '../../runtime/error-text.js';
import { sqlStateOf } from '../../storage/sql-errors.js';
import { type Check, type Requirement, requirement } from './check.js';
import { connectionTrouble } from './network.js';

const reachable = requirement('postgresql access', 'an address, user and database that let us in');

/** Why there is no session, by the server's own word. Source: PostgreSQL, appendix A. */
const REFUSALS: Readonly<Record<string, (url: URL) => readonly [string, string]>> = {
  '28P01': ({ username }) => [
    `user "${username}" refused for its password`,
    'correct user and password in DATABASE_URL',
  ],
  '28000': ({ username }) => [
    `user "${username}" refused`,
    'correct DATABASE_URL, or let the user in: CREATE ROLE … LOGIN, pg_hba.conf',
  ],
  '3D000': ({ pathname }) => [
    `no database "${pathname.slice(1)}"`,
    'correct DATABASE_URL, or create the database',
  ],
  '42501': ({ pathname }) => [
    `no right to connect to database "${pathname.slice(1)}"`,
    'grant it: GRANT CONNECT ON DATABASE',
  ],
  '53300': () => [
    'no connection left',
    'raise max_connections or the CONNECTION LIMIT, or end others',
  ],
  '57P03': () => ['a server that is starting or stopping', 'wait until it has started'],
};

export const databaseReached = (databaseUrl: string): Check =>
  reachable.ok(`a session at ${hostOf(databaseUrl)}`);

export function databaseUnreachable(databaseUrl: string, error: unknown): Check {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  const refusal = url === null ? undefined : REFUSALS[sqlStateOf(error) ?? ''];
  if (url !== null && refusal !== undefined) return failedBy(reachable, refusal(url));
  const trouble = connectionTrouble(error, hostOf(databaseUrl), 'PostgreSQL', 'DATABASE_URL');
  return failedBy(reachable, trouble ?? [textOf(error), 'correct DATABASE_URL']);
}

const failedBy = (one: Requirement, [found, whatToDo]: readonly [string, string]): Check =>
  one.failed(found, whatToDo);

const hostOf = (url: string): string => {
  if (!URL.canParse(url)) return 'the address given';
  const { host, port } = new URL(url);
  return port === '' ? `${host}:5432` : host;
};
