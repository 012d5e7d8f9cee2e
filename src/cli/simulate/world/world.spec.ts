import { INSTANCES_PER_SERVICE, shortestWaitUs } from './service.js';
import type { Ending } from './spell.js';
import { SECOND } from './time.js';
import { createWorld } from './world.js';

const OPTIONS = { seed: 7, services: 40, hours: 24 };
const world = createWorld(OPTIONS);

describe('a simulated world', () => {
  it('is the same for the same options, and another for others', () => {
    expect(createWorld(OPTIONS)).toEqual(world);
    expect(createWorld({ ...OPTIONS, seed: 8 })).not.toEqual(world);
  });

  it('keeps the life of a service whatever other services there are', () => {
    const { name } = world.services[3] ?? { name: '' };
    const of = ({ spells }: typeof world): unknown[] =>
      spells.filter(({ serviceName }) => serviceName === name);
    expect(of(createWorld({ ...OPTIONS, services: 4 }))).toEqual(of(world));
  });

  it('knows every way for a process to end', () => {
    const endings: readonly Ending[] = ['leaves', 'dies', 'restarts', 'is_replaced', 'goes_on'];
    for (const ending of endings) {
      expect(world.spells.filter((spell) => spell.ending === ending).length).toBeGreaterThan(20);
    }
  });

  it('lets no two processes of one name run at a time, and nothing happen outside it', () => {
    const last = new Map<string, number>();
    for (const spell of [...world.spells].sort((a, b) => a.fromUs - b.fromUs)) {
      const name = `${spell.serviceName}/${spell.instanceId}`;
      expect(spell.fromUs).toBeGreaterThan(last.get(name) ?? 0);
      expect(spell.toUs).toBeGreaterThan(spell.fromUs);
      expect(spell.fromUs).toBeGreaterThanOrEqual(world.beginUs);
      expect(spell.toUs).toBeLessThanOrEqual(world.endUs);
      last.set(name, spell.toUs);
    }
  });

  it('begins with all instances of all services', () => {
    const early = world.spells.filter(({ fromUs }) => fromUs < world.beginUs + 20 * SECOND);
    expect(early).toHaveLength(OPTIONS.services * INSTANCES_PER_SERVICE);
  });

  it('gives a replaced process a successor of another name, well before it is missed', () => {
    const replaced = world.spells.filter(({ ending }) => ending === 'is_replaced');
    for (const { serviceName, instanceId, toUs } of replaced) {
      const service = world.services.find(({ name }) => name === serviceName);
      const successor = world.spells.find(
        (other) =>
          other.serviceName === serviceName &&
          other.instanceId.startsWith(instanceId.charAt(0)) &&
          other.instanceId !== instanceId &&
          Math.abs(other.fromUs - toUs) <
            Math.min(31 * SECOND, service ? shortestWaitUs(service) : 0),
      );
      if (toUs < world.endUs - 31 * SECOND) expect(successor).toBeDefined();
    }
  });

  it('promises for longer than two intervals, by event, setting and default', () => {
    const { services } = world;
    const byEvent = services.filter(({ ttlSeconds }) => ttlSeconds !== null);
    const bySetting = services.filter(({ settings }) => settings[0]?.ttlSeconds != null);
    expect(byEvent.length).toBeGreaterThan(5);
    expect(bySetting.length).toBeGreaterThan(5);
    expect(byEvent.length + bySetting.length).toBeLessThan(services.length - 5);
    for (const service of services) {
      expect(shortestWaitUs(service)).toBeGreaterThan(2.2 * service.intervalUs);
    }
  });

  it.each([
    [200, 2],
    [100, 0.5],
    [100, 24],
  ])(
    'of %i services and %d h changes settings, never while the monitor is blind',
    (services, hours) => {
      const world = createWorld({ seed: 1, services, hours });
      const changes = world.services.flatMap(({ settings }) => settings);
      expect(changes.length).toBeGreaterThan(20);
      for (const { settings } of world.services) {
        expect(new Set(settings.map(({ atUs }) => atUs)).size).toBe(settings.length);
      }
      for (const { atUs } of changes) {
        expect(world.outages.some(({ fromUs, toUs }) => fromUs <= atUs && atUs < toUs)).toBe(false);
      }
    },
  );
});
