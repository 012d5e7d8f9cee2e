import pg from 'pg';
import { createGuideTables } from '../../src/cli/bench/guide-tables.js';
import {
  keyPatterns,
  neededCommands,
  OPTIONAL_COMMANDS,
  ruleOf,
} from '../../src/cli/preflight/redis-commands.js';
import { loadEnvironment } from '../../src/config/load.js';
import { runCommand } from '../support/command.js';
import { describeWithAdmin, OwnDatabase } from '../support/own-database.js';
import { Preflight, urlWith, type Variables } from '../support/preflight.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const CLOSED_PORT = '1';
const WRONG = 'not-the-password';
const PASSWORD = 'of-a-test';

/** One thing wrong with a deployment. */
interface Breakage {
  /** Makes it wrong. What it returns are variables that differ, and options. */
  readonly breaks: () => Promise<readonly [Variables, ...string[]]>;
  /**
   * Puts it right, where the right variables alone do not. What it returns are variables with which
   * all is right; null: those that the next tests have, which find it if it is not.
   */
  readonly mends?: () => Promise<Variables | null>;
  /** Every check that fails, and how its line begins or what it holds. */
  readonly failed: readonly (readonly [check: string, line: RegExp])[];
}

const stage = useStage();

describeWithAdmin('preflight', () => {
  let preflight: Preflight;
  /** Without the extension. */
  let plain: OwnDatabase;
  let reader: string;

  beforeAll(async () => {
    preflight = await Preflight.open(stage.scope.id);
    plain = await OwnDatabase.create(`${stage.scope.id}_plain`, { hasTimescale: false });
    reader = `test_${stage.scope.id}_reader`;
    await plain.asAdmin(`CREATE ROLE ${reader} LOGIN PASSWORD '${PASSWORD}'`);
  });

  afterAll(async () => {
    await preflight.close(); // with what the role was granted
    await plain.asAdmin(`DROP ROLE ${reader}`);
    await plain.drop();
  });

  const onDatabase = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: preflight.database.url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const config = async (...words: readonly string[]): Promise<null> => {
    await preflight.redis.command('CONFIG', 'SET', ...words);
    return null;
  };
  const admin = async (statement: string): Promise<null> => {
    await plain.asAdmin(statement);
    return null;
  };

  const BREAKAGES: Readonly<Record<string, Breakage>> = {
    'a database without TimescaleDB': {
      breaks: () => Promise.resolve([{ DATABASE_URL: plain.url }]),
      mends: async () => {
        await plain.installTimescale();
        return { DATABASE_URL: plain.url };
      },
      failed: [['timescaledb', /^database ".+_plain" has no .*run CREATE EXTENSION timescaledb/]],
    },
    'a user who may only read': {
      breaks: async () => {
        await onDatabase(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}`);
        return [{ DATABASE_URL: asReader() }];
      },
      mends: async () => {
        const { username } = new URL(preflight.database.url);
        await admin(`GRANT "${username}" TO ${reader}`);
        return { DATABASE_URL: asReader() };
      },
      failed: [
        [
          'postgresql rights',
          /may not INSERT, UPDATE, DELETE in health_accounting, .*GRANT .*DELETE/,
        ],
      ],
    },
    'a database that is read-only': {
      breaks: async () => {
        await admin(
          `ALTER DATABASE ${preflight.database.name} SET default_transaction_read_only = on`,
        );
        return [{}];
      },
      mends: () =>
        admin(`ALTER DATABASE ${preflight.database.name} RESET default_transaction_read_only`),
      failed: [['postgresql writable', /^default_transaction_read_only is on/]],
    },
    'too few connections': {
      breaks: async () => {
        await admin(`ALTER DATABASE ${preflight.database.name} CONNECTION LIMIT 10`);
        return [{}];
      },
      mends: () => admin(`ALTER DATABASE ${preflight.database.name} CONNECTION LIMIT -1`),
      failed: [
        ['postgresql connections', /^\d free: limit of the database 10, .*needed: 15 for 1 /],
      ],
    },
    'pools larger than the free connections': {
      breaks: () => Promise.resolve([{ DATABASE_POOL_SIZE: '200' }, '--instances', '100']),
      failed: [
        ['postgresql connections', /needed: 20000 for 100 instances of DATABASE_POOL_SIZE=200/],
      ],
    },
    'tables of another application': {
      breaks: async () => {
        const client = new pg.Client({ connectionString: preflight.database.url });
        await client.connect();
        await client.query('CREATE SCHEMA guide');
        await createGuideTables(client, 'guide');
        await client.end();
        return [{ DATABASE_SCHEMA: 'guide' }];
      },
      mends: () => Promise.resolve({ DATABASE_SCHEMA: 'ours' }),
      failed: [
        ['database schema', /"guide" holds health_messages, service_status of .*DATABASE_SCHEMA/],
      ],
    },
    'a database that is not there': {
      breaks: () =>
        Promise.resolve([{ DATABASE_URL: urlWith(preflight.database.url, { pathname: '/none' }) }]),
      failed: [['postgresql access', /^no database "none"/]],
    },
    eviction: {
      breaks: async () => {
        await config('maxmemory-policy', 'allkeys-lru');
        return [{}];
      },
      mends: () => config('maxmemory-policy', 'noeviction'),
      failed: [['redis eviction', /allkeys-lru.*CONFIG SET maxmemory-policy noeviction/]],
    },
    'no append-only file': {
      breaks: async () => {
        await config('appendonly', 'no');
        return [{}];
      },
      mends: () => config('appendonly', 'yes'),
      failed: [['redis durability', /^appendonly is no: .*CONFIG SET appendonly yes/]],
    },
    'a Redis that is too old': {
      breaks: () => {
        preflight.redisProxy.rewrite = replacing(/redis_version:\d/, () => 'redis_version:6');
        return Promise.resolve([{ REDIS_URL: preflight.redisProxy.url }]);
      },
      mends: () => mendedProxy('redisProxy'),
      failed: [['redis version', /^6\..*; needed: 7\.0 or newer; to do: upgrade Redis$/]],
    },
    'wrong passwords': {
      breaks: async () => {
        await config('requirepass', PASSWORD);
        const { DATABASE_URL = '', REDIS_URL = '' } = preflight.environment;
        const password = WRONG;
        return [
          {
            DATABASE_URL: urlWith(DATABASE_URL, { password }),
            REDIS_URL: urlWith(REDIS_URL, { password }),
          },
        ];
      },
      mends: async () => {
        await preflight.redis.command('AUTH', PASSWORD).catch(() => undefined);
        return await config('requirepass', '');
      },
      failed: [
        ['postgresql access', /^user ".+" refused for its password; .*DATABASE_URL$/],
        ['redis access', /^user "default" refused for its password; .*REDIS_URL$/],
      ],
    },
    'closed ports': {
      breaks: () => {
        const { DATABASE_URL = '', REDIS_URL = '' } = preflight.environment;
        const port = CLOSED_PORT;
        return Promise.resolve([
          {
            DATABASE_URL: urlWith(DATABASE_URL, { port }),
            REDIS_URL: urlWith(REDIS_URL, { port }),
          },
        ]);
      },
      failed: [
        ['postgresql access', /^nothing that listens at 127\.0\.0\.1:1; .*start PostgreSQL there/],
        ['redis access', /^nothing that listens at 127\.0\.0\.1:1; .*start Redis there/],
      ],
    },
    "Redis' clock off": {
      breaks: () => {
        preflight.redisProxy.rewrite = replacing(/(?<=^\*2\r\n\$10\r\n)\d{10}/, (s) => s + 30n);
        return Promise.resolve([{ REDIS_URL: preflight.redisProxy.url }]);
      },
      mends: () => mendedProxy('redisProxy'),
      failed: [['clocks', /^Redis (29|30)[.\d]* s ahead of (this host|PostgreSQL); .*NTP/]],
    },
    "PostgreSQL's clock off": {
      breaks: () => {
        preflight.databaseProxy.rewrite = replacing(
          /(?<!\d)1\d{15}(?!\d)/,
          (us) => us - 30_000_000n,
        );
        return Promise.resolve([{ DATABASE_URL: preflight.databaseProxy.url }]);
      },
      mends: () => mendedProxy('databaseProxy'),
      failed: [['clocks', /^(this host|Redis) (29|30)[.\d]* s ahead of PostgreSQL; .*NTP/]],
    },
    'a wrong variable': {
      breaks: () => Promise.resolve([{ HEALTH_GRACE_SECONDS: '-1' }]),
      failed: [
        ['configuration', /^HEALTH_GRACE_SECONDS=-1; needed: HEALTH_GRACE_SECONDS .* least 0;/],
      ],
    },
    'a Redis user with too few rights': {
      breaks: async () => {
        await acl('on', `>${PASSWORD}`, '+@all', '-xadd', '-xinfo|groups', '~other', '&other');
        return [{ REDIS_URL: asRedisUser() }];
      },
      mends: async () => {
        const { checks } = await preflight.run({ REDIS_URL: asRedisUser() });
        const [, rules = ''] =
          /^run ACL SETUSER health (.*)$/.exec(
            checks.find(({ name }) => name === 'redis rights')?.what_to_do ?? '',
          ) ?? [];
        await acl(...rules.split(' '));
        return { REDIS_URL: asRedisUser() };
      },
      failed: [
        ['redis rights', /^"health" may not .*; to do: run ACL SETUSER health .*&health:events/],
      ],
    },
  };

  it.each(Object.entries(BREAKAGES))(
    'names %s in a sentence and ends with 1; once it is mended, with 0',
    async (_, { breaks, mends, failed }) => {
      const [variables, ...options] = await breaks();
      const broken = await preflight.run(variables, options);
      const lines = failed.map(([name, line]): unknown[] => [name, expect.stringMatching(line)]);
      expect(broken).toMatchObject({ failed: lines, code: 1 });
      const right = (await mends?.()) ?? null;
      if (right !== null) {
        expect(await preflight.run(right)).toMatchObject({ failed: [], code: 0 });
      }
    },
  );

  const asReader = (): string =>
    urlWith(preflight.database.url, { username: reader, password: PASSWORD });
  const asRedisUser = (): string =>
    urlWith(preflight.redis.url, { username: 'health', password: PASSWORD });
  const acl = async (...rules: readonly string[]): Promise<void> => {
    await preflight.redis.command('ACL', 'SETUSER', 'health', ...rules);
  };
  const mendedProxy = (name: 'databaseProxy' | 'redisProxy'): Promise<null> => {
    preflight[name].rewrite = (reply) => reply;
    return Promise.resolve(null);
  };

  it('ends with 0 where it only warns', async () => {
    await config('appendfsync', 'everysec');
    await config('client-output-buffer-limit', 'pubsub 1mb 1mb 60');
    const { code, checks } = await preflight.run();
    await config('appendfsync', 'always');
    await config('client-output-buffer-limit', 'pubsub 32mb 8mb 60');

    expect(
      checks.filter(({ state }) => state !== 'ok').map(({ name, state }) => [name, state]),
    ).toEqual([
      ['redis durability', 'warning'],
      ['redis pub/sub buffer', 'warning'],
    ]);
    expect(code).toBe(0);
  });

  it('says how many migrations are to run where there are no tables yet', async () => {
    const { checks } = await preflight.run({ DATABASE_SCHEMA: 'new' });
    const schema = checks.find(({ name }) => name === 'database schema');
    expect(schema).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/ 0 .* [1-9]\d* to run/),
    });
  });

  it('ends with 0 when all of that is mended, with a line for each check and their sum', async () => {
    const { code, stdout } = await runCommand('src/cli/preflight.js', {
      DATABASE_URL: preflight.databaseProxy.url,
      REDIS_URL: preflight.redisProxy.url,
    });
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe(
      `${String(lines.length - 1)} checks: ${String(lines.length - 1)} ok, 0 warning, 0 failed`,
    );
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^ok {7}\S.*\. found: .+; needed: ./);
  });

  it('knows no other options', async () => {
    const { code, errorLines } = await runCommand('src/cli/preflight.js', {}, ['--instances', '0']);
    expect(code).toBe(2);
    expect(errorLines[0]).toMatch(/^usage: npm run preflight/);
  });

  it('asks for every command that an instance sends', async () => {
    const { redis } = preflight;
    const { scope } = stage;
    const environment = loadEnvironment(scope.environment);
    const commands = [...neededCommands(environment), ...OPTIONAL_COMMANDS].map(ruleOf);
    await redis.command('ACL', 'SETUSER', 'instance', 'reset', 'on', `>${PASSWORD}`);
    await redis.command(
      ...(['ACL', 'SETUSER', 'instance'] as const),
      ...keyPatterns(environment).map((pattern) => `~${pattern}`),
      `&${scope.channel}`,
      ...['subscribe', ...commands].map((rule) => `+${rule}`),
    );
    await redis.command('ACL', 'LOG', 'RESET');
    const url = urlWith(redis.url, { username: 'instance', password: PASSWORD });

    const app = await stage.start({ REDIS_URL: url });
    await redis.command('PUBLISH', scope.channel, '{"service_name":"a","status":"up"}');
    await redis.command('PUBLISH', scope.channel, '{"service_name":"a","status":"up","id":"1"}');
    for (const route of ['pause', 'resume']) {
      await fetch(`${app.url}/api/v1/health/consumer/${route}`, { method: 'POST' });
    }
    await waitUntil('both events are stored', async () => {
      return (await scope.count('health_messages')) === 2;
    });
    await app.stop();

    expect(await redis.command('ACL', 'LOG')).toEqual([]);
  });
});

/** Bytes with the first match in them replaced by as many others. */
function replacing(
  pattern: RegExp,
  change: (found: bigint) => bigint | string,
): (reply: Buffer) => Buffer {
  return (reply) =>
    Buffer.from(
      reply.toString('latin1').replace(pattern, (found) => {
        return String(change(/^\d+$/.test(found) ? BigInt(found) : 0n));
      }),
      'latin1',
    );
}
