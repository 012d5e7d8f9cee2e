import { jest } from '@jest/globals';
import type { Environment } from '../config/environment.js';
import { type Trouble, Troubles } from './troubles.js';

const GAP_AFTER_MS = 5_000;

let nowMs = 0;

beforeEach(() => {
  nowMs = 1_000_000;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** A process that has been running for long. */
function troubles(): Troubles {
  const made = new Troubles({ HEALTH_GAP_AFTER_MS: GAP_AFTER_MS } as Environment);
  for (let i = 0; i < 100; i += 1) {
    nowMs += 200;
    made.stayAwake();
  }
  return made;
}

describe('why nothing came through', () => {
  it.each<[Trouble[], string]>([
    [[], 'database_down'],
    [['redis_unreachable'], 'redis_unreachable'],
    [['redis_unreachable', 'consumer_paused'], 'consumer_paused'],
    [['redis_unreachable', 'instance_paused'], 'redis_unreachable'],
    [['instance_paused'], 'consumer_paused'],
    [['database_down', 'process_asleep'], 'process_asleep'],
    [['subscriber_kicked', 'redis_unreachable'], 'redis_unreachable'],
    [['ingest_overload', 'journal_full'], 'journal_full'],
  ])('after %j is %s', (noted, expected) => {
    const known = troubles();
    const sinceMs = nowMs;
    for (const trouble of noted) known.note(trouble);
    expect(known.explain(sinceMs)).toBe(expected);
  });

  it('has nothing to do with what was over before it', () => {
    const known = troubles();
    known.note('redis_unreachable');
    nowMs += 1_000;
    expect(known.explain(nowMs - 999)).toBe('database_down');
    expect(known.explain(nowMs - 1_001)).toBe('redis_unreachable');
  });

  it('is that nothing ran, before the process was there', () => {
    const known = new Troubles({ HEALTH_GAP_AFTER_MS: GAP_AFTER_MS } as Environment);
    nowMs += 4_000;
    expect(known.explain(nowMs - 60_000)).toBe('not_running');
  });

  it.each([
    [GAP_AFTER_MS + 1, 'process_asleep'],
    [GAP_AFTER_MS, 'database_down'],
  ])('after %d ms in which the process did nothing is %s', (asleepMs, expected) => {
    const known = troubles();
    const sinceMs = nowMs;
    nowMs += asleepMs;
    expect(known.explain(sinceMs)).toBe(expected);
  });
});
