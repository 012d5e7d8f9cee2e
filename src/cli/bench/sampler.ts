import { pause } from '../../runtime/backoff.js';
import type { Child } from './child.js';
import { connections } from './server-facts.js';
import { memoryOf } from './usage.js';
import type { Workspace } from './workspace.js';

const EVERY_MS = 100;
/** Connections are counted less often: each count is a statement that PostgreSQL works on. */
const LOOKS_PER_COUNT = 5;

/** Looks at a process again and again: its memory at the moment, and the connections to the database. */
export class Sampler {
  private readonly stopping = new AbortController();
  private readonly rssBytes: number[] = [];
  private connections = 0;
  private readonly sampling: Promise<void>;

  constructor(
    private readonly workspace: Workspace,
    private readonly child: Child,
  ) {
    this.sampling = this.sample();
    this.sampling.catch(() => undefined); // told by `stop`
  }

  /** @throws Error where the process has ended. */
  async stop(): Promise<{
    readonly maxRssBytes: number;
    /** Of the last quarter of the time. */
    readonly settledRssBytes: number;
    readonly maxConnections: number;
  }> {
    this.stopping.abort();
    await this.sampling;
    this.child.assertAlive();
    const last = this.rssBytes.slice(-Math.ceil(this.rssBytes.length / 4));
    last.sort((a, b) => a - b);
    return {
      maxRssBytes: this.rssBytes.reduce((most, bytes) => Math.max(most, bytes), 0),
      settledRssBytes: last[last.length >> 1] ?? 0,
      maxConnections: this.connections,
    };
  }

  private async sample(): Promise<void> {
    for (let look = 0; ; look += 1) {
      this.child.assertAlive();
      this.rssBytes.push(memoryOf(this.child.pid).rssBytes);
      if (look % LOOKS_PER_COUNT === 0) {
        this.connections = Math.max(this.connections, await connections(this.workspace));
      }
      if (!(await pause(EVERY_MS, this.stopping.signal))) return;
    }
  }
}
