import { durabilityProblems, persistenceOf } from './durability.js';

const INFO =
  '# Persistence\r\nloading:0\r\naof_enabled:1\r\n# Memory\r\nmaxmemory_policy:noeviction\r\n';
const CONFIGURATION = ['appendfsync', 'always', 'maxmemory-policy', 'noeviction'];

const problems = (info: string, configuration: readonly string[]): string[] =>
  durabilityProblems(persistenceOf(info, configuration));

describe('what a Redis says of its persistence', () => {
  it('is no problem where it keeps everything', () => {
    expect(problems(INFO, CONFIGURATION)).toEqual([]);
  });

  it.each([
    ['no append-only file', INFO.replace('aof_enabled:1', 'aof_enabled:0'), 'always', 'appendonly'],
    ['a file written each second', INFO, 'everysec', 'appendfsync is everysec'],
    [
      'a file that cannot be written',
      `${INFO}aof_last_write_status:err\r\n`,
      'always',
      'aof_last_write_status is err',
    ],
    ['eviction', INFO.replace('noeviction', 'allkeys-lru'), 'always', 'allkeys-lru'],
  ])('is one where there is %s', (_, info, fsync, expected) => {
    const found = problems(info, ['appendfsync', fsync]);
    expect(found).toEqual([expect.stringContaining(expected)]);
  });

  it('names one problem of the file, as without it how often it is written means nothing', () => {
    expect(problems('aof_enabled:0\r\n', ['appendfsync', 'everysec'])).toHaveLength(1);
  });

  it('is none where it tells nothing', () => {
    expect(problems('', [])).toEqual([]);
  });

  it('is read from CONFIG where INFO does not tell', () => {
    expect(problems('', ['maxmemory-policy', 'volatile-ttl'])).toHaveLength(1);
  });
});
