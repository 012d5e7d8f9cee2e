import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { pause } from '../runtime/backoff.js';
import type { Alert, AlertName } from './alert.js';
import { FiguresReader } from './figures-reader.js';
import { limitsOf } from './limits.js';
import { alertRules } from './rules.js';
import { Watch } from './watch.js';

/** How often the rules are gone over. */
const EVALUATE_MS = 500;
/** Time in which nobody looked, as this process slept, counts as no longer than this. */
const MAX_STEP_MS = 5_000;

/**
 * Goes over the rules, all in memory, and tells of changes: a line of the log, a metric. What other
 * instances find is theirs; `DeploymentAlerts` brings it together.
 */
@Injectable()
export class AlertEvaluator implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly watches: readonly Watch[];
  private readonly listeners: ((name: AlertName) => void)[] = [];
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly reader: FiguresReader,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const limits = limitsOf(environment);
    this.watches = alertRules(limits).map(
      (rule) => new Watch(rule, limits.holdSeconds, Date.now()),
    );
    for (const { alert } of this.watches) this.measure(alert);
  }

  /** One per rule, in their order; needs neither database nor Redis. */
  get alerts(): readonly Alert[] {
    return this.watches.map(({ alert }) => alert);
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Calls `listener` whenever an alert begins to fire. */
  onFiring(listener: (name: AlertName) => void): void {
    this.listeners.push(listener);
  }

  /** Lets an alert fire that was firing when this process came; it clears when it would have. */
  takeOver(name: string, sinceMs: number): void {
    const watch = this.watches.find(({ alert }) => alert.name === name);
    if (watch?.takeOver(sinceMs) !== true) return;
    this.measure(watch.alert);
    this.log.info(fieldsOf(watch.alert), 'alert.taken_over');
  }

  private async run(): Promise<void> {
    let lookedMs = performance.now();
    while (await pause(EVALUATE_MS, this.stopping.signal)) {
      const nowMs = performance.now();
      this.evaluate(Math.min(nowMs - lookedMs, MAX_STEP_MS), Date.now());
      lookedMs = nowMs;
    }
  }

  private evaluate(elapsedMs: number, nowMs: number): void {
    const figures = this.reader.figures();
    for (const watch of this.watches) {
      if (!watch.look(figures, elapsedMs, nowMs)) continue;
      this.measure(watch.alert);
      this.tell(watch.alert);
      if (watch.alert.state === 'ok') continue;
      for (const listener of this.listeners) listener(watch.alert.name);
    }
  }

  private measure({ name, state }: Alert): void {
    this.metrics.alertFiring.set({ name }, state === 'firing' ? 1 : 0);
  }

  private tell(alert: Alert): void {
    if (alert.state === 'ok') this.log.info(fieldsOf(alert), 'alert.cleared');
    else
      this.log[alert.severity === 'critical' ? 'error' : 'warn'](fieldsOf(alert), 'alert.firing');
  }
}

const fieldsOf = (alert: Alert): Readonly<Record<string, string | number | null>> => ({
  alert: alert.name,
  severity: alert.severity,
  value: alert.value,
  threshold: alert.threshold,
  summary: alert.summary,
  what_to_do: alert.whatToDo,
});
