import fc from 'fast-check';
import type { ReceivedEvent } from '../events/health-event.js';
import { usePrintedSeed } from '../../test/support/printed-seed.js';
import { SettingsHistory } from './settings.js';
import { comparePositions } from './position.js';
import { type InstanceState, projectInstance, type Transition } from './projection.js';

usePrintedSeed('projection', 1_000);

const T0 = 1_700_000_000_000_000;
const RULES = {
  deadlines: { defaultTtlSeconds: 60, graceSeconds: 15 },
  settings: SettingsHistory.none,
};

type Events = readonly [ReceivedEvent, ...ReceivedEvent[]];

/** Few moments, so that events share effective and reception times; every key is its own. */
const events: fc.Arbitrary<ReceivedEvent[]> = fc
  .array(
    fc.record({
      occurredAtUs: fc.integer({ min: T0, max: T0 + 6 }),
      receivedAtUs: fc.integer({ min: T0, max: T0 + 6 }),
      status: fc.constantFrom('healthy', 'degraded', 'unhealthy', 'unknown', 'left'),
      ttlSeconds: fc.constantFrom(null, 0, 10),
      message: fc.constantFrom(null, 'a', 'b'),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((drawn) =>
    drawn.map((fields, index): ReceivedEvent => ({
      ...fields,
      serviceName: 'payments',
      instanceId: 'a',
      isUnlistedStatus: false,
      timestampMs: null,
      messageId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      responseTimeMs: index,
      version: null,
      payload: Buffer.from('{}'),
    })),
  );

/** Where a list is cut: before an index whose entry is true. */
const cuts = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });

function batchesOf(list: readonly ReceivedEvent[], cutBefore: readonly boolean[]): Events[] {
  const batches: [ReceivedEvent, ...ReceivedEvent[]][] = [];
  list.forEach((event, index) => {
    const last = batches.at(-1);
    if (last === undefined || cutBefore[index] === true) batches.push([event]);
    else last.push(event);
  });
  return batches;
}

function projectAll(batches: readonly Events[]): {
  readonly state: InstanceState | null;
  readonly transitions: readonly Transition[];
} {
  let state: InstanceState | null = null;
  const transitions: Transition[] = [];
  for (const batch of batches) {
    const [first, ...rest] = [...batch].sort(comparePositions);
    if (first === undefined) continue;
    const projection = projectInstance(state, [first, ...rest], RULES);
    state = projection.state;
    transitions.push(...projection.transitions);
  }
  return { state, transitions };
}

const inOrder = (list: readonly ReceivedEvent[]): ReceivedEvent[] =>
  [...list].sort(comparePositions);

describe('the projection', () => {
  it('makes the same state and transitions of events in position order, however they are batched', () => {
    fc.assert(
      fc.property(events, cuts, (list, cutBefore) => {
        const ordered = inOrder(list);
        expect(projectAll(batchesOf(ordered, cutBefore))).toEqual(
          projectAll(batchesOf(ordered, [])),
        );
      }),
    );
  });

  it('ends with the newest event’s status and words, and with the right count, in any order', () => {
    const shuffled = events.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, cuts, ([list, disorder], cutBefore) => {
        const { state } = projectAll(batchesOf(disorder, cutBefore));
        const newest = inOrder(list).at(-1);
        expect(state).toMatchObject({
          status: newest?.status,
          message: newest?.message,
          responseTimeMs: newest?.responseTimeMs,
          newest: { messageId: newest?.messageId },
          messageCount: list.length,
          lastSeenUs: Math.max(...list.map(({ receivedAtUs }) => receivedAtUs)),
        });
      }),
    );
  });

  it('tells transitions that lead from one to the next and end at the state, in any order', () => {
    const shuffled = events.chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
    fc.assert(
      fc.property(shuffled, cuts, (disorder, cutBefore) => {
        const { state, transitions } = projectAll(batchesOf(disorder, cutBefore));
        const path = transitions.map(({ fromStatus }) => fromStatus);
        expect([...path, state?.status]).toEqual([
          null,
          ...transitions.map(({ toStatus }) => toStatus),
        ]);
        for (const { fromStatus, toStatus } of transitions) expect(fromStatus).not.toBe(toStatus);
      }),
    );
  });
});
