/**
 * Local TimescaleDB and Redis for development and tests, one set of data per named instance: in Docker
 * where its engine and its compose plugin answer, else from unpacked Debian packages. An instance that
 * packages have made stays theirs until it is destroyed; HEALTH_SERVICES=docker|debian decides for all.
 */

/** The host cannot do it; the message is one sentence for people that says what to do. */
export class Refusal extends Error {}

export interface InstanceOptions {
  /** Lower case letters, digits, dashes; default `dev`. */
  readonly name?: string;
}

export interface ServiceUrls {
  /** Role `health`: owns its database, no superuser. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Superuser `postgres`, connected to the database `postgres`. */
  readonly adminDatabaseUrl: string;
}

/** `fast` ends sessions and writes a checkpoint; `immediate` leaves it to crash recovery; `kill` is SIGKILL. */
export type PostgresStopMode = 'fast' | 'immediate' | 'kill';

export type RedisStopSignal = 'SIGTERM' | 'SIGKILL';

/** A running instance. Stopping and starting keep its ports and data, and do nothing twice. */
export interface Instance extends ServiceUrls {
  /** Where its data and logs are; with Docker only its passwords and clients, data is in volumes. */
  readonly folder: string;
  /**
   * Absolute paths of runnable clients. With Docker they run in the instance's containers: they reach
   * this instance alone, by its URL or port or without any, and read no files of this machine.
   */
  readonly redisCli: string;
  readonly psql: string;
  /** Which of the two this `up` had to start. */
  readonly started: { readonly postgres: boolean; readonly redis: boolean };
  /** Resolves when it has ended; default mode `fast`. */
  stopPostgres(options?: { readonly mode?: PostgresStopMode }): Promise<void>;
  /** Resolves when it takes connections. Rejects with a Refusal if its port has been taken. */
  startPostgres(): Promise<void>;
  /** Resolves when it has ended; default signal `SIGTERM`. */
  stopRedis(options?: { readonly signal?: RedisStopSignal }): Promise<void>;
  /** Resolves when it has loaded its data and answers. */
  startRedis(): Promise<void>;
}

export interface ServiceStatus {
  /** null while it is stopped; with Docker on a virtual machine, the process id there. */
  readonly pid: number | null;
  /** null before its first start. */
  readonly port: number | null;
}

export interface InstanceStatus {
  readonly name: string;
  readonly folder: string;
  /** By program (`PostgreSQL`, `TimescaleDB`, `Redis`); null where none is there. */
  readonly versions: Readonly<Record<string, string>> | null;
  readonly postgres: ServiceStatus;
  readonly redis: ServiceStatus;
}

/** Starts what is not running; downloads the programs the first time. Rejects with a Refusal. */
export function up(options?: InstanceOptions): Promise<Instance>;

/** Stops both, keeps the data. Resolves to whether anything was running. */
export function down(options?: InstanceOptions): Promise<boolean>;

export function status(options?: InstanceOptions): Promise<InstanceStatus>;

/** Stops both and deletes the instance's data. */
export function destroy(options?: InstanceOptions): Promise<void>;

/** Stops all instances of all providers and deletes them and the programs; images of Docker stay. */
export function destroyAll(): Promise<void>;

/** The services the environment names, null unless both DATABASE_URL and REDIS_URL are set. */
export function givenServices(env: NodeJS.ProcessEnv): ServiceUrls | null;
