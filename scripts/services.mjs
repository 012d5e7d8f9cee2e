import { parseArgs } from 'node:util';
import * as services from './local-services/index.mjs';

const USAGE = `usage: npm run services -- up|down|status|destroy [--name INSTANCE] [--all]

  up       start TimescaleDB and Redis; prints DATABASE_URL, REDIS_URL, ADMIN_DATABASE_URL
  down     stop them; the data stays
  status   what runs where; exit 0 if both run, else 3
  destroy  stop them and delete the instance's data; with --all every instance and the programs

  --name   which instance (default: dev)

Nothing is started where DATABASE_URL and REDIS_URL are set. Else Docker provides the services if its
engine and its compose plugin answer, else unpacked Debian packages; HEALTH_SERVICES=docker|debian
decides.`;

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;
const EXIT_NOT_RUNNING = 3;

/** @typedef {{ name: string, all: boolean }} Options */

/** @type {Record<string, (options: Options) => Promise<number>>} */
const COMMANDS = {
  async up({ name }) {
    const urls = services.givenServices(process.env) ?? (await services.up({ name }));
    process.stdout.write(
      `DATABASE_URL=${urls.databaseUrl}\nREDIS_URL=${urls.redisUrl}\n` +
        `ADMIN_DATABASE_URL=${urls.adminDatabaseUrl}\n`,
    );
    return 0;
  },

  async down({ name }) {
    const wasRunning = await services.down({ name });
    say(wasRunning ? `${name}: stopped, the data stays` : `${name}: was not running`);
    return 0;
  },

  async status({ name }) {
    const { folder, versions, postgres, redis } = await services.status({ name });
    const program = (title) => (versions ? `${title} ${versions[title]}` : title);
    const running = ({ pid, port }) =>
      pid === null ? 'stopped' : `running on 127.0.0.1:${port} (process ${pid})`;
    const database = versions
      ? `${program('PostgreSQL')} + ${program('TimescaleDB')}`
      : 'PostgreSQL';
    process.stdout.write(
      `${database}: ${running(postgres)}\n${program('Redis')}: ${running(redis)}\nfolder: ${folder}\n`,
    );
    return postgres.pid !== null && redis.pid !== null ? 0 : EXIT_NOT_RUNNING;
  },

  async destroy({ name, all }) {
    if (all) await services.destroyAll();
    else await services.destroy({ name });
    say(all ? 'deleted all instances and programs' : `${name}: stopped, its data is deleted`);
    return 0;
  },
};

/** @param {string} line */
function say(line) {
  process.stderr.write(`services: ${line}\n`);
}

/** @returns {{ command: string, options: Options } | null} null = not how it is used */
function parseCommandLine() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        name: { type: 'string', default: 'dev' },
        all: { type: 'boolean', default: false },
      },
    });
    const [command, ...rest] = positionals;
    const isKnown = command !== undefined && Object.hasOwn(COMMANDS, command);
    const isUsage = !isKnown || rest.length > 0 || (values.all && command !== 'destroy');
    return isUsage ? null : { command, options: values };
  } catch {
    return null;
  }
}

async function main() {
  const parsed = parseCommandLine();
  if (parsed === null) {
    process.stderr.write(`${USAGE}\n`);
    return EXIT_USAGE;
  }
  try {
    return await COMMANDS[parsed.command](parsed.options);
  } catch (error) {
    if (!(error instanceof services.Refusal)) throw error;
    say(error.message);
    return EXIT_REFUSED;
  }
}

process.exitCode = await main();
