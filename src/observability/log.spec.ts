import { jest } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { Log, withoutPasswords } from './log.js';

describe('a text without passwords', () => {
  it.each([
    ['postgres://health:secret@db:5432/health', 'postgres://health:***@db:5432/health'],
    ['redis://:secret@redis:6379', 'redis://:***@redis:6379'],
    ['REDISS://u:s%40cret@redis', 'REDISS://u:***@redis'],
    ['postgres://u:a/b?c:d@db/x', 'postgres://u:***@db/x'],
    [
      'from redis://:a@x to postgres://u:b@y, twice',
      'from redis://:***@x to postgres://u:***@y, twice',
    ],
    ['http+unix://u:p@host', 'http+unix://u:***@host'],
    // Nothing to hide.
    ['redis://redis:6379', 'redis://redis:6379'],
    ['http://127.0.0.1:8100/api', 'http://127.0.0.1:8100/api'],
    ['postgres://user@db/health', 'postgres://user@db/health'],
    ['mail a:b@c', 'mail a:b@c'],
    ['', ''],
  ])('%s becomes %s', (text, expected) => {
    expect(withoutPasswords(text)).toBe(expected);
  });
});

describe('a log line', () => {
  let written: string[];

  /** The logger writes to the stream itself once its write() is replaced. Source: pino, lib/tools.js. */
  beforeEach(() => {
    written = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  const text = (): string => written.join('');
  const lines = (): Record<string, unknown>[] =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  const logAt = (level: string): Log =>
    new Log({ LOG_LEVEL: level, LOG_FORMAT: 'json', HEALTH_INSTANCE_ID: 'host-1' });

  it('is one JSON object: level, time, instance, fields, event', () => {
    logAt('info').info({ entries: 3 }, 'consumer.reclaimed');
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        instance_id: 'host-1',
        entries: 3,
        event: 'consumer.reclaimed',
      },
    ]);
  });

  it('is written from the level set on', () => {
    const log = logAt('warn');
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
    log.fatal({}, 'e');
    expect(lines().map(({ level, event }) => [level, event])).toEqual([
      ['warn', 'c'],
      ['error', 'd'],
      ['fatal', 'e'],
    ]);
  });

  it.each([['password'], ['token'], ['authorization'], ['secret']])(
    'hides the field %s wherever it stands, and no other',
    (name) => {
      const fields = {
        [name]: 'hunter2',
        request: { [name]: 'hunter2', headers: { [name]: 'hunter2' } },
        kept: 'kept',
      };
      logAt('info').info(fields, 'x');
      expect(text()).not.toContain('hunter2');
      expect(lines()[0]).toMatchObject({
        [name]: '***',
        request: { [name]: '***', headers: { [name]: '***' } },
        kept: 'kept',
      });
    },
  );

  it('tells an error by name, code, message and stack, without the passwords in them', () => {
    const error = Object.assign(new TypeError('no way to redis://:hunter2@redis'), {
      code: 'ENOENT',
    });
    logAt('info').warn({ error }, 'redis.unreachable');
    expect(text()).not.toContain('hunter2');
    expect(lines()[0]).toMatchObject({
      error: {
        name: 'TypeError',
        code: 'ENOENT',
        message: 'no way to redis://:***@redis',
        stack: expect.stringContaining('TypeError: no way to redis://:***@redis'),
      },
    });
  });

  it('takes an error that is none as it is', () => {
    logAt('info').warn({ error: 'odd' }, 'x');
    expect(lines()[0]).toMatchObject({ error: 'odd' });
  });

  it('keeps outside input inside a string of one line', () => {
    const forged = 'a"}\n{"level":"fatal","event":"forged"}\r\n\u001b[31m';
    logAt('info').info({ service_name: forged }, 'x');
    expect(text().match(/\n/g)).toHaveLength(1);
    expect(text()).not.toContain('\u001b');
    expect(lines()).toEqual([expect.objectContaining({ service_name: forged, event: 'x' })]);
  });

  it('of Nest itself is of interest to a debugger only, and without passwords', () => {
    const [quiet, loud] = [logAt('info'), logAt('trace')];
    quiet.log('started', 'NestFactory');
    expect(lines()).toEqual([]);
    loud.log('on redis://:hunter2@redis', 'NestFactory');
    loud.verbose('more', 'Router');
    const nest: LoggerService = loud; // its callers pass more than our own may
    nest.error('failed at redis://:hunter2@redis', 'stack', 'Server');
    expect(text()).not.toContain('hunter2');
    expect(lines().map(({ level, text: words, context }) => [level, words, context])).toEqual([
      ['debug', 'on redis://:***@redis', 'NestFactory'],
      ['trace', 'more', 'Router'],
      ['error', 'failed at redis://:***@redis', 'stack'],
    ]);
  });
});
