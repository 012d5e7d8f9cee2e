import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Environment } from '../config/environment.js';
import { Subscription } from '../ingest/subscription.js';
import { deferred } from '../runtime/deferred.js';
import type { DatabaseGate } from '../storage/database-gate.js';
import { Startup } from './startup.js';

/** A gate that opens when the test says so. */
function closedGate(): { gate: DatabaseGate; open: () => void } {
  const opened = deferred();
  const gate = { closedBecause: 'closed', whenOpen: () => opened.promise };
  return { gate: gate as unknown as DatabaseGate, open: opened.resolve };
}

async function statuses(checks: (() => HealthIndicatorResult)[]): Promise<unknown> {
  await Promise.resolve(); // what the gate resolved arrives
  const results = checks.flatMap((check) => Object.entries(check()));
  return Object.fromEntries(results.map(([key, { status }]) => [key, status]));
}

function startup(isEnabled: boolean): {
  subject: Startup;
  subscription: Subscription;
  open: () => void;
} {
  const subscription = new Subscription();
  const { gate, open } = closedGate();
  const environment = Object.assign(new Environment(), { HEALTH_CONSUMER_ENABLED: isEnabled });
  const subject = new Startup(environment, new HealthIndicatorService(), gate, subscription);
  subject.onApplicationBootstrap();
  return { subject, subscription, open };
}

describe('the start', () => {
  it('is over when the database was open and the channels were subscribed, and stays so', async () => {
    const { subject, subscription, open } = startup(true);
    expect(await statuses(subject.checks())).toEqual({ database: 'down', subscription: 'down' });
    open();
    subscription.subscribed(1);
    expect(await statuses(subject.checks())).toEqual({ database: 'up', subscription: 'up' });
    subscription.lost('gone');
    expect(await statuses(subject.checks())).toEqual({ database: 'up', subscription: 'up' });
  });

  it('of an instance without consumer takes the database alone', async () => {
    const { subject, open } = startup(false);
    open();
    expect(await statuses(subject.checks())).toEqual({ database: 'up' });
  });
});
