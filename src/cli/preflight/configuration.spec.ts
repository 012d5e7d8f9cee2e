import { readConfiguration } from './configuration.js';

const RIGHT = { DATABASE_URL: 'postgres://db/health', REDIS_URL: 'redis://redis' };

describe('the configuration', () => {
  it('is one line where all is right', () => {
    const { checks, wrong } = readConfiguration(RIGHT);
    expect(checks).toEqual([expect.objectContaining({ name: 'configuration', state: 'ok' })]);
    expect(wrong).toEqual(new Set());
  });

  it('names each wrong variable with its limit, and goes on with its default', () => {
    const { checks, wrong, environment } = readConfiguration({
      ...RIGHT,
      HEALTH_GRACE_SECONDS: '-1',
      LOG_LEVEL: 'x'.repeat(100),
    });
    expect(checks).toEqual([
      {
        name: 'configuration',
        state: 'failed',
        found: 'HEALTH_GRACE_SECONDS=-1',
        needed: 'HEALTH_GRACE_SECONDS must be at least 0',
        what_to_do: 'correct HEALTH_GRACE_SECONDS, or leave it out for its default',
      },
      expect.objectContaining({ found: `LOG_LEVEL=${'x'.repeat(60)}…` }),
    ]);
    expect(wrong).toEqual(new Set(['HEALTH_GRACE_SECONDS', 'LOG_LEVEL']));
    expect(environment).toMatchObject({ ...RIGHT, HEALTH_GRACE_SECONDS: 15 });
  });

  it.each([
    ['missing', { REDIS_URL: 'redis://redis' }],
    ['of another kind', { ...RIGHT, DATABASE_URL: 'mysql://u:hunter2@db/x' }],
    ['given twice', { ...RIGHT, DATABASE_URL_FILE: '/none' }],
    ['in a file that is not there', { REDIS_URL: 'redis://redis', DATABASE_URL_FILE: '/none' }],
  ])('says that an address is %s, and not what it is', (_, source) => {
    const { checks, wrong } = readConfiguration(source);
    expect(wrong).toEqual(new Set(['DATABASE_URL']));
    expect(checks).toEqual([
      expect.objectContaining({ state: 'failed', what_to_do: 'set DATABASE_URL' }),
    ]);
    expect(JSON.stringify(checks)).not.toContain('hunter2');
  });
});
