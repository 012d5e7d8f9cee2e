import type { UptimeWindow } from '../../../status/uptime-read-model.js';
import { Random } from '../../random.js';
import { HOUR, MILLISECOND } from '../world/time.js';
import type { World } from '../world/world.js';

const ODD_WINDOWS = 5;

/**
 * Windows to ask the uptime of: all of the world, with an hour before it; and odd ones, one of which
 * begins and another of which ends within an outage.
 */
export function windowsOf({ beginUs, endUs, outages, options }: World): UptimeWindow[] {
  const random = new Random(options.seed, 'windows');
  const someTime = (): number => random.whole(beginUs, endUs);
  const middles = outages.map(({ fromUs, toUs }) => (fromUs + toUs) / 2);
  const windows = [
    [beginUs, endUs],
    [beginUs - HOUR, endUs],
    [random.pick(middles), endUs],
    [beginUs, random.pick(middles)],
    ...Array.from({ length: ODD_WINDOWS }, () => [someTime(), someTime()]),
  ];
  return windows.map((bounds) => {
    const [from = 0, to = 0] = bounds.sort((a, b) => a - b);
    return { from: Math.floor(from / MILLISECOND), to: Math.floor(to / MILLISECOND) };
  });
}
