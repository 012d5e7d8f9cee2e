import 'reflect-metadata';
import { hostname } from 'node:os';
import { plainToInstance, Transform, type TransformFnParams } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  validateSync,
  type ValidationArguments,
} from 'class-validator';
import { CHANNEL_LIST_PATTERN } from './channels.js';

/** Lets a number or boolean be written as text; anything else is left for the validator to refuse. */
const toNumber = ({ value }: TransformFnParams): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
const toBoolean = ({ value }: TransformFnParams): unknown => {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return value;
};

const MEBIBYTE = 1024 * 1024;

/** Batches in flight; each is a transaction and up to 8 MB. */
export const MAX_CONCURRENCY = 64;

const MAX_HEARTBEAT_MS = 4_000;

const MAX_WINDOW_DAYS = 365;
const MAX_RETENTION_DAYS = 3_650;

/** A URL with one of the given schemes; the message never repeats the value, which may hold a password. */
const isUrl = (schemes: string): [RegExp, { message: string }] => [
  new RegExp(`^(${schemes})://[^\\s]+$`),
  { message: `must be a URL that starts with ${schemes.split('|').join(':// or ')}://` },
];

/** A URL as browsers read it. The message never repeats the value. */
const IsHttpUrl = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isHttpUrl',
      validator: {
        validate: (value) =>
          typeof value === 'string' && /^https?:\/\/\S+$/.test(value) && URL.canParse(value),
      },
    },
    { message: 'must be a URL that starts with http:// or https://' },
  );

/** Days by which a number must lie above another variable's; where that is wrong itself, it has its own line. */
const IsAtLeast = (
  other: 'HEALTH_EVENT_WINDOW_DAYS' | 'HEALTH_RETENTION_DAYS',
  { plus, largest }: { readonly plus: number; readonly largest: number },
): PropertyDecorator => {
  const leastOf = (context?: ValidationArguments): number =>
    (context?.object as Environment)[other] + plus;
  return ValidateBy({
    name: 'isAtLeast',
    validator: {
      validate: (value: unknown, context?: ValidationArguments) =>
        !(Number(value) < leastOf(context) && leastOf(context) <= largest + plus),
      defaultMessage: (context?: ValidationArguments) => {
        const sum = plus === 0 ? other : `${other} + ${String(plus)}`;
        return `must be at least ${sum}, which is ${String(leastOf(context))}`;
      },
    },
  });
};

/**
 * Every environment variable: type, bounds and default. A property is named as its variable; its
 * docstring is the sentence that `.env.example` repeats. Secrets (see {@link SECRETS}) can also be
 * given as `NAME_FILE`, the path of a file that holds the value.
 */
export class Environment {
  /** PostgreSQL with TimescaleDB: postgres://user:password@host:port/database, TLS by ?sslmode=. */
  @IsNotEmpty({ message: 'is required: postgres://user:password@host:port/database' })
  @Matches(...isUrl('postgres|postgresql'))
  DATABASE_URL!: string;

  /** Redis: redis://host:port, or rediss:// for TLS. */
  @IsNotEmpty({ message: 'is required: redis://host:port' })
  @Matches(...isUrl('redis|rediss'))
  REDIS_URL!: string;

  /** Schema that holds all tables of this application. */
  @Matches(/^[a-z_][a-z0-9_]{0,62}$/, {
    message: 'must be 1-63 lower-case letters, digits or _ and not start with a digit',
  })
  DATABASE_SCHEMA = 'public';

  /** All the connections to PostgreSQL that one instance ever opens. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 2 to 200' })
  @Min(2, { message: 'must be at least 2' })
  @Max(200, { message: 'must be at most 200' })
  DATABASE_POOL_SIZE = 15;

  /** TCP port of the REST API, probes and metrics; 0 takes a free one. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 0 to 65535' })
  @Min(0, { message: 'must be at least 0' })
  @Max(65535, { message: 'must be at most 65535' })
  PORT = 8100;

  /** Address to listen on. */
  @IsNotEmpty({ message: 'must not be empty' })
  HOST = '0.0.0.0';

  /** Bearer token for every route that changes something; without it they answer this host alone. */
  @IsOptional()
  @Matches(/^[!-~]{1,512}$/, {
    message: 'must be 1-512 printable ASCII characters without spaces',
  })
  HEALTH_API_TOKEN: string | null = null;

  /** Where `npm run verify` finds the running deployment. Default: http://127.0.0.1 with PORT. */
  @IsOptional()
  @IsHttpUrl()
  HEALTH_BASE_URL: string | null = null;

  /** Comma-separated Redis channels to subscribe to; * stands for any characters. */
  @Matches(CHANNEL_LIST_PATTERN, {
    message:
      'must be comma-separated channel names without white space, at most 100; only * is a wildcard',
  })
  HEALTH_CHANNELS = 'health:events';

  /** Redis key of the journal, a stream. */
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxLength(200, { message: 'must be at most 200 characters' })
  @Matches(/^[^\s{}]*(\{[^\s{}]+\}[^\s{}]*)?$/, {
    message: 'must have no white space, and braces only as one hash tag: {…}',
  })
  HEALTH_JOURNAL_KEY = 'health:journal';

  /** Consumer group of the journal that all instances share. */
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxLength(200, { message: 'must be at most 200 characters' })
  @Matches(/^\S+$/, { message: 'must have no white space' })
  HEALTH_CONSUMER_GROUP = 'health-monitor';

  /** Memory that the journal may take in Redis; at the bound events are shed and a gap tells of it. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from ${String(MEBIBYTE)} to ${String(1024 ** 4)}` })
  @Min(MEBIBYTE, { message: `must be at least ${String(MEBIBYTE)}` })
  @Max(1024 ** 4, { message: `must be at most ${String(1024 ** 4)}` })
  HEALTH_JOURNAL_MAX_BYTES = 512 * MEBIBYTE;

  /** Name of this instance in logs, metrics and the consumer group. Default: host name and process id. */
  @Matches(/^[\x21-\x7e]{1,100}$/, {
    message: 'must be 1-100 printable ASCII characters without spaces',
  })
  HEALTH_INSTANCE_ID = `${hostname()}-${String(process.pid)}`;

  /** false: neither ingest nor consumer runs; REST, probes and metrics still serve. */
  @Transform(toBoolean)
  @IsBoolean({ message: 'must be true or false' })
  HEALTH_CONSUMER_ENABLED = true;

  /** Batches in flight at most. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from 1 to ${String(MAX_CONCURRENCY)}` })
  @Min(1, { message: 'must be at least 1' })
  @Max(MAX_CONCURRENCY, { message: `must be at most ${String(MAX_CONCURRENCY)}` })
  HEALTH_CONSUMER_CONCURRENCY = 8;

  /** Events per batch (one transaction) at most. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 20000' })
  @Min(1, { message: 'must be at least 1' })
  @Max(20000, { message: 'must be at most 20000' })
  HEALTH_BATCH_MAX_EVENTS = 2000;

  /** How long a batch waits to fill, in milliseconds. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 0 to 1000' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1000, { message: 'must be at most 1000' })
  HEALTH_BATCH_MAX_WAIT_MS = 20;

  /** Size of one event at most, in bytes; a larger one is a dead letter (too_large). */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from 256 to ${String(8 * MEBIBYTE)}` })
  @Min(256, { message: 'must be at least 256' })
  @Max(8 * MEBIBYTE, { message: `must be at most ${String(8 * MEBIBYTE)}` })
  HEALTH_EVENT_MAX_BYTES = 262144;

  /** How many days before its reception an event may have occurred; an older one is a dead letter. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from 1 to ${String(MAX_WINDOW_DAYS)}` })
  @Min(1, { message: 'must be at least 1' })
  @Max(MAX_WINDOW_DAYS, { message: `must be at most ${String(MAX_WINDOW_DAYS)}` })
  HEALTH_EVENT_WINDOW_DAYS = 7;

  /** How many days the audit log is kept: longer than an event may be late, by a day at least. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from 2 to ${String(MAX_RETENTION_DAYS)}` })
  @Min(2, { message: 'must be at least 2' })
  @Max(MAX_RETENTION_DAYS, { message: `must be at most ${String(MAX_RETENTION_DAYS)}` })
  @IsAtLeast('HEALTH_EVENT_WINDOW_DAYS', { plus: 1, largest: MAX_WINDOW_DAYS })
  HEALTH_RETENTION_DAYS = 30;

  /** How many days transitions, status changes, silences and gaps are kept: not shorter than the audit log. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from 2 to ${String(MAX_RETENTION_DAYS)}` })
  @Min(2, { message: 'must be at least 2' })
  @Max(MAX_RETENTION_DAYS, { message: `must be at most ${String(MAX_RETENTION_DAYS)}` })
  @IsAtLeast('HEALTH_RETENTION_DAYS', { plus: 0, largest: MAX_RETENTION_DAYS })
  HEALTH_TRANSITION_RETENTION_DAYS = 400;

  /** Services known at once at most; an event of a further one is a dead letter. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 1000000' })
  @Min(1, { message: 'must be at least 1' })
  @Max(1000000, { message: 'must be at most 1000000' })
  HEALTH_MAX_SERVICES = 10000;

  /** Instances of one service known at once at most; an event of a further one is a dead letter. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 100000' })
  @Min(1, { message: 'must be at least 1' })
  @Max(100000, { message: 'must be at most 100000' })
  HEALTH_MAX_INSTANCES_PER_SERVICE = 1000;

  /** How many days after its reception a dead letter is kept. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 3650' })
  @Min(1, { message: 'must be at least 1' })
  @Max(3650, { message: 'must be at most 3650' })
  HEALTH_DEAD_LETTER_RETENTION_DAYS = 30;

  /** Bytes that all dead letters take in the database at most; the oldest go first. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from ${String(MEBIBYTE)} to ${String(MEBIBYTE ** 2)}` })
  @Min(MEBIBYTE, { message: `must be at least ${String(MEBIBYTE)}` })
  @Max(MEBIBYTE ** 2, { message: `must be at most ${String(MEBIBYTE ** 2)}` })
  HEALTH_DEAD_LETTERS_MAX_BYTES = 1024 * MEBIBYTE;

  /** Promise of the next event, in seconds, for publishers that send no ttl_seconds; 0 = none. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 0 to 604800' })
  @Min(0, { message: 'must be at least 0' })
  @Max(604800, { message: 'must be at most 604800' })
  HEALTH_DEFAULT_TTL_SECONDS = 60;

  /** Extra wait after the promised time, in seconds. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 0 to 86400' })
  @Min(0, { message: 'must be at least 0' })
  @Max(86400, { message: 'must be at most 86400' })
  HEALTH_GRACE_SECONDS = 15;

  /** How long a stale instance counts in its service's status while others are there, in seconds. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 604800' })
  @Min(1, { message: 'must be at least 1' })
  @Max(604800, { message: 'must be at most 604800' })
  HEALTH_INSTANCE_EXPIRY_SECONDS = 300;

  /** Share of services in percent; where more fall silent within one TTL, that is held back. 100 = never. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 100' })
  @Min(1, { message: 'must be at least 1' })
  @Max(100, { message: 'must be at most 100' })
  HEALTH_SELF_PRESERVATION_PERCENT = 30;

  /** How long it is held back at the most, in seconds. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 86400' })
  @Min(1, { message: 'must be at least 1' })
  @Max(86400, { message: 'must be at most 86400' })
  HEALTH_SELF_PRESERVATION_SECONDS = 300;

  /** How often each instance publishes a synthetic heartbeat, in milliseconds. */
  @Transform(toNumber)
  @IsInt({ message: `must be a whole number from 100 to ${String(MAX_HEARTBEAT_MS)}` })
  @Min(100, { message: 'must be at least 100' })
  @Max(MAX_HEARTBEAT_MS, { message: `must be at most ${String(MAX_HEARTBEAT_MS)}` })
  HEALTH_SELF_HEARTBEAT_MS = 1000;

  /** Without a synthetic heartbeat for so long, in milliseconds, nothing is observed: a gap. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1500 to 600000' })
  @Min(1500, { message: 'must be at least 1500' })
  @Max(600000, { message: 'must be at most 600000' })
  @ValidateBy({
    name: 'isLongerThanHeartbeat',
    validator: {
      validate: (value: unknown, context?: ValidationArguments) => {
        const { HEALTH_SELF_HEARTBEAT_MS: periodMs } = context?.object as Environment;
        // A period that is wrong itself has its own line.
        return !(Number(value) <= periodMs && periodMs <= MAX_HEARTBEAT_MS);
      },
      defaultMessage: () => 'must be larger than HEALTH_SELF_HEARTBEAT_MS',
    },
  })
  HEALTH_GAP_AFTER_MS = 5000;

  /** How long a trouble of the monitor itself has to last before its alert fires, in seconds. */
  @Transform(toNumber)
  @IsInt({ message: 'must be a whole number from 1 to 3600' })
  @Min(1, { message: 'must be at least 1' })
  @Max(3600, { message: 'must be at most 3600' })
  HEALTH_ALERT_HOLD_SECONDS = 30;

  /** URL that gets changes of services' status and of alerts by POST; it may hold a user and password. */
  @IsOptional()
  @IsHttpUrl()
  HEALTH_WEBHOOK_URL: string | null = null;

  /** Key that signs what the webhook sends: whsec_ and the base64 of 24 to 64 bytes. */
  @IsOptional()
  @Matches(
    /^whsec_(?=.{32,84}$|.{86}==$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    {
      message: 'must be whsec_ and the base64 of 24 to 64 bytes',
    },
  )
  HEALTH_WEBHOOK_SECRET: string | null = null;

  /** true: the webhook may go to loopback, private and other addresses that are not public. */
  @Transform(toBoolean)
  @IsBoolean({ message: 'must be true or false' })
  HEALTH_WEBHOOK_ALLOW_PRIVATE = false;

  /** Least severe log level that is written. */
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    message: 'must be one of fatal, error, warn, info, debug, trace, silent',
  })
  LOG_LEVEL = 'info';

  /** json or pretty. Default: pretty on a terminal, else json. */
  @IsOptional()
  @IsIn(['json', 'pretty'], { message: 'must be json or pretty' })
  LOG_FORMAT: 'json' | 'pretty' = process.stdout.isTTY ? 'pretty' : 'json';
}

/** Variables whose value may be given as the path of a file in `NAME_FILE`. */
export const SECRETS = [
  'DATABASE_URL',
  'REDIS_URL',
  'HEALTH_API_TOKEN',
  'HEALTH_WEBHOOK_URL',
  'HEALTH_WEBHOOK_SECRET',
] as const;

export const VARIABLES = Object.keys(plainToInstance(Environment, {})) as (keyof Environment)[];

/** One line per wrong variable: `NAME must be …`. Empty where all are right. */
export function problemsOf(environment: Environment): string[] {
  return validateSync(environment).map((error) => {
    // Decorators register from the bottom up: the last is the one written first, the plainest.
    const problem = Object.values(error.constraints ?? {}).at(-1) ?? 'is not valid';
    return `${error.property} ${problem}`;
  });
}
