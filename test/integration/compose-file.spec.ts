import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/** What docker-compose.yml promises. That it is valid is for `npm run lint:containers`. */

interface Service {
  readonly image: string;
  readonly command?: string | readonly string[];
  readonly environment: readonly string[] | Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
}

const PROJECT = path.resolve(import.meta.dirname, '../..');

async function servicesOf(): Promise<Record<string, Service>> {
  const text = await readFile(path.join(PROJECT, 'docker-compose.yml'), 'utf8');
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

async function variablesOfTheApp(): Promise<string[]> {
  const text = await readFile(path.join(PROJECT, '.env.example'), 'utf8');
  return [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? '');
}

it('gives the app every variable that .env.example knows, and the API token', async () => {
  const { app } = await servicesOf();
  const given = (app?.environment as string[]).map((line) => line.split('=')[0]);

  expect(given).toEqual(
    expect.arrayContaining([...(await variablesOfTheApp()), 'HEALTH_API_TOKEN']),
  );
});

it("gives the app and its migration the app's role, never the superuser's password", async () => {
  const { app, migrate, timescaledb } = await servicesOf();

  expect(timescaledb?.environment).toMatchObject({ POSTGRES_USER: 'postgres' });
  for (const service of [app, migrate]) {
    const text = JSON.stringify(service);
    expect(text).toContain('DATABASE_URL=postgres://health:');
    expect(text).not.toContain('POSTGRES_PASSWORD');
  }
});

it('takes privileges from the app and gives it time to stop', async () => {
  const { app } = await servicesOf();

  expect(app).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    init: true,
  });
  expect(Number.parseInt(app?.stop_grace_period ?? '', 10)).toBeGreaterThan(10);
});

it('starts the app after healthy services and a schema that is up to date', async () => {
  const { app, migrate } = await servicesOf();

  expect(app?.depends_on).toEqual({
    timescaledb: { condition: 'service_healthy' },
    redis: { condition: 'service_healthy' },
    migrate: { condition: 'service_completed_successfully' },
  });
  expect(migrate?.command).toEqual(['node', 'dist/src/cli/migrate.js']);
});

it('has a Redis that keeps what it has acknowledged', async () => {
  const { redis } = await servicesOf();

  expect(redis?.command).toContain(
    '--appendonly yes --appendfsync always --maxmemory-policy noeviction',
  );
});

it('publishes ports on the loopback address only, and takes images by their exact version', async () => {
  const { timescaledb, redis, ...others } = await servicesOf();

  for (const { ports = [] } of [timescaledb, redis, ...Object.values(others)].filter(
    (one) => one !== undefined,
  )) {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
  expect(timescaledb?.image).toMatch(/^timescale\/timescaledb:\d+\.\d+\.\d+-pg17$/);
  expect(redis?.image).toMatch(/^redis:\d+\.\d+\.\d+$/);
});
