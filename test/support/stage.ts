import { App } from './app.js';
import { onTestFailure } from './failure.js';
import { Scope } from './scope.js';
import { waitUntil } from './wait-until.js';

/**
 * What a spec file works on: call {@link useStage} once, at its top.
 *
 * It owns every process started through it. One that is still running when its test ends (or when
 * the file ends, if a `beforeAll` started it) is asked to end; a process that then does not exit
 * with 0 fails the test. At the end of the file a journal entry that is pending, or a connection
 * left open, fails it too. The logs of all processes are printed when a test fails.
 */
class Stage {
  private open: Scope | null = null;
  private processes: { readonly app: App; readonly ofTest: boolean }[] = [];
  private readonly instanceIds: string[] = [];
  private isInTest = false;

  get scope(): Scope {
    if (this.open === null) throw new Error('the stage is open in hooks and tests only');
    return this.open;
  }

  /** Starts a process and waits until it is ready. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<App> {
    return await this.spawn(environment).ready();
  }

  /** Starts several at once. */
  async startMany(
    count: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<App[]> {
    const apps = Array.from({ length: count }, () => this.spawn(environment));
    return await Promise.all(apps.map(async (app) => await app.ready()));
  }

  /** Starts a process and does not wait. */
  spawn(environment: Readonly<Record<string, string>> = {}): App {
    const instanceId = `${this.scope.id}-${this.instanceIds.length + 1}`;
    const app = App.spawn(instanceId, { ...this.scope.environment, ...environment });
    this.instanceIds.push(instanceId);
    this.processes.push({ app, ofTest: this.isInTest });
    return app;
  }

  async beforeFile(): Promise<void> {
    this.open = await Scope.open();
  }

  beforeTest(): void {
    this.isInTest = true;
  }

  async afterTest(): Promise<void> {
    this.isInTest = false;
    await this.end(({ ofTest }) => ofTest);
  }

  async afterFile(): Promise<void> {
    const { scope } = this;
    try {
      await this.end(() => true);
      const pending = await scope.pendingEntries();
      if (pending > 0) throw new Error(`${pending} journal entries were never acknowledged`);
      await waitUntil(
        'no connection to PostgreSQL is left',
        async () => (await scope.connectionsOf(this.instanceIds)) === 0,
      );
    } finally {
      await scope.close();
    }
  }

  /** What the processes wrote, for the report of a failure. */
  get output(): string {
    return this.processes
      .map(({ app }) => `--- output of ${app.instanceId}\n${app.output}`)
      .join('\n');
  }

  private async end(which: (process: { readonly ofTest: boolean }) => boolean): Promise<void> {
    const ending = this.processes.filter(which);
    this.processes = this.processes.filter((process) => !which(process));
    const running = ending.filter(({ app }) => app.isRunning).map(({ app }) => app);
    const ends = await Promise.all(running.map(async (app) => await app.stop()));
    ends.forEach(({ code, signal }, index) => {
      if (code === 0) return;
      const app = running[index];
      throw new Error(
        `${app?.instanceId ?? 'a process'} did not end well (${String(code ?? signal)}):\n${app?.output ?? ''}`,
      );
    });
  }
}

/** Registers a stage for the spec file that calls it. */
export function useStage(): Stage {
  const stage = new Stage();
  beforeAll(async () => {
    await stage.beforeFile();
  });
  beforeEach(() => {
    stage.beforeTest();
  });
  onTestFailure(() => stage.output);
  afterEach(async () => {
    await stage.afterTest();
  });
  afterAll(async () => {
    await stage.afterFile();
  });
  return stage;
}
