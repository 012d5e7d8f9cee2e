import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Database, type Session } from '../storage/database.js';
import { deadlinesOf } from './configured-deadlines.js';
import type { Deadlines } from './deadline.js';
import { type Life, NOT_ENDED_US } from './lives.js';
import { ServiceAggregates } from './service-aggregates.js';
import { readHistories } from './settings-histories.js';
import { replaySilences } from './silences.js';
import {
  READ_LIFE_ENDS,
  READ_OVERLAPPED,
  READ_UNSETTLED_GAPS,
  SETTLE_GAP,
} from './silences.sql.js';
import { LOCK_BUSY_SERVICES } from './sweeper.sql.js';

interface GapRow {
  readonly id: string;
  readonly from_us: Micros;
  readonly to_us: Micros;
}

interface OverlappedRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly received_at: Micros;
}

/** One life with its end, where it has ended. */
export interface EndedLife {
  readonly life: Life;
  readonly endedAtUs: Micros | null;
}

/**
 * Takes back silences that were our own: a gap that becomes known after a silence was written begins
 * the wait anew. Each gap is settled once, service by service.
 */
@Injectable()
export class SilenceReview {
  private readonly deadlines: Deadlines;
  private readonly windowDays: number;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly database: Database,
    private readonly aggregates: ServiceAggregates,
  ) {
    this.deadlines = deadlinesOf(environment);
    this.windowDays = environment.HEALTH_EVENT_WINDOW_DAYS;
  }

  async settleGaps(horizonUs: Micros): Promise<void> {
    for (const gap of await this.database.read<GapRow>(READ_UNSETTLED_GAPS, [])) {
      const overlapped = await this.database.read<OverlappedRow>(READ_OVERLAPPED, [
        gap.from_us,
        gap.to_us,
      ]);
      const names = [...new Set(overlapped.map((row) => row.service_name))].sort();
      for (const serviceName of names) {
        const silences = overlapped.filter((row) => row.service_name === serviceName);
        await this.database.transaction(async (session) => {
          await this.reviewService(session, serviceName, silences, horizonUs);
        });
      }
      await this.database.write(SETTLE_GAP, [gap.id]);
    }
  }

  private async reviewService(
    session: Session,
    serviceName: string,
    silences: readonly OverlappedRow[],
    horizonUs: Micros,
  ): Promise<void> {
    await session.query(LOCK_BUSY_SERVICES, [JSON.stringify([serviceName])]);
    const settings = (await readHistories(session, [serviceName]))(serviceName);
    const rules = { deadlines: this.deadlines, settings };
    for (const { instance_id: instanceId, received_at: receivedAtUs } of silences) {
      const lives = await livesOf(session, serviceName, instanceId);
      const ended = lives.find(({ life }) => receivedAtUs <= life.throughUs);
      if (ended === undefined) continue;
      await replaySilences(
        session,
        { serviceName, instanceId, ...ended },
        receivedAtUs,
        rules,
        horizonUs,
        this.windowDays,
      );
    }
    const cause = { reason: 'gap', instanceId: null, messageId: null };
    await this.aggregates.recompute(session, new Map([[serviceName, cause]]));
  }
}

/** All lives of an instance, oldest first; the last one goes on. */
export async function livesOf(
  session: Session,
  serviceName: string,
  instanceId: string,
): Promise<EndedLife[]> {
  const ends = await session.query<{ through_us: Micros; deleted_us: Micros }>(READ_LIFE_ENDS, [
    serviceName,
    instanceId,
  ]);
  let afterUs = 0;
  const lives: EndedLife[] = [];
  for (const { through_us: throughUs, deleted_us: endedAtUs } of ends) {
    if (throughUs > afterUs) lives.push({ life: { afterUs, throughUs }, endedAtUs });
    afterUs = throughUs;
  }
  return [...lives, { life: { afterUs, throughUs: NOT_ENDED_US }, endedAtUs: null }];
}
