import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, SECRETS, VARIABLES } from './environment.js';
import { ConfigurationError, loadEnvironment } from './load.js';

const REQUIRED = {
  DATABASE_URL: 'postgres://health:secret@127.0.0.1:5432/health',
  REDIS_URL: 'redis://127.0.0.1:6379',
};

/** 24 bytes, the fewest that sign. */
const WEBHOOK_SECRET = `whsec_${'k'.repeat(32)}`;

const load = (source: NodeJS.ProcessEnv): Environment => loadEnvironment(source);

/** The lines that a start with these variables would print; none where it would start. */
function problemsWith(source: NodeJS.ProcessEnv): readonly string[] {
  try {
    load(source);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

type Name = keyof Environment;
type Accepted = readonly [name: Name, text: string, value: unknown];

const ACCEPTED: readonly Accepted[] = [
  [
    'DATABASE_URL',
    'postgresql://db/health?sslmode=require',
    'postgresql://db/health?sslmode=require',
  ],
  ['REDIS_URL', 'rediss://:secret@redis.example:6380/2', 'rediss://:secret@redis.example:6380/2'],
  ['DATABASE_SCHEMA', 'health_2', 'health_2'],
  ['DATABASE_SCHEMA', '_'.repeat(63), '_'.repeat(63)],
  ['DATABASE_POOL_SIZE', '2', 2],
  ['DATABASE_POOL_SIZE', '200', 200],
  ['PORT', '0', 0],
  ['PORT', '65535', 65535],
  ['HOST', '::1', '::1'],
  ['HEALTH_API_TOKEN', 't', 't'],
  ['HEALTH_API_TOKEN', '~'.repeat(512), '~'.repeat(512)],
  ['HEALTH_BASE_URL', 'https://monitor.example/a', 'https://monitor.example/a'],
  ['HEALTH_CHANNELS', 'health:events , health:*', 'health:events , health:*'],
  ['HEALTH_CHANNELS', Array(100).fill('c').join(','), Array(100).fill('c').join(',')],
  ['HEALTH_JOURNAL_KEY', 'j'.repeat(200), 'j'.repeat(200)],
  ['HEALTH_CONSUMER_GROUP', 'g', 'g'],
  ['HEALTH_INSTANCE_ID', 'host-1:a/b', 'host-1:a/b'],
  ['HEALTH_CONSUMER_ENABLED', 'FALSE', false],
  ['HEALTH_CONSUMER_ENABLED', '0', false],
  ['HEALTH_CONSUMER_ENABLED', '1', true],
  ['HEALTH_CONSUMER_CONCURRENCY', '1', 1],
  ['HEALTH_CONSUMER_CONCURRENCY', '64', 64],
  ['HEALTH_BATCH_MAX_EVENTS', '1', 1],
  ['HEALTH_BATCH_MAX_EVENTS', '20000', 20000],
  ['HEALTH_BATCH_MAX_WAIT_MS', '0', 0],
  ['HEALTH_BATCH_MAX_WAIT_MS', '1000', 1000],
  ['HEALTH_JOURNAL_MAX_BYTES', '1048576', 1048576],
  ['HEALTH_JOURNAL_MAX_BYTES', '1099511627776', 1099511627776],
  ['HEALTH_EVENT_MAX_BYTES', '256', 256],
  ['HEALTH_EVENT_MAX_BYTES', '8388608', 8388608],
  ['HEALTH_EVENT_WINDOW_DAYS', '1', 1],
  ['HEALTH_EVENT_WINDOW_DAYS', '29', 29],
  ['HEALTH_RETENTION_DAYS', '8', 8],
  ['HEALTH_RETENTION_DAYS', '400', 400],
  ['HEALTH_TRANSITION_RETENTION_DAYS', '30', 30],
  ['HEALTH_TRANSITION_RETENTION_DAYS', '3650', 3650],
  ['HEALTH_MAX_SERVICES', '1', 1],
  ['HEALTH_MAX_SERVICES', '1000000', 1000000],
  ['HEALTH_MAX_INSTANCES_PER_SERVICE', '1', 1],
  ['HEALTH_MAX_INSTANCES_PER_SERVICE', '100000', 100000],
  ['HEALTH_DEAD_LETTER_RETENTION_DAYS', '1', 1],
  ['HEALTH_DEAD_LETTER_RETENTION_DAYS', '3650', 3650],
  ['HEALTH_DEAD_LETTERS_MAX_BYTES', '1048576', 1048576],
  ['HEALTH_DEAD_LETTERS_MAX_BYTES', '1099511627776', 1099511627776],
  ['HEALTH_DEFAULT_TTL_SECONDS', '0', 0],
  ['HEALTH_DEFAULT_TTL_SECONDS', '604800', 604800],
  ['HEALTH_GRACE_SECONDS', '0', 0],
  ['HEALTH_GRACE_SECONDS', '86400', 86400],
  ['HEALTH_INSTANCE_EXPIRY_SECONDS', '1', 1],
  ['HEALTH_INSTANCE_EXPIRY_SECONDS', '604800', 604800],
  ['HEALTH_SELF_PRESERVATION_PERCENT', '1', 1],
  ['HEALTH_SELF_PRESERVATION_PERCENT', '100', 100],
  ['HEALTH_SELF_PRESERVATION_SECONDS', '1', 1],
  ['HEALTH_SELF_PRESERVATION_SECONDS', '86400', 86400],
  ['HEALTH_SELF_HEARTBEAT_MS', '100', 100],
  ['HEALTH_SELF_HEARTBEAT_MS', '4000', 4000],
  ['HEALTH_GAP_AFTER_MS', '1500', 1500],
  ['HEALTH_GAP_AFTER_MS', '600000', 600000],
  ['HEALTH_ALERT_HOLD_SECONDS', '1', 1],
  ['HEALTH_ALERT_HOLD_SECONDS', '3600', 3600],
  ['HEALTH_WEBHOOK_URL', 'http://10.0.0.1:8080/a?b=c', 'http://10.0.0.1:8080/a?b=c'],
  ['HEALTH_WEBHOOK_URL', 'https://u:p@hooks.example/x', 'https://u:p@hooks.example/x'],
  ['HEALTH_WEBHOOK_SECRET', WEBHOOK_SECRET, WEBHOOK_SECRET],
  ['HEALTH_WEBHOOK_SECRET', `whsec_${'+/'.repeat(43)}==`, `whsec_${'+/'.repeat(43)}==`],
  ['HEALTH_WEBHOOK_ALLOW_PRIVATE', 'true', true],
  ['LOG_LEVEL', 'trace', 'trace'],
  ['LOG_LEVEL', 'silent', 'silent'],
  ['LOG_FORMAT', 'json', 'json'],
  ['LOG_FORMAT', 'pretty', 'pretty'],
];

const REFUSED: readonly (readonly [name: Name, text: string])[] = [
  ['DATABASE_URL', 'mysql://db/health'],
  ['DATABASE_URL', 'postgres://'],
  ['DATABASE_URL', 'postgres://db/a b'],
  ['REDIS_URL', '127.0.0.1:6379'],
  ['REDIS_URL', 'http://127.0.0.1:6379'],
  ['DATABASE_SCHEMA', 'Health'],
  ['DATABASE_SCHEMA', '1st'],
  ['DATABASE_SCHEMA', 'a"; DROP SCHEMA public; --'],
  ['DATABASE_SCHEMA', 'a'.repeat(64)],
  ['DATABASE_POOL_SIZE', 'abc'],
  ['DATABASE_POOL_SIZE', '1'],
  ['DATABASE_POOL_SIZE', '201'],
  ['DATABASE_POOL_SIZE', '2.5'],
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '80a'],
  ['HEALTH_API_TOKEN', 'two words'],
  ['HEALTH_API_TOKEN', 'schlüssel'],
  ['HEALTH_API_TOKEN', 't'.repeat(513)],
  ['HEALTH_BASE_URL', '127.0.0.1:8100'],
  ['HEALTH_CHANNELS', ','],
  ['HEALTH_CHANNELS', 'a,,b'],
  ['HEALTH_CHANNELS', 'two words'],
  ['HEALTH_CHANNELS', 'c'.repeat(201)],
  ['HEALTH_CHANNELS', Array(101).fill('c').join(',')],
  ['HEALTH_JOURNAL_KEY', 'j'.repeat(201)],
  ['HEALTH_CONSUMER_GROUP', 'g'.repeat(201)],
  ['HEALTH_INSTANCE_ID', 'two words'],
  ['HEALTH_INSTANCE_ID', 'é'],
  ['HEALTH_INSTANCE_ID', 'i'.repeat(101)],
  ['HEALTH_CONSUMER_ENABLED', 'yes'],
  ['HEALTH_CONSUMER_CONCURRENCY', '0'],
  ['HEALTH_CONSUMER_CONCURRENCY', '65'],
  ['HEALTH_BATCH_MAX_EVENTS', '0'],
  ['HEALTH_BATCH_MAX_EVENTS', '20001'],
  ['HEALTH_BATCH_MAX_EVENTS', 'Infinity'],
  ['HEALTH_BATCH_MAX_WAIT_MS', '-1'],
  ['HEALTH_BATCH_MAX_WAIT_MS', '1001'],
  ['HEALTH_JOURNAL_MAX_BYTES', '1048575'],
  ['HEALTH_JOURNAL_MAX_BYTES', '1099511627777'],
  ['HEALTH_EVENT_MAX_BYTES', '255'],
  ['HEALTH_EVENT_MAX_BYTES', '8388609'],
  ['HEALTH_EVENT_WINDOW_DAYS', '0'],
  ['HEALTH_EVENT_WINDOW_DAYS', '366'],
  ['HEALTH_RETENTION_DAYS', '7'],
  ['HEALTH_RETENTION_DAYS', '3651'],
  ['HEALTH_TRANSITION_RETENTION_DAYS', '29'],
  ['HEALTH_TRANSITION_RETENTION_DAYS', '3651'],
  ['HEALTH_MAX_SERVICES', '0'],
  ['HEALTH_MAX_SERVICES', '1000001'],
  ['HEALTH_MAX_INSTANCES_PER_SERVICE', '0'],
  ['HEALTH_MAX_INSTANCES_PER_SERVICE', '100001'],
  ['HEALTH_DEAD_LETTER_RETENTION_DAYS', '0'],
  ['HEALTH_DEAD_LETTER_RETENTION_DAYS', '3651'],
  ['HEALTH_DEAD_LETTERS_MAX_BYTES', '1048575'],
  ['HEALTH_DEAD_LETTERS_MAX_BYTES', '1099511627777'],
  ['HEALTH_DEFAULT_TTL_SECONDS', '-1'],
  ['HEALTH_DEFAULT_TTL_SECONDS', '604801'],
  ['HEALTH_GRACE_SECONDS', '-1'],
  ['HEALTH_GRACE_SECONDS', '86401'],
  ['HEALTH_INSTANCE_EXPIRY_SECONDS', '0'],
  ['HEALTH_INSTANCE_EXPIRY_SECONDS', '604801'],
  ['HEALTH_SELF_PRESERVATION_PERCENT', '0'],
  ['HEALTH_SELF_PRESERVATION_PERCENT', '101'],
  ['HEALTH_SELF_PRESERVATION_SECONDS', '0'],
  ['HEALTH_SELF_PRESERVATION_SECONDS', '86401'],
  ['HEALTH_SELF_HEARTBEAT_MS', '99'],
  ['HEALTH_SELF_HEARTBEAT_MS', '4001'],
  ['HEALTH_GAP_AFTER_MS', '1499'],
  ['HEALTH_GAP_AFTER_MS', '600001'],
  ['HEALTH_ALERT_HOLD_SECONDS', '0'],
  ['HEALTH_ALERT_HOLD_SECONDS', '3601'],
  ['HEALTH_WEBHOOK_URL', 'hooks.example/x'],
  ['HEALTH_WEBHOOK_URL', 'ftp://hooks.example'],
  ['HEALTH_WEBHOOK_URL', 'http://[::1'],
  ['HEALTH_WEBHOOK_URL', 'https://hooks.example/a b'],
  ['HEALTH_WEBHOOK_SECRET', 'k'.repeat(32)],
  ['HEALTH_WEBHOOK_SECRET', `whsec_${'k'.repeat(28)}`],
  ['HEALTH_WEBHOOK_SECRET', `whsec_${'k'.repeat(33)}`],
  ['HEALTH_WEBHOOK_SECRET', `whsec_${'k'.repeat(88)}`],
  ['HEALTH_WEBHOOK_SECRET', `whsec_${'-_'.repeat(16)}`],
  ['HEALTH_WEBHOOK_ALLOW_PRIVATE', 'maybe'],
  ['LOG_LEVEL', 'loud'],
  ['LOG_FORMAT', 'xml'],
];

/** Any other text is an address as far as this application can tell. */
const NEVER_REFUSED: readonly Name[] = ['HOST'];

describe('a variable', () => {
  it.each(ACCEPTED)('%s takes %s', (name, text, value) => {
    expect(load({ ...REQUIRED, [name]: text })[name]).toBe(value);
  });

  it.each(REFUSED)('%s refuses %s in one line that begins with its name', (name, text) => {
    const problems = problemsWith({ ...REQUIRED, [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} must .+`));
    expect(problems[0]).not.toContain('\n');
  });

  it('is in the tables above, right and wrong', () => {
    expect(new Set(ACCEPTED.map(([name]) => name))).toEqual(new Set(VARIABLES));
    expect(new Set([...REFUSED.map(([name]) => name), ...NEVER_REFUSED])).toEqual(
      new Set(VARIABLES),
    );
  });

  it.each(VARIABLES.filter((name) => !(name in REQUIRED)))(
    '%s counts as not given where it is empty or blank',
    (name) => {
      const byDefault = load(REQUIRED)[name];
      expect(load({ ...REQUIRED, [name]: '' })[name]).toBe(byDefault);
      expect(load({ ...REQUIRED, [name]: '  ' })[name]).toBe(byDefault);
    },
  );

  it('has no blanks around its value', () => {
    const environment = load({ ...REQUIRED, HOST: ' ::1\n', PORT: ' 80 ' });
    expect(environment).toMatchObject({ HOST: '::1', PORT: 80 });
  });

  it('of another application changes nothing', () => {
    expect(load({ ...REQUIRED, HEALTH_TYPO: '1', PATH: '/bin' })).toEqual(load(REQUIRED));
  });
});

describe('the defaults', () => {
  it('are those of the contract', () => {
    expect(load(REQUIRED)).toEqual({
      ...REQUIRED,
      DATABASE_SCHEMA: 'public',
      DATABASE_POOL_SIZE: 15,
      HEALTH_API_TOKEN: null,
      HEALTH_BASE_URL: null,
      PORT: 8100,
      HOST: '0.0.0.0',
      HEALTH_CHANNELS: 'health:events',
      HEALTH_JOURNAL_KEY: 'health:journal',
      HEALTH_CONSUMER_GROUP: 'health-monitor',
      HEALTH_INSTANCE_ID: `${hostname()}-${String(process.pid)}`,
      HEALTH_CONSUMER_ENABLED: true,
      HEALTH_CONSUMER_CONCURRENCY: 8,
      HEALTH_BATCH_MAX_EVENTS: 2000,
      HEALTH_BATCH_MAX_WAIT_MS: 20,
      HEALTH_JOURNAL_MAX_BYTES: 536870912,
      HEALTH_EVENT_MAX_BYTES: 262144,
      HEALTH_EVENT_WINDOW_DAYS: 7,
      HEALTH_RETENTION_DAYS: 30,
      HEALTH_TRANSITION_RETENTION_DAYS: 400,
      HEALTH_MAX_SERVICES: 10000,
      HEALTH_MAX_INSTANCES_PER_SERVICE: 1000,
      HEALTH_DEAD_LETTER_RETENTION_DAYS: 30,
      HEALTH_DEAD_LETTERS_MAX_BYTES: 1073741824,
      HEALTH_DEFAULT_TTL_SECONDS: 60,
      HEALTH_GRACE_SECONDS: 15,
      HEALTH_INSTANCE_EXPIRY_SECONDS: 300,
      HEALTH_SELF_PRESERVATION_PERCENT: 30,
      HEALTH_SELF_PRESERVATION_SECONDS: 300,
      HEALTH_SELF_HEARTBEAT_MS: 1000,
      HEALTH_GAP_AFTER_MS: 5000,
      HEALTH_ALERT_HOLD_SECONDS: 30,
      HEALTH_WEBHOOK_URL: null,
      HEALTH_WEBHOOK_SECRET: null,
      HEALTH_WEBHOOK_ALLOW_PRIVATE: false,
      LOG_LEVEL: 'info',
      LOG_FORMAT: process.stdout.isTTY ? 'pretty' : 'json',
    });
  });
});

describe('a start that cannot be', () => {
  it('names each required variable that is missing', () => {
    expect(problemsWith({})).toEqual([
      'DATABASE_URL is required: postgres://user:password@host:port/database',
      'REDIS_URL is required: redis://host:port',
    ]);
  });

  it('names all wrong variables at once, one line each', () => {
    const problems = problemsWith({
      DATABASE_URL: REQUIRED.DATABASE_URL,
      DATABASE_POOL_SIZE: 'abc',
      PORT: '-1',
      LOG_LEVEL: 'loud',
    });
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'REDIS_URL',
      'DATABASE_POOL_SIZE',
      'PORT',
      'LOG_LEVEL',
    ]);
  });

  it('says that a gap must be longer than a heartbeat', () => {
    const both = { ...REQUIRED, HEALTH_SELF_HEARTBEAT_MS: '3000', HEALTH_GAP_AFTER_MS: '3000' };
    expect(problemsWith(both)).toEqual([
      'HEALTH_GAP_AFTER_MS must be larger than HEALTH_SELF_HEARTBEAT_MS',
    ]);
    expect(problemsWith({ ...both, HEALTH_GAP_AFTER_MS: '3001' })).toEqual([]);
  });

  it.each(SECRETS)('does not repeat the value of %s', (name) => {
    const [problem] = problemsWith({ ...REQUIRED, [name]: 'ftp://user:hunter2@a host' });
    expect(problem).not.toContain('hunter2');
  });
});

/** How each is refused: given as it should not be, and as nothing. */
const SECRET_REFUSALS = {
  DATABASE_URL: { wrong: 'ftp://host', wrongly: /must be a URL/, missing: /is required/ },
  REDIS_URL: { wrong: 'ftp://host', wrongly: /must be a URL/, missing: /is required/ },
  // An empty file must not open what it was to protect.
  HEALTH_API_TOKEN: { wrong: 'a token', wrongly: /without spaces/, missing: /without spaces/ },
  HEALTH_WEBHOOK_URL: { wrong: 'ftp://host', wrongly: /must be a URL/, missing: /must be a URL/ },
  HEALTH_WEBHOOK_SECRET: { wrong: 'short', wrongly: /base64/, missing: /base64/ },
};
const GIVEN = {
  ...REQUIRED,
  HEALTH_API_TOKEN: 'a-token',
  HEALTH_WEBHOOK_URL: 'https://hooks.example/token',
  HEALTH_WEBHOOK_SECRET: WEBHOOK_SECRET,
};

describe.each(SECRETS)('the secret %s', (name) => {
  const fileName = `${name}_FILE`;
  const others = Object.fromEntries(Object.entries(GIVEN).filter(([other]) => other !== name));
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'health-monitor-config-'));
    path = join(folder, 'secret');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is read from the file named, without the line break at its end', () => {
    writeFileSync(path, `${GIVEN[name]}\n`);
    expect(load({ ...others, [fileName]: path })[name]).toBe(GIVEN[name]);
  });

  it('is refused where the file cannot be read, in one line', () => {
    expect(problemsWith({ ...others, [fileName]: path })).toEqual([
      `${fileName} names a file that cannot be read (ENOENT)`,
    ]);
  });

  it('is refused where value and file are given', () => {
    writeFileSync(path, GIVEN[name]);
    expect(problemsWith({ ...GIVEN, [fileName]: path })).toEqual([
      `${fileName} must not be given together with ${name}`,
    ]);
  });

  it('is checked as if it had been given directly', () => {
    writeFileSync(path, SECRET_REFUSALS[name].wrong);
    expect(problemsWith({ ...others, [fileName]: path })).toEqual([
      expect.stringMatching(new RegExp(`^${name} .*${SECRET_REFUSALS[name].wrongly.source}`)),
    ]);
  });

  it('is missing where the file is empty', () => {
    writeFileSync(path, '\n');
    expect(problemsWith({ ...others, [fileName]: path })).toEqual([
      expect.stringMatching(new RegExp(`^${name} .*${SECRET_REFUSALS[name].missing.source}`)),
    ]);
  });

  it('takes no notice of an empty file name', () => {
    expect(problemsWith({ ...GIVEN, [fileName]: ' ' })).toEqual([]);
  });
});
