import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { GAP_CAUSES, type GapCause } from '../observation/gap-cause.js';
import { ReceptionClock } from '../observation/reception-clock.js';
import type { SyntheticHeartbeat, SyntheticLoss } from '../observation/synthetic-message.js';
import { Troubles } from '../observation/troubles.js';
import type { Gap, OpenGap } from '../status/coverage.js';
import { GapStore, recordGap } from '../status/gap-store.js';
import { Database, type Session } from '../storage/database.js';

/** Brings what this process knows of its own sight to the line that all instances keep together. */
@Injectable()
export class ObservationKeeper {
  private readonly unrecorded: Gap[] = [];

  constructor(
    private readonly database: Database,
    private readonly store: GapStore,
    private readonly clock: ReceptionClock,
    private readonly troubles: Troubles,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    for (const cause of GAP_CAUSES) metrics.gaps.inc({ cause }, 0);
  }

  /**
   * The last part of a commit; {@link report} is for after it.
   *
   * @returns the gaps that it records.
   */
  async apply(
    session: Session,
    heartbeats: readonly SyntheticHeartbeat[],
    losses: readonly SyntheticLoss[],
  ): Promise<readonly Gap[]> {
    const gaps: Gap[] = [];
    for (const loss of losses) if (await recordGap(session, loss)) gaps.push(loss);
    const nowUs = this.clock.at() ?? 0; // before Redis has told, the heartbeats do
    gaps.push(...(await this.store.advance(session, heartbeats, nowUs, this.explain)));
    return gaps;
  }

  /** Remembers a loss, until {@link recordUnrecorded} has recorded it. */
  lose(gap: Gap): void {
    this.unrecorded.push(gap);
  }

  /** While the database does not take them, they are kept for the next call. Never rejects. */
  async recordUnrecorded(): Promise<void> {
    for (const gap of [...this.unrecorded]) {
      try {
        await this.database.change(async (session) => await recordGap(session, gap));
      } catch {
        return;
      }
      this.unrecorded.splice(this.unrecorded.indexOf(gap), 1);
      this.report([gap]);
    }
  }

  /** Opens a gap where nothing comes through any more. */
  async watch(session: Session): Promise<OpenGap | null> {
    return await this.store.openIfSilent(session, this.explain);
  }

  /** Tells of gaps that are committed. */
  report(gaps: readonly Gap[]): void {
    for (const { fromUs, toUs, cause, lostCount } of gaps) {
      this.metrics.gaps.inc({ cause });
      const [from, to] = [fromUs, toUs].map((us) => new Date(us / 1_000).toISOString());
      this.log.warn({ from, to, cause, lost_count: lostCount }, 'consumer.gap_recorded');
    }
  }

  private readonly explain = (silentMs: number): GapCause =>
    this.troubles.explain(performance.now() - silentMs);
}
