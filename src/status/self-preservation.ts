import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { Database } from '../storage/database.js';
import {
  BEGIN,
  COUNT_SILENT,
  HOLD,
  READ_SELF_PRESERVATION,
  RELEASE,
} from './self-preservation.sql.js';

/** Fewer services may fall silent at any time. */
const MIN_SERVICES = 5;
/** The window where no TTL is the default. */
const WINDOW_SECONDS = 60;
const MICROS_PER_SECOND = 1_000_000;

/** An instance whose deadline has passed. */
export interface Candidate {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly lastSeenUs: Micros;
  readonly dueAtUs: Micros;
}

export type ReleasedBy = 'limit' | 'recovered' | 'operator';

interface StateRow {
  readonly started_at: Micros | null;
  readonly released_at: Micros | null;
}

/**
 * Holds back stale transitions when too many services fall silent at once, although we observe: then
 * the fault is rather between them and us (Eureka's self-preservation).
 *
 *   off ──more than the share, at least 5 services, within one TTL──▶ holding
 *   holding ──time limit, an operator, or most were heard again──▶ off; what is still silent turns stale
 *
 * Everything is counted and kept in the database, so that any instance may sweep. What fell silent
 * before a release never counts again: after a real loss of many services it ends for good.
 */
@Injectable()
export class SelfPreservation {
  private readonly share: number;
  private readonly limitUs: Micros;
  private readonly windowUs: Micros;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.share = environment.HEALTH_SELF_PRESERVATION_PERCENT / 100;
    this.limitUs = environment.HEALTH_SELF_PRESERVATION_SECONDS * MICROS_PER_SECOND;
    const { HEALTH_DEFAULT_TTL_SECONDS: ttl } = environment;
    this.windowUs = (ttl === 0 ? WINDOW_SECONDS : ttl) * MICROS_PER_SECOND;
  }

  /** True where the candidates are held, false where they may turn stale. */
  async hold(candidates: readonly Candidate[], horizonUs: Micros): Promise<boolean> {
    const [state] = await this.database.read<StateRow>(READ_SELF_PRESERVATION, []);
    const startedAtUs = state?.started_at ?? null;
    this.metrics.selfPreservation.set(startedAtUs === null ? 0 : 1);
    if (startedAtUs === null) {
      if (candidates.length === 0) return false;
      const sinceUs = Math.max(horizonUs - this.windowUs, state?.released_at ?? 0);
      const { isTooMany, silent, services } = await this.count(candidates, sinceUs);
      if (!isTooMany) return false;
      const begun = await this.database.write(BEGIN, [horizonUs]);
      if (begun.length > 0) this.log.error({ silent, services }, 'self_preservation.begun');
    } else {
      if (horizonUs >= startedAtUs + this.limitUs) {
        await this.release('limit', horizonUs);
        return false;
      }
      const { isTooMany } = await this.count(candidates, startedAtUs - this.windowUs);
      if (!isTooMany) {
        await this.release('recovered', horizonUs);
        return false;
      }
    }
    await this.database.write(HOLD, [parameterOf(candidates)]);
    this.metrics.selfPreservation.set(1);
    return true;
  }

  /**
   * Lets what is held go. Returns how many transitions that were; null where nothing was being held.
   *
   * `atUs`: the horizon; null: as far as was observed.
   */
  async release(by: ReleasedBy, atUs: Micros | null): Promise<number | null> {
    const [released] = await this.database.write<{ holds: number }>(RELEASE, [atUs, by]);
    if (released === undefined) return null;
    this.metrics.selfPreservation.set(0);
    this.log.warn({ by, transitions: released.holds }, 'self_preservation.released');
    return released.holds;
  }

  private async count(
    candidates: readonly Candidate[],
    sinceUs: Micros,
  ): Promise<{ readonly isTooMany: boolean; readonly silent: number; readonly services: number }> {
    const [row] = await this.database.read<{ silent: number; services: number }>(COUNT_SILENT, [
      parameterOf(candidates),
      sinceUs,
    ]);
    const { silent, services } = row ?? { silent: 0, services: 0 };
    const isTooMany = silent >= MIN_SERVICES && silent > this.share * services;
    return { isTooMany, silent, services };
  }
}

const parameterOf = (candidates: readonly Candidate[]): string =>
  JSON.stringify(
    candidates.map(({ serviceName: s, instanceId: i, lastSeenUs: r, dueAtUs: d }) => ({
      s,
      i,
      r,
      d,
    })),
  );
