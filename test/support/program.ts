import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const STOP_MS = 15_000;

/** A process that runs until it is told to end, and what it says meanwhile. */
export class Program {
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private text = '';

  private constructor(file: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [file, ...args], {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.text += text;
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve(code ?? signal);
      });
    });
  }

  /** `file`: relative to the project. It gets no other environment than this and PATH. */
  static start(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): Program {
    return new Program(file, args, environment);
  }

  /** All it has written, standard output and errors. */
  get output(): string {
    return this.text;
  }

  get lines(): string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Lets it go on if it was stopped, tells it to end, and kills it if it does not within 15 s. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }
}
