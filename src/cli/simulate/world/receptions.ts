import type { Micros } from '../../../events/health-event.js';
import type { Delivery } from './deliveries.js';
import type { Outage } from './outages.js';

/** A delivery, and when the journal took it; null where nobody heard it. */
export interface Reception {
  readonly delivery: Delivery;
  readonly receivedUs: Micros | null;
}

/**
 * What the monitor hears of what arrives, in the order in which it does: its outages lose some, and
 * delay some. No two are received in the same microsecond.
 */
export function* receptionsOf(
  deliveries: Iterable<Delivery>,
  outages: readonly Outage[],
): Generator<Reception, void, undefined> {
  let lastUs: Micros = 0;
  const receive = (delivery: Delivery, atUs: Micros): Reception => {
    lastUs = Math.max(atUs, lastUs + 1);
    return { delivery, receivedUs: lastUs };
  };
  const coming = [...outages].sort((a, b) => a.fromUs - b.fromUs);
  let delayed: Delivery[] = [];
  for (const delivery of deliveries) {
    const { deliveredUs } = delivery;
    while (coming[0] !== undefined && coming[0].toUs <= deliveredUs) {
      const { toUs } = coming[0];
      for (const one of delayed) yield receive(one, toUs);
      delayed = [];
      coming.shift();
    }
    const [outage] = coming;
    if (outage === undefined || deliveredUs < outage.beganUs || outage.fate === 'journaled') {
      yield receive(delivery, deliveredUs);
    } else if (outage.fate === 'lost') {
      yield { delivery, receivedUs: null };
    } else {
      delayed.push(delivery);
    }
  }
}
