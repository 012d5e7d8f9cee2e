import { setTimeout as pause } from 'node:timers/promises';
import { databaseOutage } from '../../../support/outage.js';
import type { Fault } from '../../fault.js';
import { storesNothing } from '../../problems.js';
import { runOptions } from '../../run-options.js';

const { isLong } = runOptions(process.env);
const OUTAGE_MS = isLong ? 600_000 : 20_000;
const PER_SECOND = 500;
/** What was published meanwhile is to be stored, too. */
const DRAIN_MS = 180_000;

/** Deliveries are counted all the time; none of these events is to blame, and none a dead letter. */
const fault: Fault = {
  number: 53,
  name: 'PostgreSQL away for long, under load',
  selection: 'all',
  deadlineMs: OUTAGE_MS + DRAIN_MS,
  async run(world) {
    const outage = await databaseOutage();
    world.cleanUp(() => outage.close());
    await world.begin({
      instances: 2,
      eventsPerSecond: PER_SECOND,
      instancesDatabaseUrl: outage.databaseUrl,
    });

    const issuedBefore = world.publisher.all.length;
    await outage.begin();
    const told = await storesNothing(world.app, /./);
    await pause(OUTAGE_MS);
    const meanwhile = world.publisher.all.length - issuedBefore;
    await outage.end();
    world.faultEnded();

    expect(meanwhile).toBeGreaterThan((OUTAGE_MS / 1_000) * PER_SECOND * 0.8);
    return { times: 1, evidence: { outageSeconds: OUTAGE_MS / 1_000, meanwhile, told } };
  },
};

export default fault;
