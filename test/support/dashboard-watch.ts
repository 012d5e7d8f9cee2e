import type { App } from './app.js';
import type { Dashboard } from './rest.js';
import { pause } from '../../src/runtime/backoff.js';

const EVERY_MS = 50;
/** A dashboard is answered within it, whatever is restarted or paused. */
const SLOW_MS = 5_000;

/** Asks for the dashboard all the time, as people do in an incident, and keeps what was wrong with the answers. */
export class DashboardWatch {
  private readonly wrong: string[] = [];
  private readonly ending = new AbortController();
  private readonly watching: Promise<void>;
  private answers = 0;

  private constructor(private apps: readonly App[]) {
    this.watching = this.watch();
  }

  static start(...apps: readonly App[]): DashboardWatch {
    return new DashboardWatch(apps);
  }

  /** From now on it asks others: as a load balancer that takes one out before it is stopped. */
  lookAt(...apps: readonly App[]): void {
    this.apps = apps;
  }

  /** What each says of `observing` now. */
  async observing(): Promise<boolean[]> {
    const dashboards = this.apps.map(async (app) => await app.api<Dashboard>('/dashboard'));
    return (await Promise.all(dashboards)).map(({ observing }) => observing);
  }

  /** @throws Error naming every answer that was none. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.watching;
    if (this.wrong.length > 0) throw new Error(`the dashboard failed: ${this.wrong.join('; ')}`);
    if (this.answers === 0) throw new Error('the dashboard was never asked for');
  }

  private async watch(): Promise<void> {
    while (!this.ending.signal.aborted) {
      await Promise.all(this.apps.map(async (app) => this.ask(app)));
      await pause(EVERY_MS, this.ending.signal);
    }
  }

  private async ask(app: App): Promise<void> {
    try {
      const response = await fetch(`${app.url}/api/v1/health/dashboard`, {
        signal: AbortSignal.timeout(SLOW_MS),
      });
      await response.arrayBuffer();
      if (response.status === 200) this.answers += 1;
      else this.wrong.push(`${app.instanceId}: ${response.status}`);
    } catch (error) {
      this.wrong.push(`${app.instanceId}: ${String(error)}`);
    }
  }
}
