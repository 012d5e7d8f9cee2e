import fc from 'fast-check';
import { aggregate } from './aggregation.js';
import {
  type Ahead,
  type Deletion,
  type Expectation,
  type InstanceChange,
  ServiceTimeline,
  serviceTimeline,
  type TimelineEvent,
} from './timeline.js';

type Status = InstanceChange['toStatus'];

/** A change at a second, of an event received a microsecond later. */
const change = (seconds: number, instanceId: string, toStatus: Status): InstanceChange => ({
  kind: 'change',
  instanceId,
  toStatus,
  occurredAtUs: seconds * 1e6,
  receivedAtUs: seconds * 1e6 + 1,
});

/** Nothing was received since a second. */
const silence = (seconds: number, instanceId: string, received: number): InstanceChange => ({
  ...change(seconds, instanceId, 'stale'),
  receivedAtUs: received * 1e6 + 1,
});

/** Of what was received until `through`, at first the same second. */
const deletion = (seconds: number, instanceId: string | null, through = seconds): Deletion => ({
  kind: 'deletion',
  instanceId,
  occurredAtUs: seconds * 1e6,
  receivedThroughUs: through * 1e6,
});

const expected = (seconds: number, expectedInstances: number | null): Expectation => ({
  kind: 'settings',
  occurredAtUs: seconds * 1e6,
  expectedInstances,
});

const NOTHING: Ahead = { members: [], expectedInstances: null, isKnown: false };
const after = (...members: InstanceChange[]): Ahead => ({ ...NOTHING, members, isKnown: true });

/** `second from→to` of each change of the service. */
const told = (ahead: Ahead, events: readonly TimelineEvent[]): string[] =>
  serviceTimeline(ahead, events).map(
    ({ fromStatus, toStatus, cause }) =>
      `${String(cause.occurredAtUs / 1e6)} ${fromStatus ?? '-'}→${toStatus}`,
  );

describe('the timeline of a service', () => {
  it.each<[string, Ahead, TimelineEvent[], string[]]>([
    ['begins with its first instance', NOTHING, [change(1, 'a', 'healthy')], ['1 -→healthy']],
    [
      'is that of the worst instance',
      NOTHING,
      [
        change(1, 'a', 'healthy'),
        change(2, 'b', 'unhealthy'),
        change(3, 'a', 'degraded'),
        change(4, 'b', 'healthy'),
        change(5, 'a', 'healthy'),
      ],
      ['1 -→healthy', '2 healthy→unhealthy', '4 unhealthy→degraded', '5 degraded→healthy'],
    ],
    [
      'goes on from what was before',
      after(change(1, 'a', 'unhealthy'), change(2, 'b', 'healthy')),
      [change(3, 'b', 'degraded'), change(4, 'a', 'healthy')],
      ['4 unhealthy→degraded'],
    ],
    [
      'counts no instance that has left',
      after(change(1, 'a', 'unhealthy'), change(2, 'b', 'healthy')),
      [change(3, 'a', 'left'), change(4, 'b', 'left')],
      ['3 unhealthy→healthy', '4 healthy→unknown'],
    ],
    [
      'is degraded while one of several is silent, and stale while all are',
      after(change(1, 'a', 'healthy'), change(1, 'b', 'healthy')),
      [change(2, 'a', 'stale'), change(3, 'b', 'stale'), change(4, 'a', 'healthy')],
      ['2 healthy→degraded', '3 degraded→stale', '4 stale→degraded'],
    ],
    [
      'changes when an instance is taken out, and not again at the next change',
      after(change(1, 'a', 'unhealthy'), change(1, 'b', 'healthy')),
      [deletion(3, 'a'), change(4, 'b', 'degraded')],
      ['3 unhealthy→healthy', '4 healthy→degraded'],
    ],
    [
      'changes when a silent instance expires',
      after(change(1, 'a', 'healthy'), change(1, 'b', 'healthy')),
      [silence(2, 'a', 1), deletion(7, 'a', 1.5)],
      ['2 healthy→degraded', '7 degraded→healthy'],
    ],
    [
      'shows nothing of an instance that was replaced when it was due',
      after(change(1, 'a', 'healthy'), change(2, 'b', 'healthy')),
      [deletion(3, 'a', 1.5), change(4, 'b', 'degraded')],
      ['4 healthy→degraded'],
    ],
    [
      'sees a deleted instance again when it comes back',
      after(change(1, 'a', 'unhealthy')),
      [
        change(2, 'b', 'healthy'),
        deletion(3, 'a'),
        change(4, 'a', 'unhealthy'),
        change(5, 'a', 'healthy'),
      ],
      ['3 unhealthy→healthy', '4 healthy→unhealthy', '5 unhealthy→healthy'],
    ],
    [
      'keeps an instance that something was received of since',
      after(change(1, 'a', 'healthy')),
      [change(3, 'a', 'degraded'), deletion(4, 'a', 2)],
      ['3 healthy→degraded'],
    ],
    [
      'is unknown after the service was deleted',
      after(change(1, 'a', 'unhealthy'), change(1, 'b', 'degraded')),
      [deletion(3, null), change(4, 'b', 'healthy')],
      ['3 unhealthy→unknown', '4 unknown→healthy'],
    ],
    [
      'is unknown after its last instance was deleted, whatever is expected',
      { ...after(change(1, 'a', 'healthy')), expectedInstances: 1 },
      [deletion(3, 'a'), expected(4, 5)],
      ['3 healthy→unknown'],
    ],
    [
      'goes on unknown where all that reported were deleted before',
      { ...NOTHING, isKnown: true },
      [change(2, 'a', 'healthy')],
      ['2 unknown→healthy'],
    ],
    [
      'follows the number of instances that is expected',
      after(change(1, 'a', 'healthy')),
      [expected(2, 2), expected(3, 3), change(4, 'b', 'healthy'), expected(5, null)],
      ['2 healthy→degraded', '5 degraded→healthy'],
    ],
    [
      'remembers what was expected before',
      { ...after(change(1, 'a', 'healthy')), expectedInstances: 2 },
      [change(3, 'b', 'healthy'), change(4, 'a', 'left')],
      ['3 degraded→healthy', '4 healthy→degraded'],
    ],
    ['does not begin with what is expected', NOTHING, [expected(1, 2)], []],
  ])('%s', (_, ahead, events, changes) => {
    expect(told(ahead, events)).toEqual(changes);
  });

  it('is, at every moment, the aggregate of the instances there are, wherever it is begun', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const status = fc.constantFrom<Status>(
      'healthy',
      'degraded',
      'unhealthy',
      'stale',
      'unknown',
      'left',
    );
    type Made = (at: number) => TimelineEvent;
    const made = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(id, status).map(
          ([a, to]): Made =>
            (at) =>
              change(at, a, to),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.option(id).map(
          (a): Made =>
            (at) =>
              deletion(at, a),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.option(fc.nat({ max: 4 })).map(
          (n): Made =>
            (at) =>
              expected(at, n),
        ),
      },
    );
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 30 }), fc.nat(), (script, cut) => {
        const events = script.map((one, index) => one(index));
        const members = new Map<string, InstanceChange>();
        let expectedInstances: number | null = null;
        let isKnown = false;
        const aheadAt: Ahead[] = [];
        for (const event of events) {
          aheadAt.push({ members: [...members.values()], expectedInstances, isKnown });
          if (event.kind === 'settings') expectedInstances = event.expectedInstances;
          else if (event.kind === 'change') members.set(event.instanceId, event);
          else if (event.instanceId === null) members.clear();
          else members.delete(event.instanceId);
          isKnown ||= members.size > 0;
        }
        const at = cut % events.length;
        const timeline = new ServiceTimeline(aheadAt[at] ?? NOTHING);
        for (const [index, event] of [...events.entries()].slice(at)) {
          const before = timeline.status;
          expect(before).toBe(statusOf(aheadAt[index] ?? NOTHING));
          const made = timeline.apply(event);
          expect(made?.toStatus ?? before).toBe(timeline.status);
          if (made !== null) expect(made.fromStatus).not.toBe(made.toStatus);
        }
        expect(timeline.status).toBe(
          statusOf({ members: [...members.values()], expectedInstances, isKnown }),
        );
      }),
    );
  });
});

function statusOf({ members, expectedInstances, isKnown }: Ahead): Status | null {
  if (!isKnown) return null;
  const counts: Partial<Record<Status, number>> = {};
  for (const { toStatus } of members) counts[toStatus] = (counts[toStatus] ?? 0) + 1;
  return aggregate(counts, expectedInstances).status;
}
