import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ReporterRuntime } from './reporter-runtimes.js';

const STOP_MS = 20_000;

/** How a process ended that was asked to. */
export interface Stopped {
  /** Exit code, else signal, else what kept it from starting. */
  readonly how: number | string;
  readonly ms: number;
}

/** A documented reporter at work. */
export class ReporterProcess {
  private readonly ended: Promise<Stopped['how']>;
  private readonly child: ChildProcess;
  private written = '';

  private constructor(
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>>,
    private readonly folder: string,
  ) {
    const [program, ...options] = command;
    const child = spawn(program, options, {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.written += text;
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve(error.message);
      });
      child.once('close', (code, signal) => {
        resolve(code ?? signal ?? 'neither code nor signal');
      });
    });
    this.child = child;
  }

  /** Starts it with the variables given, PATH and HOME, and returns at once. */
  static start(
    runtime: ReporterRuntime,
    code: string,
    environment: Readonly<Record<string, string>>,
  ): ReporterProcess {
    const folder = mkdtempSync(path.join(tmpdir(), 'health-reporter-'));
    return new ReporterProcess(runtime.prepare(folder, code), environment, folder);
  }

  /** What it wrote to both its outputs. */
  get output(): string {
    return this.written;
  }

  /** Sends a signal and waits for the end; after 20 s it is killed, and the signal tells. */
  async stop(signal: 'SIGTERM' | 'SIGINT'): Promise<Stopped> {
    const sinceMs = performance.now();
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    const how = await this.ended;
    clearTimeout(timer);
    return { how, ms: performance.now() - sinceMs };
  }

  /** Ends it at once if it still runs, and deletes its folder. */
  async remove(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
