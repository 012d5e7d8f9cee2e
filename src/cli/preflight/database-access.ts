import { textOf } from '../../runtime/error-text.js';
import { sqlStateOf } from '../../storage/sql-errors.js';
import { type Check, requirement } from './check.js';
import { connectionTrouble, type Finding } from './network.js';

const reachable = requirement('postgresql access', 'an address, user and database that let us in');

/** Why there is no session, by the server's own word. Source: PostgreSQL, appendix A. */
const REFUSALS: Readonly<Record<string, (user: string, database: string) => Finding>> = {
  '28P01': (user) => [
    `user "${user}" refused for its password`,
    'correct user and password in DATABASE_URL',
  ],
  '28000': (user) => [
    `user "${user}" refused`,
    'correct DATABASE_URL, or let the user in: CREATE ROLE … LOGIN, pg_hba.conf',
  ],
  '3D000': (_, database) => [
    `no database "${database}"`,
    'correct DATABASE_URL, or create the database',
  ],
  '42501': (_, database) => [
    `no right to connect to database "${database}"`,
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
  const finding =
    refusalOf(databaseUrl, error) ??
    connectionTrouble(error, hostOf(databaseUrl), 'PostgreSQL', 'DATABASE_URL');
  return reachable.failed(...(finding ?? ([textOf(error), 'correct DATABASE_URL'] as const)));
}

function refusalOf(url: string, error: unknown): Finding | null {
  if (!URL.canParse(url)) return null;
  const { username, pathname } = new URL(url);
  const names = [username, pathname.slice(1)].map(decodeURIComponent) as [string, string];
  return REFUSALS[sqlStateOf(error) ?? '']?.(...names) ?? null;
}

const hostOf = (url: string): string => {
  if (!URL.canParse(url)) return 'the address given';
  const { host, port } = new URL(url);
  return port === '' ? `${host}:5432` : host;
};
