import type { Delivery } from './deliveries.js';
import type { Fate, Outage } from './outages.js';
import { receptionsOf } from './receptions.js';
import { BEGIN, SECOND } from './time.js';
import { createWorld } from './world.js';
import { deliveriesOf } from './deliveries.js';

const [example] = deliveriesOf(createWorld({ seed: 1, services: 1, hours: 1 }));
if (example === undefined) throw new Error('a world without a delivery');
const delivery = (seconds: number): Delivery => ({
  ...example,
  deliveredUs: BEGIN + seconds * SECOND,
});

/** From 10 to 20 s, in truth from 10.5 s on. */
const outage = (fate: Fate): Outage => ({
  cause: 'redis_unreachable',
  fate,
  fromUs: BEGIN + 10 * SECOND,
  beganUs: BEGIN + 10.5 * SECOND,
  toUs: BEGIN + 20 * SECOND,
});

function heard(fate: Fate): (number | null)[] {
  const deliveries = [9, 10.2, 12, 15, 15, 20, 21].map(delivery);
  return [...receptionsOf(deliveries, [outage(fate)])].map(({ receivedUs }) =>
    receivedUs === null ? null : (receivedUs - BEGIN) / SECOND,
  );
}

describe('what the monitor hears of what is published during an outage', () => {
  it.each([
    ['lost', [9, 10.2, null, null, null, 20, 21]],
    ['journaled', [9, 10.2, 12, 15, 15.000001, 20, 21]],
    ['delayed', [9, 10.2, 20, 20.000001, 20.000002, 20.000003, 21]],
  ] as const)('%s', (fate, wanted) => {
    expect(heard(fate)).toEqual(wanted);
  });
});
