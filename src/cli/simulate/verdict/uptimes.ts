import type { Micros } from '../../../events/health-event.js';
import type { UptimeRow } from '../driver/product-reader.js';
import { type Durations, durationsOf } from '../truth/uptime.js';
import { MILLISECOND } from '../world/time.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

/** The uptime that is read is true to the millisecond, and its six parts make the window. */
export function uptimes({ world, tables, truth }: Evidence): Check {
  let largestUs = 0;
  const faults = tables.uptimes.flatMap((row) => {
    const service = truth.get(row.serviceName);
    if (service === undefined) return [`${row.serviceName} is not known`];
    const [fromUs, toUs] = [row.window.from * MILLISECOND, row.window.to * MILLISECOND];
    const errorUs = errorOf(row, durationsOf(service.steps, service.rules, fromUs, toUs));
    largestUs = Math.max(largestUs, errorUs);
    const sumUs = partsOf(row.durations).reduce((sum, [, us]) => sum + us, 0);
    if (errorUs <= MILLISECOND && sumUs === toUs - fromUs) return [];
    const window = `${at(world, fromUs)} to ${at(world, toUs)}`;
    return [
      `${row.serviceName} from ${window} is ${String(errorUs)} µs wrong, ` +
        `and its parts make ${String(sumUs)} µs of ${String(toUs - fromUs)}`,
    ];
  });
  return checkOf(
    'uptime to the millisecond',
    `${String(tables.uptimes.length)} windows, largest error ${String(largestUs)} µs`,
    faults,
  );
}

/** Of the part that is most wrong. */
const errorOf = ({ durations }: UptimeRow, truth: Durations): Micros =>
  Math.max(...partsOf(truth).map(([part, us]) => Math.abs(us - durations[part])));

const partsOf = (durations: Durations): [keyof Durations, Micros][] =>
  Object.entries(durations) as [keyof Durations, Micros][];
