import type { Tables } from '../driver/tables.js';
import { Ledger } from '../truth/ledger.js';
import { truthOfWorld } from '../truth/world-truth.js';
import { deliveriesOf } from '../world/deliveries.js';
import { receptionsOf } from '../world/receptions.js';
import { durationsOf } from '../truth/uptime.js';
import { MILLISECOND, SECOND } from '../world/time.js';
import { createWorld } from '../world/world.js';
import type { Evidence } from './check.js';
import { sameTables } from './same-tables.js';
import { verdictOf } from './verdict.js';
import { windowsOf } from './windows.js';

/**
 * What a monitor without a fault would leave of a small world. It takes nobody out, which is the one
 * thing that is wrong with it: who has to go is for the integration spec.
 */
function faultless(): Evidence {
  const world = createWorld({ seed: 5, services: 20, hours: 6 });
  const ledger = new Ledger();
  for (const reception of receptionsOf(deliveriesOf(world), world.outages))
    ledger.record(reception);
  const truth = truthOfWorld(world, ledger, []);
  const lives = [...truth.values()].flatMap((service) => service.lives);
  const silences = lives.flatMap(({ life, silences: all }) =>
    all.map(({ heardUs, dueUs, endsUs }) => ({
      ...life.ledger,
      heardUs,
      dueUs,
      endsUs: endsUs === Infinity ? null : endsUs,
    })),
  );
  const tables: Tables = {
    shown: lives.flatMap(({ life, shown }) =>
      shown.map(({ fromUs, status }) => ({ ...life.ledger, atUs: fromUs, status })),
    ),
    silences,
    removals: [],
    said: [],
    gaps: world.outages,
    services: new Map([...truth].map(([name, { steps }]) => [name, steps.at(-1)?.status ?? ''])),
    timelines: new Map(
      [...truth].map(([name, { steps }]) => [
        name,
        steps.map(({ fromUs, status }) => ({ atUs: fromUs, status })),
      ]),
    ),
    uptimes: [...truth].flatMap(([serviceName, { steps, rules }]) =>
      windowsOf(world).map((window) => ({
        serviceName,
        window,
        durations: durationsOf(steps, rules, window.from * MILLISECOND, window.to * MILLISECOND),
      })),
    ),
    messages: ledger.count,
  };
  const noticed = silences.map((one) => ({ ...one, writtenUs: one.dueUs + SECOND }));
  return { world, driven: { ledger, noticed, sweeps: 1 }, tables, truth };
}

const evidence = faultless();
const { tables, driven } = evidence;
const failing = (changed: Partial<Evidence>): string[] =>
  verdictOf({ ...evidence, ...changed })
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name);
/** Nobody is ever replaced or taken out. */
const ALWAYS = ['alarms by redeploys and restarts', 'removals of instances'];

describe('the verdict', () => {
  it('finds nothing wrong with what a faultless monitor says', () => {
    expect(failing({}).filter((name) => !ALWAYS.includes(name))).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, string]>([
    [
      'an event that is not stored',
      { tables: { ...tables, messages: tables.messages - 1 } },
      'events heard and stored',
    ],
    [
      'a gap that is not recorded',
      { tables: { ...tables, gaps: tables.gaps.slice(1) } },
      'gaps recorded',
    ],
    [
      'a death that nobody noticed',
      { tables: { ...tables, silences: [] } },
      'silent deaths missed outside gaps',
    ],
    [
      'a silence that was none',
      {
        tables: {
          ...tables,
          silences: tables.silences.map((one) => ({ ...one, dueUs: one.dueUs - 60 * SECOND })),
        },
      },
      'stale although it published in time',
    ],
    [
      'a silence that ends a microsecond late',
      {
        tables: {
          ...tables,
          silences: tables.silences.map((one) => ({ ...one, endsUs: (one.endsUs ?? 0) + 1 })),
        },
      },
      'silences as they should be',
    ],
    [
      'a transition that was noticed late',
      {
        driven: {
          ...driven,
          noticed: driven.noticed.map((one) => ({ ...one, writtenUs: one.dueUs + 2.1 * SECOND })),
        },
      },
      'delay of stale transitions, at most 2 s',
    ],
    [
      'a transition that is missing in the middle',
      { tables: { ...tables, shown: tables.shown.filter((_, nth) => nth !== 100) } },
      'timelines of instances as they should be',
    ],
    [
      'a transition too many at the end',
      { tables: { ...tables, shown: [...tables.shown, ...tables.shown.slice(-1)] } },
      'timelines of instances as they should be',
    ],
    [
      'a service whose timeline is not derived',
      { tables: { ...tables, timelines: new Map() } },
      'timelines of services as they should be',
    ],
    [
      'an uptime that is a millisecond short',
      {
        tables: {
          ...tables,
          uptimes: tables.uptimes.map((one) => ({
            ...one,
            durations: { ...one.durations, healthy: one.durations.healthy - 1.1 * MILLISECOND },
          })),
        },
      },
      'uptime to the millisecond',
    ],
    [
      'a service that is not what it should be',
      { tables: { ...tables, services: new Map() } },
      'statuses of services in the end',
    ],
  ])('finds %s', (_, changed, check) => {
    expect(failing(changed)).toContain(check);
  });

  it('finds tables that differ', () => {
    const fingerprints = {
      health_transitions: 'a',
      health_silences: 'b',
      service_deletions: 'c',
      service_instances: 'd',
      service_status: 'e',
    };
    const other = { ...fingerprints, health_silences: 'x' };
    expect(sameTables([{ sweepers: 1, fingerprints }])).toBeNull();
    expect(sameTables([1, 2].map((sweepers) => ({ sweepers, fingerprints })))?.isMet).toBe(true);
    expect(
      sameTables([
        { sweepers: 1, fingerprints },
        { sweepers: 2, fingerprints: other },
      ])?.faults,
    ).toEqual(['health_silences of 2 sweepers is not that of 1']);
  });
});
