import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import type { GapCause } from '../observation/gap-cause.js';
import { PROOF_PERIODS } from '../observation/proof.js';
import type { SyntheticHeartbeat } from '../observation/synthetic-message.js';
import type { Session } from '../storage/database.js';
import { cover, type Gap, type OpenGap } from './coverage.js';
import {
  BEGIN_OBSERVATION,
  CLOSE_GAP,
  INSERT_GAP,
  LOCK_OBSERVATION,
  MOVE_OBSERVATION,
  OPEN_GAP,
  READ_OPEN_GAP,
  READ_SILENCE,
} from './gap-store.sql.js';

/** Explains a time without heartbeats, of so many milliseconds until now. */
export type Explain = (silentMs: number) => GapCause;

/**
 * The line that is covered, and the gaps in it.
 *
 * Lock order: the one row of the observation comes after all rows of services and instances, at the
 * very end of a transaction.
 */
@Injectable()
export class GapStore {
  private readonly proofUs: number;
  private readonly gapAfterMs: number;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.proofUs = PROOF_PERIODS * environment.HEALTH_SELF_HEARTBEAT_MS * 1_000;
    this.gapAfterMs = environment.HEALTH_GAP_AFTER_MS;
  }

  /**
   * Moves the line by heartbeats whose entries this very transaction commits. `nowUs`: now, in the
   * reception clock.
   *
   * @returns the gaps that this recorded, or ended.
   */
  async advance(
    session: Session,
    heartbeats: readonly SyntheticHeartbeat[],
    nowUs: Micros,
    explain: Explain,
  ): Promise<readonly Gap[]> {
    if (heartbeats.length === 0) return [];
    const observation =
      (await this.lock(session)) ??
      (await this.begin(session, Math.min(...heartbeats.map(({ sinceUs }) => sinceUs))));
    const openGap = await readOpenGap(session);
    const before = observation.covered_through;
    const { throughUs, gaps } = cover(
      {
        throughUs: before,
        openGap,
        isStalled: observation.silent_ms > this.gapAfterMs,
      },
      heartbeats,
      {
        nowUs,
        cause: () => explain(observation.silent_ms),
        proofUs: this.proofUs,
        gapAfterUs: this.gapAfterMs * 1_000,
      },
    );
    for (const [index, gap] of gaps.entries()) {
      if (index > 0 || openGap === null) await recordGap(session, gap);
      else await session.query(CLOSE_GAP, [gap.toUs, gap.cause, gap.lostCount]);
    }
    if (throughUs > before) await session.query(MOVE_OBSERVATION, [throughUs]);
    return gaps;
  }

  /**
   * Opens a gap where nothing has come through for HEALTH_GAP_AFTER_MS and none is open.
   *
   * @returns the gap that this opened; null where there was no need.
   */
  async openIfSilent(session: Session, explain: Explain): Promise<OpenGap | null> {
    const [silence] = await session.query<Silence>(READ_SILENCE, []);
    if (silence === undefined || silence.silent_ms <= this.gapAfterMs) return null;
    const observation = await this.lock(session);
    if (observation === null || observation.silent_ms <= this.gapAfterMs) return null;
    const [fromUs, cause] = [observation.covered_through, explain(observation.silent_ms)];
    const opened = await session.query(OPEN_GAP, [fromUs, cause]);
    return opened.length > 0 ? { fromUs, cause } : null;
  }

  private async lock(session: Session): Promise<ObservationRow | null> {
    return (await session.query<ObservationRow>(LOCK_OBSERVATION, []))[0] ?? null;
  }

  private async begin(session: Session, sinceUs: Micros): Promise<ObservationRow> {
    await session.query(BEGIN_OBSERVATION, [sinceUs]);
    const row = await this.lock(session);
    if (row === null) throw new Error('the observation has no row');
    return row;
  }
}

interface Silence {
  /** Since the line was moved last. */
  readonly silent_ms: number;
}

interface ObservationRow extends Silence {
  readonly covered_through: Micros;
}

async function readOpenGap(session: Session): Promise<OpenGap | null> {
  const [row] = await session.query<{ started_at: Micros; cause: GapCause }>(READ_OPEN_GAP, []);
  return row === undefined ? null : { fromUs: row.started_at, cause: row.cause };
}

/**
 * Records a gap of the past, be it behind what is covered already, once however often it is told. The
 * sweeper takes back what silences it contradicts.
 *
 * @returns false where it was recorded before.
 */
export async function recordGap(session: Session, gap: Gap): Promise<boolean> {
  const { fromUs, toUs, cause, lostCount } = gap;
  return (await session.query(INSERT_GAP, [fromUs, toUs, cause, lostCount])).length > 0;
}
