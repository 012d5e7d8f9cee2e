import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import type { Instance } from '../../scripts/local-services/index.mjs';
import { FakeDockerHost, type Output } from '../support/fake-docker-host.js';

/*
 * The local services in Docker, with a fake `docker` on PATH.
 *
 * Proven: which commands are run in which order, with which project, variables and signals; that
 * ports, passwords and the three lines stay; what is printed and which exit code. The fake opens a
 * real listener on the published port, so ports are really taken and really free again.
 * Not proven: that a real client takes these commands, and that PostgreSQL and Redis run.
 * docker-engine.spec.ts does that where an engine answers.
 */

let host: FakeDockerHost;

beforeEach(async () => {
  host = await FakeDockerHost.open({ engine: 'answers', composeVersion: '2.26.1' });
});

afterEach(async () => {
  await host.close();
});

/** A command on an instance whose ports are any that are free. */
const services = async (command: string): Promise<Output> =>
  await host.services([command, '--name', 'spec']);

const URLS =
  /^DATABASE_URL=postgres:\/\/health:([\w-]+)@127\.0\.0\.1:(\d+)\/health\nREDIS_URL=redis:\/\/127\.0\.0\.1:(\d+)\nADMIN_DATABASE_URL=postgres:\/\/postgres:([\w-]+)@127\.0\.0\.1:\2\/postgres\n$/;

/** What the three lines say, and nothing else is there. */
function urlsOf(stdout: string): { password: string; adminPassword: string; ports: string[] } {
  const [, password = '', postgres = '', redis = '', adminPassword = ''] = URLS.exec(stdout) ?? [];
  expect(stdout).toMatch(URLS);
  return { password, adminPassword, ports: [postgres, redis] };
}

it('starts both services alone, with the passwords and ports that the three lines say', async () => {
  const { code, stdout } = await services('up');

  expect(code).toBe(0);
  const { password, adminPassword, ports } = urlsOf(stdout);
  const [up, exec, ...more] = await host.calls();
  expect(up).toEqual({
    command: 'up',
    services: ['timescaledb', 'redis'],
    env: {
      POSTGRES_PORT: ports[0],
      REDIS_PORT: ports[1],
      POSTGRES_PASSWORD: adminPassword,
      HEALTH_DB_PASSWORD: password,
      REDIS_DEBUG_COMMAND: 'no',
      SERVICES_RESTART: 'no',
    },
  });
  expect(exec).toMatchObject({ command: 'exec', service: 'timescaledb' });
  expect(exec?.input).toContain(`ALTER ROLE postgres PASSWORD '${adminPassword}'`);
  expect(exec?.input).toContain(`ALTER ROLE health PASSWORD '${password}'`);
  expect(exec?.input).toContain('CREATE EXTENSION IF NOT EXISTS timescaledb');
  expect(more).toEqual([]);
});

it('says the same three lines a second time, and after down and up', async () => {
  const first = await services('up');
  const again = await services('up');
  const down = await services('down');
  const stopped = await services('status');
  const later = await services('up');

  expect(again.stdout).toBe(first.stdout);
  expect(later.stdout).toBe(first.stdout);
  expect(down.stderr).toBe('services: spec: stopped, the data stays\n');
  expect(stopped).toMatchObject({ code: 3, stdout: expect.stringContaining('Redis: stopped') });
});

it('says what runs where', async () => {
  const { ports } = urlsOf((await services('up')).stdout);

  const { code, stdout } = await services('status');

  expect(code).toBe(0);
  const [database, redis] = stdout.split('\n');
  expect(database).toContain(
    `PostgreSQL 17 + TimescaleDB 2.19.3: running on 127.0.0.1:${ports[0] ?? ''} `,
  );
  expect(redis).toContain(`Redis 8.0.6: running on 127.0.0.1:${ports[1] ?? ''} `);
});

it('takes another port where somebody has taken the one it had', async () => {
  const before = urlsOf((await services('up')).stdout).ports;
  await services('down');
  const other = createServer().listen(Number(before[1]), '127.0.0.1');
  await once(other, 'listening');
  try {
    const after = urlsOf((await services('up')).stdout).ports;

    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  } finally {
    other.close();
  }
});

it('sets passwords anew where its memory of them was lost', async () => {
  const before = urlsOf((await services('up')).stdout);
  await services('down');
  const folder = path.join(host.checkout, '.services/docker/spec');
  await host.run('rm', [path.join(folder, 'state.json')]);
  await host.calls();

  const after = urlsOf((await services('up')).stdout);

  expect(after.password).not.toBe(before.password);
  const exec = (await host.calls()).find(({ command }) => command === 'exec');
  expect(exec?.input).toContain(`ALTER ROLE health PASSWORD '${after.password}'`);
  expect((await stat(path.join(folder, 'state.json'))).mode & 0o777).toBe(0o600);
});

it('refuses in one line with what Docker says, and stops what it had begun', async () => {
  await host.setUpFails(true);

  const { code, stdout, stderr } = await services('up');

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.split('\n').at(-2)).toBe(
    'services: Docker does not start timescaledb and redis: Bind for 127.0.0.1 failed: port is allocated',
  );
  expect((await host.calls()).map(({ command }) => command)).toEqual(['up', 'stop']);
});

it('deletes one instance, or all of this checkout, and nothing of anybody else', async () => {
  for (const name of ['spec', 'test', 'bench']) await host.services(['up', '--name', name]);
  await host.addVolume('health-monitor-of-somebody-else');

  await host.services(['destroy', '--name', 'bench']);
  const afterOne = await host.volumes();
  await host.services(['destroy', '--all'], { HEALTH_SERVICES: 'docker' });

  expect(afterOne.map((project) => project.split('-').at(-1))).toEqual(['spec', 'test', 'else']);
  expect(await host.volumes()).toEqual(['health-monitor-of-somebody-else']);
});

describe('a running instance', () => {
  let instance: Instance;
  const pathBefore = process.env['PATH'];

  beforeEach(async () => {
    process.env['PATH'] = host.environment()['PATH'];
    process.env['HEALTH_SERVICES'] = 'docker';
    instance = await (await host.module()).up({ name: 'test' });
  });

  afterEach(() => {
    process.env['PATH'] = pathBefore;
    delete process.env['HEALTH_SERVICES'];
  });

  it('of the tests may use DEBUG, and says what this up had to start', async () => {
    expect((await host.calls())[0]?.env).toMatchObject({ REDIS_DEBUG_COMMAND: 'yes' });
    expect(instance.started).toEqual({ postgres: true, redis: true });
    const again = await (await host.module()).up({ name: 'test' });
    expect(again.started).toEqual({ postgres: false, redis: false });
  });

  it.each([
    ['fast', { command: 'stop', services: ['timescaledb'] }],
    ['immediate', { command: 'kill', signal: 'SIGQUIT', services: ['timescaledb'] }],
    ['kill', { command: 'kill', signal: 'SIGKILL', services: ['timescaledb'] }],
  ] as const)('stops PostgreSQL %s once, and starts it again', async (mode, expected) => {
    await host.calls();

    await instance.stopPostgres({ mode });
    await instance.stopPostgres({ mode });
    await instance.startPostgres();

    expect(await host.calls()).toMatchObject([
      expected,
      { command: 'up', services: ['timescaledb'] },
    ]);
  });

  it('stops Redis by the signal that is asked for, and starts it again', async () => {
    await host.calls();

    await instance.stopRedis({ signal: 'SIGKILL' });
    await instance.startRedis();
    await instance.stopRedis();

    expect(await host.calls()).toMatchObject([
      { command: 'kill', signal: 'SIGKILL', services: ['redis'] },
      { command: 'up', services: ['redis'] },
      { command: 'kill', signal: 'SIGTERM', services: ['redis'] },
    ]);
  });

  it('gives clients that run in its containers, where its address is another', async () => {
    await host.calls();
    const port = new URL(instance.redisUrl).port;

    await host.run(instance.redisCli, ['-u', instance.redisUrl, 'PUBLISH', 'c', 'two words']);
    await host.run(instance.redisCli, ['-p', port, 'PING']);
    await host.run(instance.redisCli, ['-u', 'redis://127.0.0.1:1', 'PING']);
    await host.run(instance.psql, [instance.databaseUrl, '-c', 'SELECT 1']);

    const inside = instance.databaseUrl.replace(/:\d+\/health$/, '/health');
    expect(await host.calls()).toMatchObject([
      { service: 'redis', program: ['redis-cli', 'PUBLISH', 'c', 'two words'] },
      { service: 'redis', program: ['redis-cli', 'PING'] },
      { service: 'redis', program: ['redis-cli', '-u', 'redis://127.0.0.1:1', 'PING'] },
      { service: 'timescaledb', program: ['psql', inside, '-c', 'SELECT 1'] },
    ]);
  });
});

it('is described as it is: the compose file has the variables that the provider sets', async () => {
  const file = await readFile(path.join(host.checkout, 'docker-compose.yml'), 'utf8');
  await services('up');
  const [up] = await host.calls();

  for (const name of Object.keys(up?.env ?? {})) expect(file).toContain(`\${${name}:-`);
});
