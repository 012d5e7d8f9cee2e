import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A shutdown of the app takes 10 s at most. */
const STOP_MS = 12_000;

/** Processes that have not ended: an interrupted run ends them. */
const running = new Set<ChildProcess>();

export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeArgs?: readonly string[];
}

/** A Node process that runs one of this project's compiled files. */
export class Child {
  private ended: { readonly code: number | null } | null = null;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
    readonly pid: number,
  ) {
    running.add(child);
    child.on('exit', (code) => {
      running.delete(child);
      this.ended = { code };
    });
  }

  /** `file`: compiled, relative to this one. Its standard output goes nowhere, its errors to ours. */
  static start(name: string, file: string, options: ChildOptions = {}): Child {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', ...(options.nodeArgs ?? []), path, ...(options.args ?? [])],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: { ...inherited(), ...options.env },
      },
    );
    if (child.pid === undefined) throw new Error(`${name} could not be started`);
    return new Child(name, child, child.pid);
  }

  /** @throws Error where it has ended, which none does by itself. */
  assertAlive(): void {
    if (this.ended === null) return;
    throw new Error(`${this.name} ended with code ${String(this.ended.code)}`);
  }

  /** What a promise resolves to. @throws Error where the process ends before it does. */
  async whileAlive<T>(promise: Promise<T>): Promise<T> {
    this.assertAlive();
    const waiting = new AbortController();
    const ending = once(this.child, 'exit', { signal: waiting.signal }).then(
      () => {
        this.assertAlive();
        throw new Error(`${this.name} ended`);
      },
      () => new Promise<never>(() => undefined), // no longer of interest
    );
    try {
      return await Promise.race([promise, ending]);
    } finally {
      waiting.abort();
    }
  }

  send(message: object): void {
    this.child.send(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.child.on('message', listener);
  }

  async kill(): Promise<void> {
    if (this.ended !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  /** SIGTERM, and SIGKILL for one that does not end in time. */
  async stop(): Promise<void> {
    if (this.ended !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timeout = new AbortController();
    const late = delay(STOP_MS, 'late', { signal: timeout.signal }).catch(() => 'in time');
    if ((await Promise.race([exit, late])) === 'late') this.child.kill('SIGKILL');
    timeout.abort();
    await exit;
  }
}

/** Nothing that configures the app comes from outside. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TZ, LANG } = process.env;
  return { PATH, HOME, TZ, LANG };
}
