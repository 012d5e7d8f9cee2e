import type { Micros } from '../../../events/health-event.js';
import { Random } from '../../random.js';
import { Cast } from './cast.js';
import {
  type Absence,
  collapse,
  comeBackFromDeath,
  crash,
  death,
  episode,
  flapping,
  type Happening,
  redeploy,
  rollingRestart,
} from './happenings.js';
import { INSTANCES_PER_SERVICE, type SimulatedService } from './service.js';
import type { Spell } from './spell.js';
import { MINUTE, SECOND } from './time.js';

/**
 * Between two happenings of a service: longer than any wait, so that it is never in doubt who takes
 * whose place.
 */
const CALM_FROM: Micros = 11 * MINUTE;
const CALM_TO: Micros = 45 * MINUTE;
/** All instances of all services begin within so long. */
const BEGINNING: Micros = 20 * SECOND;

/** Each as often as it stands here. */
const HAPPENINGS: readonly (Happening | 'death' | 'collapse')[] = [
  episode,
  episode,
  episode,
  episode,
  flapping,
  crash,
  crash,
  rollingRestart('leaves'),
  rollingRestart('restarts'),
  redeploy('leaves', 2 * SECOND, 15 * SECOND),
  redeploy('is_replaced', SECOND, 15 * SECOND),
  redeploy('is_replaced', SECOND, 15 * SECOND),
  redeploy('is_replaced', -30 * SECOND, -SECOND),
  'death',
  'death',
  'death',
  'collapse',
];

/**
 * Decides all that befalls one service until the world ends, one happening after the other: a pure
 * function of the seed and the service.
 */
export function spellsOf(
  service: SimulatedService,
  seed: number,
  beginUs: Micros,
  endUs: Micros,
): Spell[] {
  const random = new Random(seed, `${service.name} happens`);
  const cast = new Cast(service);
  for (let place = 0; place < INSTANCES_PER_SERVICE; place += 1) {
    cast.start(place, beginUs + random.between(0, BEGINNING), 'healthy');
  }
  let absences: Absence[] = [];
  let nowUs = beginUs + random.between(CALM_FROM, CALM_TO);
  while (nowUs < endUs) {
    const back = absences.filter(({ untilUs }) => untilUs <= nowUs);
    if (back.length > 0) {
      absences = absences.filter(({ untilUs }) => untilUs > nowUs);
      for (const absence of back) {
        nowUs =
          comeBackFromDeath(absence)(cast, random, nowUs) + random.between(5 * SECOND, MINUTE);
      }
    } else {
      const happening = random.pick(HAPPENINGS);
      const isWhole = cast.places(true).length === INSTANCES_PER_SERVICE;
      if (happening === 'death' || happening === 'collapse') {
        if (isWhole)
          absences.push(...(happening === 'death' ? death : collapse)(cast, random, nowUs));
      } else if (isWhole || happening === episode) {
        nowUs = happening(cast, random, nowUs);
      }
    }
    nowUs += random.between(CALM_FROM, CALM_TO);
  }
  return cast.finish(endUs);
}
