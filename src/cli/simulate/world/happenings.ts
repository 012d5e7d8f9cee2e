import type { Micros } from '../../../events/health-event.js';
import type { Random } from '../../random.js';
import type { Cast } from './cast.js';
import { shortestWaitUs } from './service.js';
import { HOUR, MINUTE, SECOND } from './time.js';

/** Something that befalls a service from a moment on; returns when it is over. */
export type Happening = (cast: Cast, random: Random, atUs: Micros) => Micros;

/** A place whose instance is gone, and when it, or another one, comes there. */
export interface Absence {
  readonly place: number;
  readonly untilUs: Micros;
  readonly isForGood: boolean;
}

const somePlace = (cast: Cast, random: Random): number => random.pick(cast.places(true));

/** An instance degrades, may fail, and recovers; in some cases others follow it. */
export const episode: Happening = (cast, random, atUs) => {
  let untilUs = atUs;
  for (const place of cast.places(true).slice(0, random.whole(1, 3))) {
    let turnUs = atUs + random.between(0, 2 * MINUTE);
    cast.turn(place, turnUs, 'degraded');
    for (let fails = random.whole(0, 2); fails > 0; fails -= 1) {
      turnUs += random.between(20 * SECOND, 8 * MINUTE);
      cast.turn(place, turnUs, 'unhealthy');
      turnUs += random.between(20 * SECOND, 8 * MINUTE);
      cast.turn(place, turnUs, 'degraded');
    }
    turnUs += random.between(20 * SECOND, 5 * MINUTE);
    cast.turn(place, turnUs, 'healthy');
    untilUs = Math.max(untilUs, turnUs);
  }
  return untilUs;
};

/** An instance is of two minds. */
export const flapping: Happening = (cast, random, atUs) => {
  const place = somePlace(cast, random);
  let turnUs = atUs;
  for (let turns = random.whole(3, 12); turns > 0; turns -= 1) {
    cast.turn(place, turnUs, random.pick(['unhealthy', 'degraded', 'healthy']));
    turnUs += random.between(2 * SECOND, MINUTE);
  }
  cast.turn(place, turnUs, 'healthy');
  return turnUs;
};

/** Says that it starts, for a while, and then that it is healthy. */
function comeBack(
  cast: Cast,
  random: Random,
  place: number,
  atUs: Micros,
  startingUs: Micros,
): Micros {
  cast.start(place, atUs, 'starting');
  const healthyUs = atUs + random.between(2 * SECOND, startingUs);
  cast.turn(place, healthyUs, 'healthy');
  return healthyUs;
}

/** Crashes and is there again at once; recovers at once, or slowly. */
export const crash: Happening = (cast, random, atUs) => {
  const place = somePlace(cast, random);
  const waitsUs = shortestWaitUs(cast.service);
  cast.end(place, atUs, 'restarts');
  const backUs = atUs + random.between(2 * SECOND, waitsUs / 4);
  return comeBack(cast, random, place, backUs, random.pick([10 * SECOND, 6 * MINUTE]));
};

/** All instances restart one after the other, with or without a leave word. */
export const rollingRestart =
  (ending: 'leaves' | 'restarts'): Happening =>
  (cast, random, atUs) => {
    let nowUs = atUs;
    for (const place of cast.places(true)) {
      cast.end(place, nowUs, ending);
      const awayUs = random.between(2 * SECOND, shortestWaitUs(cast.service) / 4);
      nowUs = comeBack(cast, random, place, nowUs + awayUs, 20 * SECOND);
      nowUs += random.between(3 * SECOND, 30 * SECOND);
    }
    return nowUs;
  };

/**
 * All instances are replaced by ones of other names, one after the other. Each newcomer comes within
 * `fromUs` to `toUs` behind its predecessor's last word.
 */
export const redeploy =
  (ending: 'leaves' | 'is_replaced', fromUs: Micros, toUs: Micros): Happening =>
  (cast, random, atUs) => {
    let nowUs = atUs;
    for (const place of cast.places(true)) {
      cast.end(place, nowUs, ending);
      cast.rename(place);
      const comesUs = nowUs + random.between(fromUs, toUs);
      nowUs = Math.max(nowUs, comeBack(cast, random, place, comesUs, 20 * SECOND));
      nowUs += random.between(5 * SECOND, 30 * SECOND);
    }
    return nowUs;
  };

/** An instance dies and says nothing; it comes back much later, or another one in its stead. */
export function death(cast: Cast, random: Random, atUs: Micros): Absence[] {
  const place = somePlace(cast, random);
  cast.end(place, atUs, 'dies');
  const awayUs = random.pick([
    random.between(3 * MINUTE, 30 * MINUTE),
    random.between(30 * MINUTE, 6 * HOUR),
  ]);
  return [{ place, untilUs: atUs + awayUs, isForGood: random.whole(1, 3) === 1 }];
}

/** All instances die within half a minute, and come back one after the other. */
export function collapse(cast: Cast, random: Random, atUs: Micros): Absence[] {
  const untilUs = atUs + random.between(4 * MINUTE, HOUR);
  return cast.places(true).map((place) => {
    cast.end(place, atUs + random.between(0, 30 * SECOND), 'dies');
    return { place, untilUs, isForGood: false };
  });
}

/** Who died comes back. */
export const comeBackFromDeath =
  ({ place, isForGood }: Absence): Happening =>
  (cast, random, atUs) => {
    if (isForGood) cast.rename(place);
    return comeBack(cast, random, place, atUs, random.pick([10 * SECOND, 6 * MINUTE]));
  };
