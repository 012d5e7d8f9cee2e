import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type FakeDocker, FakeDockerHost } from '../support/fake-docker-host.js';

/** Which provider the local services take; `status` tells by its folder, and starts nothing. */

const ANSWERS: FakeDocker = { engine: 'answers', composeVersion: '2.26.1' };

let host: FakeDockerHost | null = null;

afterEach(async () => {
  await host?.close();
  host = null;
});

/** The folder that `status` names, relative to the checkout, and how long that took. */
async function chosen(
  docker: FakeDocker,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ folder: string; ms: number }> {
  host ??= await FakeDockerHost.open(docker);
  const { stdout, ms } = await host.services(['status', ...NAME], environment);
  const folder = /^folder: (.*)$/m.exec(stdout)?.[1] ?? '';
  return { folder: path.relative(host.checkout, folder), ms };
}

const NAME = ['--name', 'spec'];
const DOCKER = '.services/docker/spec';
const PACKAGES = '.services/spec';

it.each([
  ['engine and plugin answer', ANSWERS, DOCKER],
  ['a client finds no engine', { ...ANSWERS, engine: null }, PACKAGES],
  ['the plugin is missing', { ...ANSWERS, composeVersion: null }, PACKAGES],
] as const)('%s', async (_case, docker, expected) => {
  expect((await chosen(docker)).folder).toBe(expected);
});

it('waits two seconds, not longer, for an engine that hangs', async () => {
  const { folder, ms } = await chosen({ ...ANSWERS, engine: 'hangs' });

  expect(folder).toBe(PACKAGES);
  expect(ms).toBeGreaterThan(1500);
  expect(ms).toBeLessThan(10_000);
});

it('leaves an instance to the packages that hold its data', async () => {
  host = await FakeDockerHost.open(ANSWERS);
  const folder = path.join(host.checkout, PACKAGES);
  await mkdir(folder, { recursive: true });
  const state = {
    postgres: { port: 1, superuserPassword: 'a', appPassword: 'b' },
    redis: { port: 2 },
  };
  await writeFile(path.join(folder, 'state.json'), JSON.stringify(state));

  expect((await chosen(ANSWERS)).folder).toBe(PACKAGES);
  expect((await chosen(ANSWERS, { HEALTH_SERVICES: 'docker' })).folder).toBe(DOCKER);
});

it('lets an instance be destroyed whose memory is damaged', async () => {
  host = await FakeDockerHost.open(ANSWERS);
  const folder = path.join(host.checkout, PACKAGES);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'state.json'), '{');

  const refused = await host.services(['status', ...NAME]);
  const { code } = await host.services(['destroy', ...NAME]);

  expect(refused.stderr).toContain('npm run services -- destroy --name spec');
  expect(code).toBe(0);
  expect((await chosen(ANSWERS)).folder).toBe(DOCKER);
});

it('says so where the engine that has its data is gone', async () => {
  host = await FakeDockerHost.open(ANSWERS);
  await host.services(['up', ...NAME]);
  await host.setEngine({ ...ANSWERS, engine: null });

  const { stdout, stderr } = await host.services(['status', ...NAME]);

  expect(stderr).toContain('Docker, which has the data of spec, does not answer');
  expect(stdout).toContain(path.join(host.checkout, PACKAGES));
});

it('does as HEALTH_SERVICES says', async () => {
  expect((await chosen(ANSWERS, { HEALTH_SERVICES: 'debian' })).folder).toBe(PACKAGES);
});

it.each([
  ['podman', 'HEALTH_SERVICES must be docker or debian, it is "podman".'],
  ['docker', 'no Docker engine answers'],
])('refuses HEALTH_SERVICES=%s in one line', async (value, expected) => {
  host = await FakeDockerHost.open({ ...ANSWERS, engine: null });

  const { code, stdout, stderr } = await host.services(['up', ...NAME], { HEALTH_SERVICES: value });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(expected)]);
});

it('starts nothing where both URLs are given', async () => {
  host = await FakeDockerHost.open(ANSWERS);

  const { stdout } = await host.services(['up', ...NAME], {
    DATABASE_URL: 'postgres://a@b/c',
    REDIS_URL: 'redis://d',
  });

  expect(stdout.split('\n')[0]).toBe('DATABASE_URL=postgres://a@b/c');
  expect(await host.calls()).toEqual([]);
});
