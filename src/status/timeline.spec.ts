import fc from 'fast-check';
import { aggregate } from './aggregation.js';
import { type Deletion, type InstanceChange, serviceTimeline } from './timeline.js';

type Status = InstanceChange['toStatus'];

/** A change at a second, of an event received a microsecond later. */
const change = (seconds: number, instanceId: string, toStatus: Status): InstanceChange => ({
  instanceId,
  toStatus,
  occurredAtUs: seconds * 1e6,
  receivedAtUs: seconds * 1e6 + 1,
});

const deletion = (seconds: number, instanceId: string | null): Deletion => ({
  instanceId,
  deletedAtUs: seconds * 1e6,
  receivedThroughUs: seconds * 1e6,
});

/** `second from→to` of each change of the service. */
const told = (
  before: readonly InstanceChange[],
  changes: readonly InstanceChange[],
  deletions: readonly Deletion[] = [],
): string[] =>
  serviceTimeline(before, changes, deletions).map(
    ({ fromStatus, toStatus, cause }) =>
      `${String(cause.occurredAtUs / 1e6)} ${fromStatus ?? '-'}→${toStatus}`,
  );

describe('the timeline of a service', () => {
  it.each<[string, InstanceChange[], InstanceChange[], Deletion[], string[]]>([
    ['begins with its first instance', [], [change(1, 'a', 'healthy')], [], ['1 -→healthy']],
    [
      'is that of the worst instance',
      [],
      [
        change(1, 'a', 'healthy'),
        change(2, 'b', 'unhealthy'),
        change(3, 'a', 'degraded'),
        change(4, 'b', 'healthy'),
        change(5, 'a', 'healthy'),
      ],
      [],
      ['1 -→healthy', '2 healthy→unhealthy', '4 unhealthy→degraded', '5 degraded→healthy'],
    ],
    [
      'goes on from what was before',
      [change(1, 'a', 'unhealthy'), change(2, 'b', 'healthy')],
      [change(3, 'b', 'degraded'), change(4, 'a', 'healthy')],
      [],
      ['4 unhealthy→degraded'],
    ],
    [
      'counts no instance that has left',
      [change(1, 'a', 'unhealthy'), change(2, 'b', 'healthy')],
      [change(3, 'a', 'left'), change(4, 'b', 'left')],
      [],
      ['3 unhealthy→healthy', '4 healthy→unknown'],
    ],
    [
      'sees no instance that was deleted',
      [change(1, 'a', 'unhealthy'), change(1, 'b', 'healthy')],
      [change(4, 'b', 'degraded')],
      [deletion(3, 'a')],
      ['4 healthy→degraded'],
    ],
    [
      'sees it again when it comes back',
      [change(1, 'a', 'unhealthy')],
      [change(2, 'b', 'healthy'), change(4, 'a', 'unhealthy'), change(5, 'a', 'healthy')],
      [deletion(3, 'a')],
      ['5 unhealthy→healthy'],
    ],
    [
      'begins anew after the service was deleted',
      [change(1, 'a', 'unhealthy'), change(1, 'b', 'degraded')],
      [change(4, 'b', 'healthy')],
      [deletion(3, null)],
      ['4 -→healthy'],
    ],
  ])('%s', (_, before, changes, deletions, expected) => {
    expect(told(before, changes, deletions)).toEqual(expected);
  });

  it('ends with the aggregate of all instances, and never repeats a status', () => {
    const statuses = fc.constantFrom<Status>('healthy', 'degraded', 'unhealthy', 'unknown', 'left');
    const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), statuses), { minLength: 1 });
    fc.assert(
      fc.property(changes, fc.nat(), (made, cut) => {
        const all = made.map(([id, status], index) => change(index, id, status));
        const at = cut % all.length;
        const newest = new Map(all.slice(0, at).map((one) => [one.instanceId, one]));
        const timeline = serviceTimeline([...newest.values()], all.slice(at), []);

        const last = new Map(all.map((one) => [one.instanceId, one.toStatus]));
        const counts: Partial<Record<Status, number>> = {};
        for (const status of last.values()) counts[status] = (counts[status] ?? 0) + 1;
        const first = new Map(all.slice(0, at).map((one) => [one.instanceId, one.toStatus]));
        const firstCounts: Partial<Record<Status, number>> = {};
        for (const status of first.values()) firstCounts[status] = (firstCounts[status] ?? 0) + 1;
        const initial = first.size === 0 ? null : aggregate(firstCounts, null).status;
        expect(timeline.at(-1)?.toStatus ?? initial).toBe(aggregate(counts, null).status);
        let status = initial;
        for (const { fromStatus, toStatus } of timeline) {
          expect(fromStatus).toBe(status);
          expect(toStatus).not.toBe(fromStatus);
          status = toStatus;
        }
      }),
    );
  });
});
