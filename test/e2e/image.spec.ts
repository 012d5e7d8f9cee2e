import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { runCommand } from '../support/command.js';
import { type BuildStage, readStages, type Step, stepsOf } from '../support/dockerfile.js';
import { useStage } from '../support/stage.js';

/*
 * The Dockerfile, without an engine: its build stage is replayed in a folder that has only what the
 * stage copies, and the result is run beside the production packages alone. Not proven here: the base
 * image, and a read-only root file system; .ci/smoke-compose does that where an engine answers.
 */

const PROJECT = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const stage = useStage();

let stages: BuildStage[];
let folder: string;

/** The stage with this name; the last, if none is given. */
function find(name: string | null): Step[] {
  const found = name === null ? stages.at(-1) : stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the Dockerfile has no stage ${String(name)}`);
  return stepsOf(stages, found);
}

const lastOf = (keyword: string): Step | undefined =>
  find(null).findLast((step) => step.keyword === keyword);

/** Packages that `npm ci --omit=dev` installs at the top of node_modules. */
async function productionPackages(): Promise<string[]> {
  const text = await readFile(path.join(PROJECT, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([place, { dev, devOptional }]) => place !== '' && !dev && !devOptional)
    .map(([place]) => place.replace(/^node_modules\//, ''))
    .filter((name) => !name.includes('node_modules/'));
}

beforeAll(async () => {
  stages = await readStages(path.join(PROJECT, 'Dockerfile'));
  // Outside the project, whose packages would be found from any folder in it.
  folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-image-'));
});

afterAll(async () => {
  delete process.env['HEALTH_TEST_DIST'];
  await rm(folder, { recursive: true, force: true });
});

it('begins with an image whose tag names one version of Node and of Debian', () => {
  const names = stages.map(({ name }) => name);
  const images = stages.map(({ base }) => base).filter((base) => !names.includes(base));

  expect(images).toEqual([expect.stringMatching(/^node:20\.\d+\.\d+-bookworm-slim$/)]);
});

it('runs one plain node process, not as root, which SIGTERM stops', () => {
  expect(lastOf('CMD')).toMatchObject({ isExecForm: true, words: ['node', 'dist/src/main.js'] });
  expect(lastOf('ENTRYPOINT')).toBeUndefined();
  expect(lastOf('STOPSIGNAL')?.words).toEqual(['SIGTERM']);
  expect(lastOf('USER')?.words).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
});

it('copies nothing that is not there, or that .dockerignore keeps out', async () => {
  const ignore = (await readFile(path.join(PROJECT, '.dockerignore'), 'utf8')).split('\n');
  const copied = stages
    .flatMap(({ steps }) => steps)
    .filter(({ keyword, from }) => keyword === 'COPY' && from === null)
    .flatMap(({ words }) => words.slice(0, -1));

  expect(ignore).toContain('*');
  expect(copied).toContain('src');
  for (const source of copied) {
    await access(path.join(PROJECT, source));
    expect(ignore).toContain(`!${source}`);
  }
});

describe('built from what its stage copies, beside the production packages alone', () => {
  /** The loader looks for packages beside the link, not beside what it points to. */
  const onlyThese = { NODE_OPTIONS: '--preserve-symlinks --preserve-symlinks-main' };

  beforeAll(async () => {
    const source = path.join(folder, 'build');
    for (const { keyword, from, words } of find('build')) {
      if (keyword !== 'COPY' || from !== null) continue;
      for (const one of words.slice(0, -1)) {
        const target = words.at(-1) ?? '';
        const file = target.endsWith('/') ? path.join(target, path.basename(one)) : target;
        await cp(path.join(PROJECT, one), path.join(source, file), { recursive: true });
      }
    }
    await symlink(path.join(PROJECT, 'node_modules'), path.join(source, 'node_modules'));
    await run('npm', ['run', '--silent', 'build'], { cwd: source });

    const image = path.join(folder, 'app');
    await cp(path.join(source, 'dist'), path.join(image, 'dist'), { recursive: true });
    await cp(path.join(PROJECT, 'package.json'), path.join(image, 'package.json'));
    for (const name of await productionPackages()) {
      const link = path.join(image, 'node_modules', name);
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(path.join(PROJECT, 'node_modules', name), link);
    }
    process.env['HEALTH_TEST_DIST'] = path.join(image, 'dist');
  });

  it('brings the schema up to date', async () => {
    const environment = { ...stage.scope.environment, ...onlyThese };

    const { code, stdout } = await runCommand('src/cli/migrate.js', environment);

    expect(code).toBe(0);
    expect(stdout).toContain('applied HealthMessages');
  });

  it('checks what it needs of others', async () => {
    const environment = { ...stage.scope.environment, ...onlyThese };

    const { stdout, errorLines } = await runCommand('src/cli/preflight.js', environment);

    expect(errorLines).toEqual([]);
    expect(stdout).toMatch(/^ok +database schema\. .* up to date/m);
  });

  it('starts, passes its health check, and ends with 0 on SIGTERM; then the check fails', async () => {
    const app = await stage.start({ ...onlyThese, NODE_ENV: 'production' });
    const port = new URL(app.url).port;
    const [command = '', ...words] = lastOf('HEALTHCHECK')?.words ?? [];
    const check = (): Promise<unknown> =>
      run(command, words, { cwd: PROJECT, env: { PATH: process.env['PATH'], PORT: port } });

    await check();
    const { code } = await app.stop();

    expect(code).toBe(0);
    await expect(check()).rejects.toMatchObject({ code: 1 });
  });
});
