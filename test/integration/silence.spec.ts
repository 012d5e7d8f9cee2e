import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';
import { StatusPath } from '../support/status-path.js';

// TTL 60 s and grace 15 s by default: what is heard at 0 is due at 75.
describe('silence', () => {
  let scope: Scope;
  let path: StatusPath;

  beforeEach(async () => {
    scope = await Scope.open();
    expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
    path = await StatusPath.open(scope);
  });

  afterEach(async () => {
    await path.close();
    await scope.close();
  });

  it('begins at the deadline, not before, and is said once', async () => {
    await path.tell({ at: 0 });
    await path.sweep(75);
    expect(await path.instances()).toBe('a healthy');
    await path.sweep(75.001);
    await path.sweep(80);

    expect(await path.instances()).toBe('a stale');
    expect(await path.shown()).toBe('0 healthy, 75 stale');
    expect(await path.said()).toBe('healthy (first_event), stale (silent)');
  });

  it('ends at the reception, with the status reported then', async () => {
    await path.tell({ at: 0 });
    await path.sweep(76);
    await path.tell({ at: 100, status: 'degraded' });

    expect(await path.shown()).toBe('0 healthy, 75 stale, 100 degraded');
    expect(await path.said()).toBe('healthy (first_event), stale (silent), degraded (recovered)');
    expect(await path.instances()).toBe('a degraded');
  });

  it('hides what is reported of its time later', async () => {
    await path.tell({ at: 0 });
    await path.sweep(76);
    await path.tell({ at: 100 }, { at: 101, occurredAt: 80, status: 'unhealthy' });

    expect(await path.shown()).toBe('0 healthy, 75 stale, 100 healthy');
  });

  it('is the same whether it was swept in time, late, or not at all', async () => {
    for (const [service, horizons] of [
      ['swept', [70, 76, 80, 90]],
      ['late', [99]],
      ['never', []],
    ] as const) {
      await path.tell({ service, at: 0 });
      for (const horizon of horizons) await path.sweep(horizon);
      await path.tell({ service, at: 100 });
      expect(await path.shown('a', service)).toBe('0 healthy, 75 stale, 100 healthy');
    }
    expect(await path.said('never')).toBe('healthy (first_event)');
  });

  it('follows the events in order of reception, in whatever order they are committed', async () => {
    const events = [0, 50, 200, 201].map((at) => path.event({ at, ttl: 10 }));
    for (const event of events.toReversed()) await path.commit([event]);
    expect(await path.shown()).toBe('0 healthy, 25 stale, 50 healthy, 75 stale, 200 healthy');
  });

  it('is not begun where a gap overlaps the wait, until one wait of its own after it', async () => {
    await path.tell({ at: 0 });
    await path.gap(70, 80);
    await path.sweep(154.9);
    expect(await path.instances()).toBe('a healthy');
    await path.sweep(155.1);
    expect(await path.shown()).toBe('0 healthy, 155 stale');
  });

  it('is taken back where a gap becomes known afterwards', async () => {
    await path.tell({ at: 0 });
    await path.tell({ at: 100 });
    expect(await path.shown()).toBe('0 healthy, 75 stale, 100 healthy');
    await path.gap(50, 60);
    await path.sweep(110);
    expect(await path.shown()).toBe('0 healthy');
  });

  it('is never that of one that left, or that promised nothing', async () => {
    await path.tell({ at: 0 }, { at: 1, status: 'left' }, { at: 0, service: 'batch', ttl: 0 });
    await path.sweep(100_000);
    expect([await path.status(), await path.instances()]).toEqual(['unknown', 'a left']);
    expect(await path.status('batch')).toBe('healthy');
  });

  it('degrades the service while another instance is heard, until it expires', async () => {
    await path.tell({ at: 0 }, { at: 1, instance: 'b' }, { at: 5 });
    for (let at = 60; at <= 420; at += 60) {
      await path.tell({ at, instance: 'b' });
      await path.sweep(at);
    }

    expect(await path.said()).toBe('healthy (first_event), degraded (silent), healthy (expired)');
    expect(await path.instances()).toBe('b healthy');
    expect(await path.shown()).toBe('0 healthy, 80 stale');
  });

  it('makes the service stale where all instances are silent, and the last one never expires', async () => {
    await path.tell({ at: 0 }, { at: 1, instance: 'b' });
    await path.sweep(90);
    expect(await path.status()).toBe('stale');
    await path.sweep(100_000);
    expect(await path.instances()).toBe('b stale');
    expect(await path.status()).toBe('stale');

    await path.tell({ at: 100_001, instance: 'c' });
    await path.sweep(100_002);
    expect(await path.instances()).toBe('c healthy');
    expect(await path.status()).toBe('healthy');
  });

  it('passes unsaid where a replacement came', async () => {
    await path.tell({ at: 0, instance: 'old' }, { at: 0.1, instance: 'other' });
    await path.tell({ at: 10, instance: 'old' }, { at: 12, instance: 'other' });
    await path.tell({ at: 20, instance: 'new' });
    await path.tell({ at: 70, instance: 'new' }, { at: 70.1, instance: 'other' });
    await path.sweep(90);

    expect(await path.said()).toBe('healthy (first_event)');
    expect(await path.instances()).toBe('new healthy, other healthy');
  });

  it('counts from a change of settings on', async () => {
    await path.tell({ at: 0 });
    await scope.sql(
      `INSERT INTO service_settings (service_name, changed_at, ttl_seconds, grace_seconds)
       VALUES ('payments', to_timestamp(1700000010), 5, 1)`,
    );
    await path.tell({ at: 20 });
    await path.sweep(26.1);
    expect(await path.shown()).toBe('0 healthy, 10 stale, 20 healthy, 26 stale');
  });

  it('is said once by three sweepers at a time', async () => {
    const services = Array.from({ length: 4 }, (_, n) => `s${String(n)}`);
    await path.tell(...services.map((service, n) => ({ service, at: n })));
    await Promise.all([path.sweep(90), path.sweep(90), path.sweep(90)]);
    await path.sweep(90);
    for (const service of services) {
      expect(await path.said(service)).toBe('healthy (first_event), stale (silent)');
    }
    expect(await scope.count('health_silences')).toBe(4);
  });
});

describe('thresholds', () => {
  let scope: Scope;
  let path: StatusPath;

  beforeAll(async () => {
    scope = await Scope.open();
    await runCommand('src/cli/migrate.js', scope.environment);
    path = await StatusPath.open(scope);
    await scope.sql(
      `INSERT INTO service_settings (service_name, changed_at, failure_threshold)
       VALUES ('payments', to_timestamp(1600000000), 3)`,
    );
  });

  afterAll(async () => {
    await path.close();
    await scope.close();
  });

  it('hold the status until enough events agree, late ones included', async () => {
    await path.tell({ at: 0 }, { at: 10, status: 'unhealthy' });
    await path.tell({ at: 20, status: 'unhealthy' });
    expect(await path.status()).toBe('healthy');
    await path.tell({ at: 30, status: 'unhealthy' });
    expect(await path.shown()).toBe('0 healthy, 30 unhealthy');
    expect(await path.status()).toBe('unhealthy');

    await path.tell({ at: 31, occurredAt: 25 });
    expect(await path.shown()).toBe('0 healthy');
    expect(await path.status()).toBe('healthy');
    await path.tell({ at: 40, status: 'unhealthy' }, { at: 50, status: 'unhealthy' });
    expect(await path.shown()).toBe('0 healthy, 50 unhealthy');
  });
});

describe('self-preservation', () => {
  let scope: Scope;
  let path: StatusPath;
  const services = Array.from({ length: 10 }, (_, n) => `s${String(n)}`);

  beforeEach(async () => {
    scope = await Scope.open();
    await runCommand('src/cli/migrate.js', scope.environment);
    path = await StatusPath.open(scope);
    await path.tell(...services.map((service, n) => ({ service, at: n / 10 })));
  });

  afterEach(async () => {
    await path.close();
    await scope.close();
  });

  const statuses = async (): Promise<string> => {
    const rows = await scope.sql<{ told: string }>(
      `SELECT string_agg(left(current_status, 1), '' ORDER BY service_name) AS told FROM service_status`,
    );
    return rows[0]?.told ?? '';
  };

  it('holds what falls silent at once, and lets it go after the limit, for good', async () => {
    await path.tell(...services.slice(0, 4).map((service) => ({ service, at: 60 })));
    await path.sweep(80);
    expect(await statuses()).toBe('hhhhhhhhhh');
    expect(await scope.count('health_holds', 'outcome IS NULL')).toBe(6);
    for (let at = 100; at < 380; at += 40) {
      await path.tell(...services.slice(0, 4).map((service) => ({ service, at })));
      await path.sweep(at);
    }
    expect(await statuses()).toBe('hhhhhhhhhh');
    await path.tell(...services.slice(0, 4).map((service) => ({ service, at: 380 })));
    await path.sweep(381);

    expect(await statuses()).toBe('hhhhssssss');
    expect(await path.shown('a', 's9')).toBe('0.9 healthy, 75.9 stale');
    await path.sweep(383);
    expect(await scope.count('self_preservation')).toBe(1);
  });

  it('holds less than the share for nobody', async () => {
    await path.tell(...services.slice(0, 7).map((service) => ({ service, at: 60 })));
    await path.sweep(80);
    expect(await statuses()).toBe('hhhhhhhsss');
  });

  it('lets nothing turn stale where all are heard again', async () => {
    await path.sweep(80);
    expect(await scope.count('health_holds')).toBe(10);
    await path.tell(...services.map((service) => ({ service, at: 90 })));
    await path.sweep(91);
    expect(await statuses()).toBe('hhhhhhhhhh');
    expect(await path.shown('a', 's0')).toBe('0 healthy');
    expect(await scope.sql(`SELECT released_by FROM self_preservation`)).toEqual([
      { released_by: 'recovered' },
    ]);
  });

  it('lets all go at an operator’s word', async () => {
    await path.sweep(80);
    expect(await path.selfPreservation.release('operator', null)).toBe(10);
    expect(await path.selfPreservation.release('operator', null)).toBeNull();
    await path.sweep(81);
    expect(await statuses()).toBe('ssssssssss');
  });
});
