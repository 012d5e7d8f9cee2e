import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { waitUntil } from './wait-until.js';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const READY_MS = 30_000;
const STOP_MS = 12_000;
const KEPT_LINES = 2_000;

/** The built application's folder; HEALTH_TEST_DIST names another one than `dist`. */
export const distribution = (): string =>
  path.resolve(PROJECT, process.env['HEALTH_TEST_DIST'] ?? 'dist');

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the request to end it, or from its start where nobody asked. */
  readonly ms: number;
}

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** One line of the structured log. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A process of the built application. */
export class App {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly lines: string[] = [];
  private result: Ended | null = null;
  private sinceMs = performance.now();

  private constructor(
    readonly instanceId: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.child = spawn(process.execPath, [path.join(distribution(), 'src/main.js')], {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'], ...environment, HEALTH_INSTANCE_ID: instanceId },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.collect(this.child.stdout);
    this.collect(this.child.stderr);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.result = { code, signal, ms: performance.now() - this.sinceMs };
        resolve(this.result);
      });
    });
  }

  /** Starts a process and returns at once. */
  static spawn(instanceId: string, environment: Readonly<Record<string, string>>): App {
    return new App(instanceId, environment);
  }

  get isRunning(): boolean {
    return this.result === null;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process could not be started');
    return this.child.pid;
  }

  /** All output so far, its oldest lines cut off. */
  get output(): string {
    return this.lines.join('\n');
  }

  /** The structured log lines with this event name. */
  logged(event: string): LogLine[] {
    return this.lines
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Where it listens. */
  get url(): string {
    const url = this.logged('app.started')[0]?.['url'];
    if (typeof url !== 'string') throw new Error(`${this.instanceId} does not listen yet`);
    return url.replace('[::1]', '127.0.0.1');
  }

  /** Resolves when it says ready; rejects when it ends before, or does not within 30 s. */
  async ready(): Promise<this> {
    await waitUntil(
      `${this.instanceId} is ready`,
      async () => {
        if (!this.isRunning) return true;
        return this.logged('app.started').length > 0 && (await this.isReady());
      },
      { deadlineMs: READY_MS, describe: () => this.lines.slice(-20) },
    );
    if (!this.isRunning) throw new Error(`${this.instanceId} ended at start:\n${this.output}`);
    return this;
  }

  /** What the readiness probe says; false where nothing answers. */
  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health/ready`)).status === 200;
    } catch {
      return false;
    }
  }

  /** GET of a path with its JSON. */
  async get<Body>(route: string): Promise<Answer<Body>> {
    const response = await fetch(this.url + route);
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** GET of a path below /api/v1/health; anything but 200 is an error. */
  async api<Body>(route: string): Promise<Body> {
    const { status, body } = await this.get<Body>(`/api/v1/health${route}`);
    if (status !== 200) throw new Error(`GET ${route}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Sends SIGTERM and waits for the end; after 12 s it is killed, and the signal tells. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it without warning. */
  async kill(): Promise<Ended> {
    this.signal('SIGKILL');
    return await this.ended;
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.sinceMs = performance.now();
    if (this.isRunning) this.child.kill(signal);
  }

  private collect(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      this.keep(parts);
    });
    stream.on('end', () => {
      if (rest !== '') this.keep([rest]);
    });
  }

  private keep(lines: readonly string[]): void {
    this.lines.push(...lines);
    // The first lines tell how it started, and one of them where it listens.
    if (this.lines.length > KEPT_LINES) this.lines.splice(100, this.lines.length - KEPT_LINES);
  }
}
