import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { pause } from '../runtime/backoff.js';
import { Database, type Session } from '../storage/database.js';
import { DatabaseGate } from '../storage/database-gate.js';
import type { Alert, AlertName, AlertState } from './alert.js';
import { AlertEvaluator } from './alert-evaluator.js';
import {
  CLEAR,
  FIRE,
  LOCK_DEPLOYMENT,
  READ_DEPLOYMENT,
  SAY,
  UNSAY,
} from './deployment-alerts.sql.js';

/** How often an instance brings its alerts to those of the others. */
const SYNC_MS = 1_000;
/** How long a word is good that is not given anew: of an instance that is gone, or cannot get to say it. */
const WORD_SECONDS = 30;
const RENEW_AFTER_SECONDS = 10;
/** After the database was away, others are given this time to say what they say. */
const GRACE_MS = 10_000;
const SHUTDOWN_WAIT_MS = 1_000;

interface DeploymentRow {
  readonly name: string;
  readonly state: AlertState;
  readonly since_ms: number;
  /** Since this process said last that it fires; null where it does not. */
  readonly said_seconds: number | null;
  /** Nobody says that it fires. */
  readonly is_unsaid: boolean;
}

interface Words {
  readonly toSay: readonly Alert[];
  readonly toUnsay: readonly Alert[];
  readonly toClear: readonly Alert[];
}

/**
 * Brings the alerts of all instances together, in the database: of the deployment an alert fires while
 * any instance says so. Each change of that is told by the webhook once, by whichever instance makes it.
 *
 *   ok ──an instance says that it fires──▶ firing, told
 *   firing ──the last one unsays it, or its word has grown old──▶ ok, told
 *
 * While the database is away nobody is heard: what has fired meanwhile is told when it is back, be it
 * over by then, and for a while nobody clears what others may not have had the time to say again. A process
 * that starts takes over what fires: so it goes on firing over a restart, and clears by a hold time of its own.
 */
@Injectable()
export class DeploymentAlerts implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  /** What has fired here and was not said yet; it may be over by now. */
  private readonly unsaid = new Set<AlertName>();
  private readonly hasWebhook: boolean;
  private readonly bootId = crypto.randomUUID();
  /** Since when the database answers without a break; null: it does not. */
  private answeringSinceMs: number | null = null;
  private hasTakenOver = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly evaluator: AlertEvaluator,
    private readonly database: Database,
    private readonly gate: DatabaseGate,
    private readonly log: Log,
  ) {
    this.hasWebhook = environment.HEALTH_WEBHOOK_URL !== null;
    evaluator.onFiring((name) => this.unsaid.add(name));
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, pause(SHUTDOWN_WAIT_MS)]); // a statement may hang
  }

  private async run(): Promise<void> {
    let isTold = false;
    do {
      if (this.gate.closedBecause !== null) continue;
      try {
        await this.sync();
        this.answeringSinceMs ??= performance.now();
        isTold = false;
      } catch (error) {
        this.answeringSinceMs = null;
        if (!isTold) this.log.warn({ error }, 'alert.sync_failed');
        isTold = true;
      }
    } while (await pause(SYNC_MS, this.stopping.signal));
  }

  private async sync(): Promise<void> {
    const rows = await this.database.read<DeploymentRow>(READ_DEPLOYMENT, [
      this.bootId,
      WORD_SECONDS,
    ]);
    if (!this.hasTakenOver) this.takeOver(rows);
    const deployment = new Map(rows.map((row) => [row.name, row]));
    const { alerts } = this.evaluator;
    const saying = alerts.filter(({ name, state }) => state === 'firing' || this.unsaid.has(name));
    const others = alerts.filter((alert) => !saying.includes(alert));
    const words: Words = {
      toSay: saying.filter(({ name }) => !isSaid(deployment.get(name))),
      toUnsay: others.filter(({ name }) => (deployment.get(name)?.said_seconds ?? null) !== null),
      toClear: this.mayClear ? others.filter(({ name }) => mayBeOver(deployment.get(name))) : [],
    };
    if (Object.values(words).some((some: readonly Alert[]) => some.length > 0)) {
      await this.database.change(async (session) => {
        await this.change(session, words);
      });
    }
    for (const { name } of saying) this.unsaid.delete(name);
  }

  private async change(session: Session, { toSay, toUnsay, toClear }: Words): Promise<void> {
    const { bootId, hasWebhook } = this;
    await session.query(LOCK_DEPLOYMENT, []);
    const [said, unsaid] = [this.parameterOf(toSay, 'firing'), this.parameterOf(toUnsay, 'ok')];
    await session.query(SAY, [said, bootId]);
    await session.query(FIRE, [said, bootId, hasWebhook]);
    await session.query(UNSAY, [unsaid, bootId]);
    await session.query(CLEAR, [this.parameterOf(toClear, 'ok'), WORD_SECONDS, hasWebhook]);
  }

  private takeOver(rows: readonly DeploymentRow[]): void {
    for (const { name, state, since_ms: sinceMs } of rows) {
      if (state === 'firing') this.evaluator.takeOver(name, sinceMs);
    }
    this.hasTakenOver = true;
  }

  private get mayClear(): boolean {
    const { answeringSinceMs: sinceMs } = this;
    return sinceMs !== null && performance.now() - sinceMs > GRACE_MS;
  }

  /** What the webhook tells of each; the state is that of the deployment. */
  private parameterOf(alerts: readonly Alert[], state: AlertState): string {
    return JSON.stringify(
      alerts.map(({ name, severity, value, threshold, summary, whatToDo }) => ({
        n: name,
        a: {
          name,
          severity,
          state,
          value,
          threshold,
          summary,
          what_to_do: whatToDo,
          instance_id: this.environment.HEALTH_INSTANCE_ID,
        },
      })),
    );
  }
}

const isSaid = (row: DeploymentRow | undefined): boolean =>
  row?.state === 'firing' && (row.said_seconds ?? Infinity) < RENEW_AFTER_SECONDS;

/** Where this process is the last one to say so, or nobody does. */
const mayBeOver = (row: DeploymentRow | undefined): boolean =>
  row?.state === 'firing' && (row.is_unsaid || row.said_seconds !== null);
