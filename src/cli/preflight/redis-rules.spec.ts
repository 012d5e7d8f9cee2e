import type { RedisFacts } from './redis-facts.js';
import { redisMemory } from './redis-memory.js';
import { appendOnlyFile, eviction, pubsubBuffer, redisVersion } from './redis-server.js';

const MEBIBYTE = 1024 * 1024;
const UNTOLD: RedisFacts = { info: '', configuration: [], journalBytes: 0 };

const facts = (
  info: Readonly<Record<string, string | number>>,
  configuration: Readonly<Record<string, string>> = {},
): RedisFacts => ({
  info: Object.entries(info)
    .map(([name, value]) => `${name}:${String(value)}\r\n`)
    .join(''),
  configuration: Object.entries(configuration).flat(),
  journalBytes: 0,
});

describe('what a Redis does not tell', () => {
  it.each([
    ['version', redisVersion],
    ['durability', appendOnlyFile],
    ['eviction', eviction],
    ['pub/sub buffer', pubsubBuffer],
    ['memory', (given: RedisFacts) => redisMemory(given, MEBIBYTE)],
  ])('is a warning: %s', (_, check) => {
    expect(check(UNTOLD).state).toBe('warning');
  });
});

describe('a version of Redis', () => {
  it.each([
    ['6.2.14', 'failed'],
    ['7.0.0', 'ok'],
    ['8.0.2', 'ok'],
    ['10.0.0', 'ok'],
  ])('%s is %s', (redis_version, state) => {
    expect(redisVersion(facts({ redis_version }))).toMatchObject({ state, found: redis_version });
  });
});

describe('the append-only file', () => {
  it.each([
    [0, 'always', 'failed'],
    [1, 'no', 'failed'],
    [1, 'everysec', 'warning'],
    [1, 'always', 'ok'],
  ])('aof_enabled:%d and appendfsync %s are %s', (aof_enabled, appendfsync, state) => {
    expect(appendOnlyFile(facts({ aof_enabled }, { appendfsync })).state).toBe(state);
  });

  it('is not there where the file cannot be written', () => {
    const broken = facts(
      { aof_enabled: 1, aof_last_write_status: 'err' },
      { appendfsync: 'always' },
    );
    expect(appendOnlyFile(broken)).toMatchObject({
      state: 'failed',
      what_to_do: expect.stringContaining('disk'),
    });
  });
});

describe('eviction', () => {
  it.each([
    ['noeviction', 0, 'ok'],
    ['noeviction', 100, 'ok'],
    ['volatile-ttl', 0, 'warning'],
    ['volatile-ttl', 100, 'failed'],
  ])('%s with a maxmemory of %d is %s', (maxmemory_policy, maxmemory, state) => {
    expect(eviction(facts({ maxmemory_policy, maxmemory })).state).toBe(state);
  });
});

describe('the pub/sub buffer', () => {
  it.each([
    ['0 0 0', 'ok'],
    ['33554432 8388608 60', 'ok'],
    ['33554431 8388608 60', 'warning'],
  ])('of %s is %s', (limits, state) => {
    const all = `normal 0 0 0 slave 268435456 67108864 60 pubsub ${limits}`;
    expect(pubsubBuffer(facts({}, { 'client-output-buffer-limit': all })).state).toBe(state);
  });
});

describe('memory for a journal of 100 MiB and for duplicates', () => {
  const state = (total: number, used: number, max: number, journal = 0): string =>
    redisMemory(
      {
        ...facts({
          maxmemory: max * MEBIBYTE,
          used_memory: used * MEBIBYTE,
          total_system_memory: total * MEBIBYTE,
        }),
        journalBytes: journal * MEBIBYTE,
      },
      100 * MEBIBYTE,
    ).state;

  it.each([
    ['enough by maxmemory', [100, 10, 203], 'ok'],
    ['too little by maxmemory, whatever the host has', [9_999, 10, 202], 'failed'],
    ['enough on the host', [203, 10, 0], 'ok'],
    ['too little on the host', [202, 10, 0], 'failed'],
    ['enough, as the journal takes a part of what is used', [100, 60, 203, 50], 'ok'],
    ['more used than there may be', [100, 300, 203], 'failed'],
  ] as const)('is %s', (_, [total, used, max, journal = 0], expected) => {
    expect(state(total, used, max, journal)).toBe(expected);
  });
});
