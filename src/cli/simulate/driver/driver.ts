import type { Micros } from '../../../events/health-event.js';
import type { SyntheticHeartbeat } from '../../../observation/synthetic-message.js';
import { Ledger } from '../truth/ledger.js';
import { deliveriesOf } from '../world/deliveries.js';
import { type Outage, SELF_HEARTBEAT } from '../world/outages.js';
import { receptionsOf } from '../world/receptions.js';
import { EXPIRY_SECONDS } from '../world/service.js';
import type { SettingsChange } from '../world/settings.js';
import { MILLISECOND, SECOND } from '../world/time.js';
import type { World } from '../world/world.js';
import { Backlog } from './backlog.js';
import { type Noticed, Noticing } from './noticing.js';
import type { Product } from './product.js';
import type { Stage } from './stage.js';
import { READ_NEXT_DUE } from './statements.js';

/** From a heartbeat's publication to the end of the sweep that it lets go: its commit, and one look. */
const SWEEP_LAG: Micros = 300 * MILLISECOND;
/** The gap is opened where no heartbeat has come through for longer. */
const GAP_AFTER: Micros = 5 * SECOND;
/** Its second heartbeat tells for certain since when an instance hears again. */
const PROOF: Micros = 2 * SELF_HEARTBEAT;
/** A further pass over services that another sweeper was working on comes with the next look. */
const LOOK: Micros = 200 * MILLISECOND;

/** What a simulation leaves, besides the tables. */
export interface Driven {
  readonly ledger: Ledger;
  readonly noticed: readonly Noticed[];
  readonly sweeps: number;
}

/** Lets the product live through a world, as fast as it can; all of `products` sweep. */
export const drive = async (
  stage: Stage,
  world: World,
  products: readonly Product[],
): Promise<Driven> => await new Driver(stage, world, products).run();

interface NamedChange {
  readonly serviceName: string;
  readonly settings: SettingsChange;
}

/**
 * Simulated time goes on by what is received. Whenever a deadline has passed, and a synthetic heartbeat
 * after it has come through, all sweepers sweep at once. In an outage no heartbeat comes through.
 */
class Driver {
  private readonly ledger = new Ledger();
  private readonly committing: Product;
  private readonly noticing: Noticing;
  private readonly backlog: Backlog;
  private readonly outages: Outage[];
  private readonly changes: NamedChange[];
  /** No heartbeat that has not been swept for yet comes through before. */
  private heartbeatUs: Micros;
  private nextSweepUs: Micros;
  private sweeps = 0;
  /** Since when the monitor hears everything, and why since then. */
  private hears: Pick<SyntheticHeartbeat, 'sinceUs' | 'cause'>;
  private isBlind = false;
  private isKeeping = false;

  constructor(
    private readonly stage: Stage,
    private readonly world: World,
    private readonly products: readonly Product[],
  ) {
    const [first] = products;
    if (first === undefined) throw new Error('somebody has to sweep');
    this.committing = first;
    this.backlog = new Backlog(first, world.options.seed);
    this.noticing = new Noticing(stage);
    this.outages = [...world.outages].sort((a, b) => a.fromUs - b.fromUs);
    this.changes = world.services
      .flatMap(({ name, settings }) =>
        settings.map((one) => ({ serviceName: name, settings: one })),
      )
      .sort((a, b) => a.settings.atUs - b.settings.atUs);
    this.heartbeatUs = world.beginUs + SELF_HEARTBEAT;
    this.nextSweepUs = Infinity;
    this.hears = { sinceUs: world.beginUs, cause: 'not_running' };
  }

  async run(): Promise<Driven> {
    const { world, ledger, backlog } = this;
    await this.cover(world.beginUs);
    for (const reception of receptionsOf(deliveriesOf(world), world.outages)) {
      ledger.record(reception);
      const { receivedUs } = reception;
      if (receivedUs === null) continue;
      await this.advanceTo(receivedUs);
      await this.keepFrom(receivedUs);
      backlog.add(reception, receivedUs);
      if (backlog.isDue && !this.isKeeping) await this.commit();
    }
    await this.advanceTo(world.endUs);
    await this.sweep(world.endUs);
    return { ledger, noticed: this.noticing.noticed, sweeps: this.sweeps };
  }

  /** Does what has to be done until `atUs`, in the order of its time. */
  private async advanceTo(atUs: Micros): Promise<void> {
    for (let next = this.next(); next.atUs <= atUs; next = this.next()) await next.act();
  }

  /** What the monitor, or its operator, does next. */
  private next(): { readonly atUs: Micros; readonly act: () => Promise<void> } {
    const [outage] = this.outages;
    const [change] = this.changes;
    if (outage !== undefined && this.isBlind) {
      return {
        atUs: outage.toUs,
        act: async () => {
          await this.endOutage(outage);
        },
      };
    }
    const changeUs = change?.settings.atUs ?? Infinity;
    const outageUs = outage?.fromUs ?? Infinity;
    if (change !== undefined && changeUs < Math.min(outageUs, this.nextSweepUs)) {
      return {
        atUs: changeUs,
        act: async () => {
          await this.set(change);
        },
      };
    }
    if (outage !== undefined && outageUs < this.nextSweepUs) {
      return {
        atUs: outageUs,
        act: async () => {
          await this.beginOutage(outage);
        },
      };
    }
    const sweepUs = this.nextSweepUs;
    return {
      atUs: sweepUs,
      act: async () => {
        await this.sweep(sweepUs);
      },
    };
  }

  /** Operators change nothing while the monitor is blind. */
  private async set({ serviceName, settings }: NamedChange): Promise<void> {
    this.changes.shift();
    await this.backlog.commit();
    await this.committing.set(serviceName, settings);
    await this.lookAhead();
  }

  private async beginOutage({ fromUs, toUs, cause }: Outage): Promise<void> {
    await this.commit();
    await this.cover(fromUs);
    this.isBlind = true;
    if (toUs - fromUs > GAP_AFTER) await this.committing.openGap(fromUs, cause);
  }

  /** From when on the journal has to keep what it takes, nobody commits. */
  private async keepFrom(receivedUs: Micros): Promise<void> {
    const [outage] = this.outages;
    if (this.isKeeping || outage?.fate !== 'journaled' || receivedUs < outage.beganUs) return;
    await this.commit();
    this.isKeeping = true;
  }

  /** What the journal has kept is committed before the heartbeat that ends the gap. */
  private async endOutage({ toUs, cause, fate }: Outage): Promise<void> {
    this.isKeeping = false;
    this.isBlind = false;
    this.outages.shift();
    await this.backlog.commit();
    if (fate === 'lost') {
      this.hears = { sinceUs: toUs, cause };
      this.heartbeatUs = toUs + PROOF;
    } else {
      this.hears = { ...this.hears, cause };
      this.heartbeatUs = toUs;
      await this.cover(toUs);
    }
    this.nextSweepUs = this.heartbeatUs;
  }

  private async cover(publishedUs: Micros): Promise<void> {
    await this.committing.cover({ publishedUs, ...this.hears });
  }

  private async sweep(horizonUs: Micros): Promise<void> {
    await this.backlog.commit();
    await this.cover(horizonUs);
    let nowUs = horizonUs + SWEEP_LAG;
    let busy = this.products.map((): readonly string[] => []);
    do {
      const passes = this.products.map(
        async (product, nth) => await product.sweep(horizonUs, busy[nth] ?? []),
      );
      busy = (await Promise.all(passes)).map((swept) => swept.busy);
      await this.noticing.look(nowUs);
      nowUs += LOOK;
      this.sweeps += 1;
    } while (busy.some((names) => names.length > 0));
    this.heartbeatUs = horizonUs + SELF_HEARTBEAT;
    await this.lookAhead();
  }

  private async commit(): Promise<void> {
    await this.backlog.commit();
    await this.lookAhead();
  }

  /** The next sweep follows the first heartbeat behind the next deadline. */
  private async lookAhead(): Promise<void> {
    const [row] = await this.stage.rows<{ due_us: Micros | null }>(READ_NEXT_DUE, [EXPIRY_SECONDS]);
    const beats = Math.floor((row?.due_us ?? Infinity) / SELF_HEARTBEAT) + 1;
    this.nextSweepUs = Math.max(this.heartbeatUs, beats * SELF_HEARTBEAT);
  }
}
