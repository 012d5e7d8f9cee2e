import type { ReceivedEvent } from '../events/health-event.js';
import type { Deadlines, Rules } from './deadline.js';
import { comparePositions, effectiveAtUs } from './position.js';
import {
  type InstanceState,
  type Projection,
  projectInstance,
  transitionsOf,
} from './projection.js';
import { SettingsHistory } from './settings.js';
import { firstReport } from './thresholds.js';

const SECOND = 1_000_000;
/** Any moment; all times in the tables are seconds from it. */
const T0 = 1_700_000_000 * SECOND;
const DEADLINES = { defaultTtlSeconds: 60, graceSeconds: 15 };
const rulesOf = (deadlines: Deadlines): Rules => ({ deadlines, settings: SettingsHistory.none });

interface Sent {
  /** Both times unless told otherwise, in seconds from T0. */
  readonly at: number;
  readonly occurredAt?: number;
  readonly id?: number;
  readonly status?: ReceivedEvent['status'];
  readonly ttl?: number | null;
  readonly message?: string;
}

const uuid = (id: number): string => `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;

const received = ({ at, occurredAt = at, id = at, ...sent }: Sent): ReceivedEvent => ({
  serviceName: 'payments',
  instanceId: 'a',
  status: sent.status ?? 'healthy',
  isUnlistedStatus: false,
  timestampMs: null,
  messageId: uuid(id),
  responseTimeMs: at,
  ttlSeconds: sent.ttl ?? null,
  message: sent.message ?? null,
  version: `v${String(at)}`,
  payload: Buffer.from('{}'),
  occurredAtUs: T0 + occurredAt * SECOND,
  receivedAtUs: T0 + at * SECOND,
});

type Played = Pick<Projection, 'state' | 'transitions'>;

/** Each inner list is a batch. */
function project(batches: readonly (readonly Sent[])[], deadlines = DEADLINES): Played {
  let state: InstanceState | null = null;
  const transitions: Projection['transitions'][number][] = [];
  for (const batch of batches) {
    const [first, ...rest] = batch.map(received);
    if (first === undefined) continue;
    const projection = projectInstance(state, [first, ...rest], rulesOf(deadlines));
    state = projection.state;
    transitions.push(...projection.transitions);
  }
  if (state === null) throw new Error('a case needs an event');
  return { state, transitions };
}

const secondsOf = (us: number | null): number | null => (us === null ? null : (us - T0) / SECOND);

describe('the state of an instance', () => {
  it('is made of its first event', () => {
    const { state, transitions } = project([[{ at: 1, status: 'degraded', message: 'slow' }]]);
    expect(state).toEqual({
      streak: 0,
      firstSeenUs: T0 + SECOND,
      lastMessageId: uuid(1),
      silentSinceUs: null,
      recoveredAtUs: null,
      serviceName: 'payments',
      instanceId: 'a',
      status: 'degraded',
      statusSinceUs: T0 + SECOND,
      newest: { occurredAtUs: T0 + SECOND, receivedAtUs: T0 + SECOND, messageId: uuid(1) },
      lastSeenUs: T0 + SECOND,
      ttlSeconds: null,
      dueAtUs: T0 + 76 * SECOND,
      version: 'v1',
      responseTimeMs: 1,
      message: 'slow',
      messageCount: 1,
    });
    expect(transitions).toEqual([
      {
        serviceName: 'payments',
        instanceId: 'a',
        fromStatus: null,
        toStatus: 'degraded',
        occurredAtUs: T0 + SECOND,
        receivedAtUs: T0 + SECOND,
        messageId: uuid(1),
        reason: 'first_event',
      },
    ]);
  });

  it.each<[string, (readonly Sent[])[], string, number]>([
    ['since its first event', [[{ at: 1 }]], 'healthy', 1],
    ['since the first of equal reports', [[{ at: 1 }], [{ at: 2 }, { at: 3 }]], 'healthy', 1],
    ['since the change', [[{ at: 1 }, { at: 2, status: 'unhealthy' }]], 'unhealthy', 2],
    [
      'since the last change',
      [[{ at: 1 }, { at: 2, status: 'unhealthy' }, { at: 3 }]],
      'healthy',
      3,
    ],
    [
      'not moved by a late event',
      [[{ at: 5 }], [{ at: 6, occurredAt: 4, status: 'unhealthy' }]],
      'healthy',
      5,
    ],
    [
      'since reception where the clock runs ahead',
      [[{ at: 1 }], [{ at: 5, occurredAt: 200, status: 'unhealthy' }]],
      'unhealthy',
      5,
    ],
    [
      'not pinned by a clock that ran ahead',
      [[{ at: 1, occurredAt: 200, status: 'unhealthy' }], [{ at: 2 }]],
      'healthy',
      2,
    ],
    ['left after a leave word', [[{ at: 1 }], [{ at: 2, status: 'left' }]], 'left', 2],
    ['as reported after a return', [[{ at: 1, status: 'left' }], [{ at: 2 }]], 'healthy', 2],
    [
      'left, whatever arrives late',
      [[{ at: 9, status: 'left' }], [{ at: 10, occurredAt: 3 }]],
      'left',
      9,
    ],
  ])('holds the status %s', (_name, batches, status, since) => {
    const { state } = project(batches);
    expect({ status: state.status, since: secondsOf(state.statusSinceUs) }).toEqual({
      status,
      since,
    });
  });

  it('takes version, response time and message of the newest event, missing ones too', () => {
    const { state } = project([
      [{ at: 1, message: 'slow' }],
      [{ at: 3 }],
      [{ at: 4, occurredAt: 2, message: 'late' }],
    ]);
    expect(state).toMatchObject({ version: 'v3', responseTimeMs: 3, message: null });
  });

  it('counts every event, late ones too', () => {
    expect(project([[{ at: 5 }], [{ at: 6, occurredAt: 1 }, { at: 7 }]]).state.messageCount).toBe(
      3,
    );
  });

  it('was last seen at the latest reception, of a late event too, and never earlier again', () => {
    expect(secondsOf(project([[{ at: 5 }], [{ at: 6, occurredAt: 1 }]]).state.lastSeenUs)).toBe(6);
    expect(secondsOf(project([[{ at: 5 }], [{ at: 4 }]]).state.lastSeenUs)).toBe(5);
  });
});

describe('the deadline of an instance', () => {
  it.each<[string, (readonly Sent[])[], number | null]>([
    ['the default TTL and grace after reception', [[{ at: 1 }]], 76],
    ['the promised TTL and grace after reception', [[{ at: 1, ttl: 10 }]], 26],
    ['none where none is promised', [[{ at: 1, ttl: 0 }]], null],
    ['none after a leave word', [[{ at: 1, ttl: 10 }], [{ at: 2, ttl: 10, status: 'left' }]], null],
    ['set anew by a return', [[{ at: 1, status: 'left' }], [{ at: 2, ttl: 10 }]], 27],
    ['set anew by each event', [[{ at: 1, ttl: 10 }], [{ at: 2, ttl: 20 }]], 37],
    ['that of the newest promise, not of the longest', [[{ at: 1, ttl: 900 }], [{ at: 2 }]], 77],
    [
      'measured on reception, not on the publisher’s clock',
      [[{ at: 100, occurredAt: 1, ttl: 10 }]],
      125,
    ],
    [
      'moved by a late event, which proves life',
      [[{ at: 5 }], [{ at: 9, occurredAt: 1, ttl: 10 }]],
      34,
    ],
    ['not moved by an event received earlier', [[{ at: 9, ttl: 10 }], [{ at: 5, ttl: 900 }]], 34],
    [
      'none after a late event, once left',
      [[{ at: 5, status: 'left' }], [{ at: 9, occurredAt: 1 }]],
      null,
    ],
    [
      'lifted by a late event that promises none',
      [[{ at: 5 }], [{ at: 9, occurredAt: 1, ttl: 0 }]],
      null,
    ],
  ])('is %s', (_name, batches, dueAt) => {
    expect(secondsOf(project(batches).state.dueAtUs)).toBe(dueAt);
  });

  it.each([
    ['none where the default TTL is 0', { defaultTtlSeconds: 0, graceSeconds: 15 }, null, null],
    [
      'promised all the same where the default TTL is 0',
      { defaultTtlSeconds: 0, graceSeconds: 15 },
      10,
      26,
    ],
    ['without extra wait where grace is 0', { defaultTtlSeconds: 60, graceSeconds: 0 }, null, 61],
  ])('is %s', (_name, deadlines, ttl, dueAt) => {
    expect(secondsOf(project([[{ at: 1, ttl }]], deadlines).state.dueAtUs)).toBe(dueAt);
  });
});

describe('transitions', () => {
  it.each<[string, (readonly Sent[])[], string[]]>([
    ['one for the first event', [[{ at: 1 }]], ['1 null > healthy first_event']],
    ['none for the same status', [[{ at: 1 }], [{ at: 2 }]], ['1 null > healthy first_event']],
    [
      'one for each change, within a batch too',
      [[{ at: 1 }, { at: 2, status: 'unhealthy' }, { at: 3, status: 'unknown' }]],
      [
        '1 null > healthy first_event',
        '2 healthy > unhealthy event',
        '3 unhealthy > unknown event',
      ],
    ],
    [
      'none for a late event',
      [[{ at: 5 }], [{ at: 6, occurredAt: 1, status: 'unhealthy' }]],
      ['5 null > healthy first_event'],
    ],
    [
      'leaving and return',
      [[{ at: 1 }, { at: 2, status: 'left' }], [{ at: 3 }]],
      ['1 null > healthy first_event', '2 healthy > left left', '3 left > healthy event'],
    ],
    ['leaving without ever having come', [[{ at: 1, status: 'left' }]], ['1 null > left left']],
    [
      'at reception where the clock runs ahead',
      [[{ at: 1 }, { at: 2, occurredAt: 90, status: 'degraded' }]],
      ['1 null > healthy first_event', '2 healthy > degraded event'],
    ],
  ])('are %s', (_name, batches, expected) => {
    const { transitions } = project(batches);
    const told = transitions.map(
      ({ occurredAtUs, fromStatus, toStatus, reason }) =>
        `${String(secondsOf(occurredAtUs))} ${String(fromStatus)} > ${toStatus} ${reason}`,
    );
    expect(told).toEqual(expected);
  });
});

describe('late events that may change the past', () => {
  const RUN: readonly Sent[] = [{ at: 10, status: 'unhealthy' }, { at: 20 }, { at: 30 }];

  it.each<[string, Sent, boolean]>([
    ['are not those inside the present run, of its status', { at: 31, occurredAt: 25 }, false],
    ['are those of another status', { at: 31, occurredAt: 25, status: 'degraded' }, true],
    ['are those before the present run, of its status', { at: 31, occurredAt: 15 }, true],
    ['are those at the very beginning of the run', { at: 31, occurredAt: 20 }, true],
    ['are those before the first event', { at: 31, occurredAt: 5, status: 'unhealthy' }, true],
    ['are not those that are not late', { at: 31, status: 'degraded' }, false],
  ])('%s', (_name, sent, isHandedOn) => {
    const before = project([RUN]).state;
    const event = received(sent);
    const { late } = projectInstance(before, [event], rulesOf(DEADLINES));
    expect(late).toEqual(isHandedOn ? [event] : []);
  });
});

describe('transitions made anew', () => {
  const told = (before: InstanceState['status'] | null, ...sent: Sent[]): string[] =>
    transitionsOf(
      before === null ? null : firstReport(before),
      sent.map(received),
      SettingsHistory.none,
    ).transitions.map(
      ({ occurredAtUs, fromStatus, toStatus, reason }) =>
        `${String(secondsOf(occurredAtUs))} ${String(fromStatus)} > ${toStatus} ${reason}`,
    );

  it('begin with the status before', () => {
    expect(told('healthy', { at: 1 }, { at: 2, status: 'left' }, { at: 3 })).toEqual([
      '2 healthy > left left',
      '3 left > healthy event',
    ]);
  });

  it('begin with the first event where there was none before', () => {
    expect(told(null, { at: 1 })).toEqual(['1 null > healthy first_event']);
    expect(told(null)).toEqual([]);
  });

  it('are those that the projection makes of the same events', () => {
    const events: Sent[] = [{ at: 1 }, { at: 2, status: 'unhealthy' }, { at: 3, status: 'left' }];
    const made = transitionsOf(null, events.map(received), SettingsHistory.none);
    expect(made.transitions).toEqual(project([events]).transitions);
  });
});

describe('the order of events', () => {
  const position = (sent: Sent): ReceivedEvent => received(sent);

  it.each<[string, Sent, Sent]>([
    ['occurrence', { at: 9, occurredAt: 1 }, { at: 8, occurredAt: 2 }],
    ['reception where the clock runs ahead', { at: 3, occurredAt: 99 }, { at: 4, occurredAt: 4 }],
    [
      'reception, at the same effective time',
      { at: 3, occurredAt: 3, id: 9 },
      { at: 4, occurredAt: 3, id: 1 },
    ],
    ['message id, at the same times', { at: 3, id: 1 }, { at: 3, id: 2 }],
  ])('is that of %s', (_name, first, second) => {
    const [a, b] = [position(first), position(second)];
    expect(comparePositions(a, b)).toBeLessThan(0);
    expect(comparePositions(b, a)).toBeGreaterThan(0);
    expect(comparePositions(a, a)).toBe(0);
  });

  it('takes the earlier of occurrence and reception for effective', () => {
    expect(secondsOf(effectiveAtUs(position({ at: 5, occurredAt: 3 })))).toBe(3);
    expect(secondsOf(effectiveAtUs(position({ at: 5, occurredAt: 7 })))).toBe(5);
  });
});
