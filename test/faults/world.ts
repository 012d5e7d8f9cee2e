import { Random } from '../../src/cli/random.js';
import { App } from '../support/app.js';
import { observes } from '../support/observed-gaps.js';
import {
  PrivateRedis,
  type RedisDirectives,
  redisServerProgram,
} from '../support/private-redis.js';
import { Scope } from '../support/scope.js';
import { testServices } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';
import { NotInjected } from './fault.js';
import { JournalWatch } from './journal-watch.js';
import { recoverySeconds } from './liveness.js';
import { OraclePublisher } from './oracle-publisher.js';

const EVENTS_PER_SECOND = 200;
/** Acknowledged events before a fault, so that it meets a system at work. */
const EVENTS_BEFORE = 60;
/** Half of the defaults: gaps are found and told in half the time. */
const TIMES = { HEALTH_SELF_HEARTBEAT_MS: '500', HEALTH_GAP_AFTER_MS: '2500' };

/** How a world begins. */
export interface Beginning {
  /** Started at the beginning, and ready before the first event; default 1. */
  readonly instances?: number;
  /** Redis as the oracle reaches it; default the one under test. */
  readonly redisUrl?: string;
  /** Redis as instances reach it, such as through a proxy; default as the oracle. */
  readonly instancesRedisUrl?: string;
  /** Database as the checks reach it; default the one under test. */
  readonly databaseUrl?: string;
  /** Database as instances reach it; default as the checks. */
  readonly instancesDatabaseUrl?: string;
  /** Further variables of every instance. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly eventsPerSecond?: number;
  /** In place of starting `instances` and waiting for them: resolves when the oracle may begin. */
  readonly start?: () => Promise<unknown>;
}

interface Begun {
  readonly scope: Scope;
  readonly watch: JournalWatch;
  readonly beginning: Beginning;
}

/**
 * What one injection works on: a schema, a journal and a channel of its own, instances of the built
 * application, and an oracle that issues events all the time, before, during and after the fault.
 *
 * A scenario calls {@link begin} once, injects, and calls {@link faultEnded}. Processes, proxies and
 * servers obtained here are ended with the world.
 */
export class World {
  /** Chance that follows from seed and fault. */
  readonly random: Random;
  private readonly cleanUps: (() => Promise<void>)[] = [];
  private readonly started: App[] = [];
  private begun: Begun | null = null;
  private issuing: OraclePublisher | null = null;
  private recovering: Promise<number> | null = null;

  constructor(
    readonly fault: number,
    readonly seed: number,
  ) {
    this.random = new Random(seed, `fault ${fault}`);
  }

  /** A Redis that only this world uses; what it is not told is durable. @throws NotInjected */
  async privateRedis(
    directives: RedisDirectives = {},
    launcher: readonly string[] = [],
  ): Promise<PrivateRedis> {
    if (redisServerProgram() === null) {
      throw new NotInjected('there is no redis-server on PATH to start one of its own');
    }
    const redis = await PrivateRedis.start(directives, launcher);
    this.cleanUp(() => redis.close());
    return redis;
  }

  /** A proxy before a service, ended with the world. */
  async proxy(targetUrl: string): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(targetUrl);
    this.cleanUp(() => proxy.close());
    return proxy;
  }

  /** To be done at the end of the world, latest first, whatever happens until then. */
  cleanUp(work: () => Promise<unknown>): void {
    this.cleanUps.push(async () => {
      await work();
    });
  }

  /**
   * Opens everything, starts instances, then the oracle; resolves when events are being stored. With
   * no instance, the oracle begins at once.
   */
  async begin(beginning: Beginning = {}): Promise<void> {
    const { redisUrl = testServices().redisUrl, instances = 1 } = beginning;
    const { databaseUrl = testServices().databaseUrl } = beginning;
    const scope = await Scope.open({ redisUrl, databaseUrl });
    scope.redis.on('error', () => undefined); // the command that meets it reports it
    this.cleanUp(() => scope.close());
    const watch = await JournalWatch.open(redisUrl, scope.journal);
    this.cleanUp(() => watch.close());
    this.begun = { scope, watch, beginning };
    const { start = () => this.startObserving(instances) } = beginning;
    await start();
    await this.startPublisher(redisUrl);
    if (beginning.start === undefined && instances > 0) await this.atWork();
  }

  get scope(): Scope {
    return this.required.scope;
  }

  get publisher(): OraclePublisher {
    if (this.issuing === null) throw new Error('the world has not begun');
    return this.issuing;
  }

  get watch(): JournalWatch {
    return this.required.watch;
  }

  /** All instances ever started, in order. */
  get apps(): readonly App[] {
    return this.started;
  }

  /** Those that run. */
  get living(): readonly App[] {
    return this.started.filter(({ isRunning }) => isRunning);
  }

  /** The instance that was started first. */
  get app(): App {
    const [app] = this.started;
    if (app === undefined) throw new Error('no instance has been started');
    return app;
  }

  /** Starts an instance and does not wait. `environment` is added to what {@link begin} was given. */
  spawn(environment: Readonly<Record<string, string>> = {}): App {
    const { scope, beginning } = this.required;
    const { instancesRedisUrl, instancesDatabaseUrl } = beginning;
    const app = App.spawn(`${scope.id}-${this.started.length + 1}`, {
      ...scope.environment,
      ...TIMES,
      ...(instancesRedisUrl === undefined ? {} : { REDIS_URL: instancesRedisUrl }),
      ...(instancesDatabaseUrl === undefined ? {} : { DATABASE_URL: instancesDatabaseUrl }),
      ...beginning.environment,
      ...environment,
    });
    this.started.push(app);
    return app;
  }

  /** Starts instances and waits until all are ready. */
  async startMany(count: number): Promise<App[]> {
    const apps = Array.from({ length: count }, () => this.spawn());
    return await Promise.all(apps.map(async (app) => await app.ready()));
  }

  /** What an operator can do to the whole group: read no more, and again. */
  async consumer(action: 'pause' | 'resume'): Promise<void> {
    const route = `${this.app.url}/api/v1/health/consumer/${action}`;
    const { status } = await fetch(route, { method: 'POST' });
    if (status >= 300) throw new Error(`POST ${route}: ${status}`);
  }

  /** Resolves when so many more events are stored. */
  async atWork(events = EVENTS_BEFORE): Promise<void> {
    const before = await this.scope.count('health_messages');
    await waitUntil(
      `${events} more events are stored`,
      async () => (await this.scope.count('health_messages')) >= before + events,
    );
  }

  /** Resolves when the oracle has issued so many more events, whatever becomes of them. */
  async issued(events: number): Promise<void> {
    const before = this.publisher.all.length;
    await waitUntil(
      `${events} more events are issued`,
      () => this.publisher.all.length >= before + events,
      { deadlineMs: 60_000 },
    );
  }

  /**
   * Says that the fault is over now. Recovery is measured from here, while the scenario goes on.
   * `otherEvents`: what else may have to be stored before a fresh event is.
   */
  faultEnded(otherEvents = 0): void {
    const { scope, publisher } = this;
    const backlog = publisher.all.length + otherEvents;
    this.recovering = recoverySeconds(scope, publisher, Date.now(), backlog);
    this.recovering.catch(() => undefined); // `recovered` reports it
  }

  /** Resolves to how long recovery took, in seconds; rejects later than promise 6 allows. */
  async recovered(): Promise<number> {
    if (this.recovering === null) throw new Error('the scenario did not say that the fault ended');
    return await this.recovering;
  }

  /** What the instances wrote, for the report of a failure. */
  get output(): string {
    return this.started
      .map(({ instanceId, output }) => `--- output of ${instanceId}\n${output}`)
      .join('\n');
  }

  /** Ends every instance that still runs with SIGTERM; rejects if one does not exit with 0. */
  async stopInstances(): Promise<void> {
    const { living } = this;
    for (const app of living) app.signal('SIGCONT');
    const ends = await Promise.all(living.map(async (app) => await app.stop()));
    const failed = ends.filter(({ code }) => code !== 0);
    if (failed.length > 0) throw new Error(`did not end well: ${JSON.stringify(failed)}`);
  }

  /** Ends all that is left; rejects with the first failure after everything was tried. */
  async close(): Promise<void> {
    for (const app of this.living) await app.kill();
    const failures: unknown[] = [];
    for (const work of this.cleanUps.splice(0).reverse()) {
      await work().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async startObserving(instances: number): Promise<void> {
    const [app] = await this.startMany(instances);
    if (app !== undefined) await observes(this.scope, app);
  }

  private async startPublisher(redisUrl: string): Promise<void> {
    const { fault, seed, scope } = this;
    const { channel, journal } = scope;
    const { eventsPerSecond = EVENTS_PER_SECOND } = this.required.beginning;
    const oracle = { redisUrl, channel, journal, fault, seed, eventsPerSecond };
    const publisher = await OraclePublisher.start(oracle);
    this.cleanUp(() => publisher.stop());
    this.issuing = publisher;
  }

  private get required(): Begun {
    if (this.begun === null) throw new Error('the world has not begun');
    return this.begun;
  }
}
