import { CATALOGUE, type Service, servicesThatNeed, SHARED_DEPENDENCIES } from './catalogue.js';
import type { Beat, Fleet } from './fleet.js';
import { failure, outage, rollout, silence } from './happenings.js';
import { Random } from '../random.js';
import { Reservations } from './reservations.js';
import type { Script, Timeline } from './timeline.js';
import { nextVersion } from './version.js';

/** So that all of them are seen within the first minute. */
const FIRST_FAILURE_MS = 9_000;
const FIRST_ROLLOUT_MS = 16_000;
const FIRST_OUTAGE_MS = 34_000;
const SILENCE_MS = 48_000;

/** Of so many failures one is mild. */
const ONE_MILD_OF = 4;

/** Which happening comes when, and over whom: over a service one at a time, else side by side. */
export class Plot {
  private readonly reservations = new Reservations();

  constructor(
    private readonly timeline: Timeline<Beat>,
    private readonly fleet: Fleet,
    private readonly seed: number,
  ) {}

  begin(): void {
    const { timeline, seed } = this;
    timeline.play(this.failures(new Random(seed, 'failures')), FIRST_FAILURE_MS);
    timeline.play(this.rollouts(new Random(seed, 'rollouts')), FIRST_ROLLOUT_MS);
    timeline.play(this.outages(new Random(seed, 'outages')), FIRST_OUTAGE_MS);
    timeline.play(this.oneSilence(new Random(seed, 'silence')), SILENCE_MS);
  }

  /** The next does not wait until one is over. */
  private *failures(random: Random): Script {
    for (let nth = 1; ; nth += 1) {
      this.timeline.play(this.oneFailure(random, nth % ONE_MILD_OF === 0));
      yield random.between(14_000, 32_000);
    }
  }

  private *oneFailure(random: Random, isMild: boolean): Script {
    const service = yield* this.takeService(random);
    const instance = random.pick(this.fleet.instancesOf(service));
    yield* failure(this.fleet, random, instance, { isMild });
    this.reservations.giveBack([service]);
  }

  private *rollouts(random: Random): Script {
    for (;;) {
      const service = yield* this.takeService(random);
      const current = this.fleet.instancesOf(service)[0]?.version ?? service.version;
      yield* rollout(this.fleet, random, service, nextVersion(current, random));
      this.reservations.giveBack([service]);
      yield random.between(20_000, 45_000);
    }
  }

  private *outages(random: Random): Script {
    for (;;) {
      const dependency = yield* this.reservations.take(
        random,
        SHARED_DEPENDENCIES,
        servicesThatNeed,
      );
      yield* outage(this.fleet, random, dependency);
      this.reservations.giveBack(servicesThatNeed(dependency));
      yield random.between(60_000, 120_000);
    }
  }

  /** Once, and its service is left alone ever after. */
  private *oneSilence(random: Random): Script {
    const service = yield* this.takeService(random);
    silence(this.fleet, random.pick(this.fleet.instancesOf(service)));
  }

  private takeService(random: Random): Script<Service> {
    return this.reservations.take(random, CATALOGUE, (service) => [service]);
  }
}
