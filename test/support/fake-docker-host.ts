import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type * as LocalServices from '../../scripts/local-services/index.mjs';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const FAKE = path.join(import.meta.dirname, 'fake-docker.mjs');

/** What the fake client is to be: `null` = not there. */
export interface FakeDocker {
  readonly engine: 'answers' | 'hangs' | null;
  readonly composeVersion: string | null;
}

/** One command the fake was given, other than a question. */
export interface Call {
  readonly command: string;
  readonly services?: readonly string[];
  readonly signal?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  readonly service?: string;
  readonly program?: readonly string[];
  readonly input?: string;
}

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A checkout of its own (its scripts and docker-compose.yml) on a host whose `docker` is the fake. */
export class FakeDockerHost {
  private constructor(
    readonly checkout: string,
    private readonly bin: string,
    private readonly fake: string,
  ) {}

  static async open(docker: FakeDocker): Promise<FakeDockerHost> {
    const folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-docker-'));
    const names = ['checkout', 'bin', 'fake'].map((name) => path.join(folder, name));
    const [checkout = '', bin = '', fake = ''] = names;
    for (const one of names) await mkdir(one);
    // Root's stand-in account, too, must be able to enter the checkout.
    for (const one of [folder, ...names]) await chmod(one, 0o755);
    await cp(path.join(PROJECT, 'scripts'), path.join(checkout, 'scripts'), { recursive: true });
    await cp(path.join(PROJECT, 'docker-compose.yml'), path.join(checkout, 'docker-compose.yml'));
    const client = `#!/bin/sh\nexec '${process.execPath}' '${FAKE}' '${fake}' "$@"\n`;
    await writeFile(path.join(bin, 'docker'), client, { mode: 0o755 });
    const host = new FakeDockerHost(checkout, bin, fake);
    await host.setEngine(docker);
    return host;
  }

  /** Its environment: nothing of the caller's but PATH. */
  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: `${this.bin}${path.delimiter}${process.env['PATH'] ?? ''}`, ...extra };
  }

  /** Runs `npm run services --` with these words. */
  async services(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Output> {
    const script = path.join(this.checkout, 'scripts/services.mjs');
    return await this.run(process.execPath, [script, ...words], environment);
  }

  async run(
    command: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Output> {
    const startedMs = performance.now();
    const child = spawn(command, words, {
      env: this.environment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await exit;
    return { code: child.exitCode, stdout, stderr, ms: performance.now() - startedMs };
  }

  /** The module itself, for what only its callers get. Its `docker` is found by this process's PATH. */
  async module(): Promise<typeof LocalServices> {
    const file = path.join(this.checkout, 'scripts/local-services/index.mjs');
    return (await import(pathToFileURL(file).href)) as typeof LocalServices;
  }

  /** What the fake was told since the last time this was asked. */
  async calls(): Promise<Call[]> {
    const file = path.join(this.fake, 'calls.jsonl');
    const lines = await readFile(file, 'utf8').catch(() => '');
    await rm(file, { force: true });
    return lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Call);
  }

  /** Compose projects that have volumes. */
  async volumes(): Promise<string[]> {
    const state = await readFile(path.join(this.fake, 'state.json'), 'utf8');
    return (JSON.parse(state) as { volumes: string[] }).volumes;
  }

  /** Adds the volume of somebody else's project. */
  async addVolume(project: string): Promise<void> {
    const file = path.join(this.fake, 'state.json');
    const state = JSON.parse(await readFile(file, 'utf8')) as { volumes: string[] };
    state.volumes.push(project);
    await writeFile(file, JSON.stringify(state));
  }

  /** Makes the fake another one. */
  async setEngine(docker: FakeDocker): Promise<void> {
    await writeFile(path.join(this.fake, 'engine.json'), JSON.stringify(docker));
  }

  /** Whether the engine refuses to start containers. */
  async setUpFails(fails: boolean): Promise<void> {
    const file = path.join(this.fake, 'up-fails');
    await (fails ? writeFile(file, '') : rm(file, { force: true }));
  }

  /** Ends what still "runs" and deletes all. */
  async close(): Promise<void> {
    await this.setEngine({ engine: 'answers', composeVersion: '2.26.1' });
    await this.services(['destroy', '--all'], { HEALTH_SERVICES: 'docker' });
    await rm(path.dirname(this.checkout), { recursive: true, force: true });
  }
}
