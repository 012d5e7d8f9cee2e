/**
 * What to do about an error of PostgreSQL or of the connection to it.
 *
 * - `transient`: the same work succeeds later; retry for ever.
 * - `data`: one of the rows is refused for what it holds; find it, store the others.
 * - `deployment`: the database is not as this application needs it; wait until somebody mends it.
 * - `unknown`: not listed; treated as `data` while a harmless row is accepted, else as `deployment`.
 */
export type ErrorClass = 'transient' | 'data' | 'deployment' | 'unknown';

/** SQLSTATE prefixes and codes, most specific first. Source: PostgreSQL, appendix A. */
const BY_SQLSTATE: readonly (readonly [prefix: string, errorClass: ErrorClass])[] = [
  ['57P01', 'transient'], // admin_shutdown
  ['57P02', 'transient'], // crash_shutdown
  ['57P03', 'transient'], // cannot_connect_now
  ['57014', 'transient'], // query_canceled (statement_timeout)
  ['55P03', 'transient'], // lock_not_available
  ['40001', 'transient'], // serialization_failure
  ['40P01', 'transient'], // deadlock_detected
  ['25006', 'transient'], // read_only_sql_transaction
  ['25P', 'transient'], // the transaction was ended by a limit of the server
  ['57P05', 'transient'], // idle_session_timeout
  ['58', 'transient'], // system error, io_error among them
  ['08', 'transient'], // connection exception
  ['53', 'transient'], // insufficient resources
  ['23502', 'data'], // not_null_violation
  ['23514', 'data'], // check_violation
  ['21000', 'data'], // cardinality_violation
  ['22', 'data'], // data exception
  ['54', 'data'], // program limit exceeded
  ['57P04', 'deployment'], // database_dropped
  ['0A000', 'deployment'], // feature_not_supported
  ['3D000', 'deployment'], // invalid_catalog_name
  ['42', 'deployment'], // syntax error or access rule violation
  ['28', 'deployment'], // invalid authorization
];

/** Each has a digit, unlike the codes of the operating system (EPERM). */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

const SOCKET_ERRORS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EPERM',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EMFILE',
  'ENFILE',
]);

/** The driver reports some broken connections only by their message. Source: pg 8, lib/client.js, pg-pool. */
const CONNECTION_MESSAGES: readonly string[] = [
  'Connection terminated',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  'The server does not support SSL connections',
  'Client was closed and is not queryable',
];

const codeOf = (error: unknown): string | null => {
  if (typeof error !== 'object' || error === null) return null;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : null;
};

/** The SQLSTATE of a database error, null where it is none. */
export function sqlStateOf(error: unknown): string | null {
  const code = codeOf(error);
  return code !== null && SQLSTATE.test(code) && !SOCKET_ERRORS.has(code) ? code : null;
}

/** Sorts an error once; everything that retries, bisects or gives up asks here. */
export function classify(error: unknown): ErrorClass {
  const code = codeOf(error);
  if (code !== null && SOCKET_ERRORS.has(code)) return 'transient';
  const sqlState = sqlStateOf(error);
  if (sqlState !== null) {
    return BY_SQLSTATE.find(([prefix]) => sqlState.startsWith(prefix))?.[1] ?? 'unknown';
  }
  if (error instanceof AggregateError && error.errors.length > 0) return classify(error.errors[0]);
  if (error instanceof Error && CONNECTION_MESSAGES.some((text) => error.message.includes(text))) {
    return 'transient';
  }
  return 'unknown';
}

/** The statement took longer than it may, by the server's count or by this side's. */
export const isTimeout = (error: unknown): boolean =>
  sqlStateOf(error) === '57014' ||
  (error instanceof Error && error.message.includes('Query read timeout'));

/** Somebody else held a lock for longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => sqlStateOf(error) === '55P03';

/** One of the rows can be to blame: certainly if it is `data`, else while the database takes others. */
export const canBeRowsFault = (error: unknown): boolean =>
  sqlStateOf(error) !== null && ['data', 'unknown'].includes(classify(error));
