import { type CommandResult, runCommand } from '../support/command.js';
import type { LetterList, ReplayList } from '../support/dead-letters.js';
import { Scope } from '../support/scope.js';

let scope: Scope;

beforeAll(async () => {
  scope = await Scope.open();
  await runCommand('src/cli/migrate.js', scope.environment);
});

afterAll(async () => {
  await scope.close();
});

beforeEach(async () => {
  await scope.sql(`TRUNCATE health_dead_letters, health_messages, service_status, service_instances
    RESTART IDENTITY`);
});

/** No instance runs, and there is no Redis. */
const run = async (
  line: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<CommandResult> => {
  const environment = Object.entries({ ...scope.environment, ...variables });
  return await runCommand(
    'src/cli/dead-letters.js',
    Object.fromEntries(environment.filter(([name]) => name !== 'REDIS_URL')),
    line.split(' '),
  );
};

const json = async <Body>(
  line: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Body> => JSON.parse((await run(`${line} --json`, variables)).stdout) as Body;

/** Keeps a letter, received so many seconds after a moment. */
async function keep(raw: Buffer | string, reason: string, seconds: number): Promise<void> {
  await scope.sql(
    `INSERT INTO health_dead_letters
       (journal_id, event_index, source, reason, detail, raw, attempts, received_at)
     VALUES ($1, 0, 'channel', $2, 'of old', $3, 1, now() - interval '1 hour' + $4 * interval '1 second')`,
    [`1-${String(seconds)}`, reason, Buffer.from(raw), seconds],
  );
}

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

describe('dead-letters list and show', () => {
  it('show letters a line each, received last first, and nothing that a terminal obeys', async () => {
    expect(await run('list')).toMatchObject({ code: 0, stdout: 'no dead letters\n' });
    await keep('{"status":"ok"}', 'missing_service_name', 0);
    await keep('\u001b[31mred\r\n', 'invalid_json', 1);
    const { code, stdout } = await run('list');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^ +2 {2}\S+Z {2}invalid_json +tried 1× +10 bytes {2}\\u\{1b\}\[31mred/,
    );
    expect(lines[1]).toContain('{"status":"ok"}');
    expect((await run('list --reason invalid_json')).stdout.split('\n')).toHaveLength(2);
    expect((await run('list --limit 1')).stdout).toMatch(/\n… and older ones\n$/);
    const { items } = await json<LetterList>('list');
    expect(items.map(({ id }) => id)).toEqual(['2', '1']);
  });

  it('show the bytes as text where they are some, else as base64', async () => {
    const raws = [Buffer.from('{"a":\n "ä"}'), Buffer.from([0xff, 0x00]), Buffer.from('a\0b')];
    for (const [n, raw] of raws.entries()) await keep(raw, 'invalid_json', n);
    expect((await run('show 1')).stdout).toMatch(
      /\nreason +invalid_json\n[^]*\nraw:\n\{"a":\n "ä"\}\n$/,
    );
    expect((await run('show 2')).stdout).toMatch(/\nraw, base64 for it is no UTF-8:\n\/wA=\n$/);
    expect((await run('show 3')).stdout).toMatch(/control characters:\nYQBi\n$/);
    for (const [n, raw] of raws.entries()) {
      const { raw_base64 } = await json<{ raw_base64: string }>(`show ${String(n + 1)}`);
      expect(Buffer.from(raw_base64, 'base64')).toEqual(raw);
    }
  });
});

describe('dead-letters replay', () => {
  const old = (days: number): string =>
    JSON.stringify({ service_name: 'late', status: 'up', timestamp: daysAgo(days) });

  it('stores one, and the second time says that it is stored', async () => {
    await keep('{"service_name":"a","status":"up"}', 'storage_rejected', 0);
    expect((await run('replay 1 --dry-run')).stdout).toBe('1: would be stored\n');
    expect(await scope.count('health_messages')).toBe(0);
    expect((await run('replay 1')).stdout).toBe('1: stored\n');
    expect((await run('replay 1')).stdout).toBe('1: duplicate\n');
    expect(await scope.count('health_messages')).toBe(1);
  });

  it('stores a selection once the window is wide enough', async () => {
    for (const n of [0, 1, 2]) await keep(old(9 + n), 'timestamp_out_of_window', n);
    await keep('nonsense', 'invalid_json', 3);
    const narrow = await run('replay --all');
    expect(narrow.stdout).toMatch(
      /^1: rejected, timestamp_out_of_window: timestamp .* more than 7 days/,
    );
    expect(narrow.stdout).toMatch(/\nstored 0, duplicate 0, rejected 4\n$/);

    const wide = { HEALTH_EVENT_WINDOW_DAYS: '29' };
    const dry = await run('replay --all --dry-run', wide);
    expect(dry.stdout).toMatch(
      /\nwould be: stored 3, duplicate 0, rejected 1; nothing was changed\n$/,
    );
    expect(await scope.count('health_messages')).toBe(0);
    const some = await json<ReplayList>('replay --reason timestamp_out_of_window --limit 2', wide);
    expect(some).toMatchObject({ dry_run: false, stored: 2, duplicate: 0, rejected: 0 });
    expect(some.items.map(({ id }) => id)).toEqual(['1', '2']);
    expect((await run('replay --all', wide)).stdout).toMatch(
      /\nstored 1, duplicate 0, rejected 1\n$/,
    );
    expect((await run('list --replayed false')).stdout).toContain('nonsense');
    expect(await scope.count('health_messages')).toBe(3);
    expect(await scope.count('service_status', 'message_count = 3')).toBe(1);
  });

  it('gets through more letters than one query finds, by two commands at once', async () => {
    await scope.sql(
      `INSERT INTO health_dead_letters
         (journal_id, event_index, source, reason, detail, raw, attempts, received_at)
       SELECT '9-' || n, 0, 'channel', 'storage_rejected', 'of old',
              convert_to(format('{"service_name":"s%s","status":"up"}', n % 7), 'UTF8'), 1,
              now() - interval '1 hour' + n * interval '1 millisecond'
         FROM generate_series(1, 700) AS n`,
    );
    const both = await Promise.all([
      json<ReplayList>('replay --all'),
      json<ReplayList>('replay --all'),
    ]);
    expect(both.reduce((sum, { stored }) => sum + stored, 0)).toBe(700);
    expect(await scope.count('health_messages')).toBe(700);
    expect(await scope.sql(`SELECT sum(message_count)::integer AS n FROM service_status`)).toEqual([
      { n: 700 },
    ]);
  });
});

describe('dead-letters says a mistake in one sentence', () => {
  it.each([
    ['show 7', {}, 'no dead letter has the number 7'],
    ['replay 7', {}, 'no dead letter has the number 7'],
    ['replay', {}, 'replay wants a number, one of --reason, --from and --to, or --all'],
    ['list --limit 0', {}, '--limit must be a whole number from 1 to 1000'],
    ['list', { DATABASE_URL: 'nowhere' }, /^DATABASE_URL must be a URL/],
    ['list', { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, /ECONNREFUSED/],
  ])('%s %j', async (line, variables, sentence) => {
    expect(await run(line, variables)).toEqual({
      code: 1,
      stdout: '',
      errorLines: [typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)],
    });
  });
});
