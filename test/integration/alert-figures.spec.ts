import { MAX_LETTERS } from '../../src/alerts/figures.js';
import { READ_FIGURES } from '../../src/alerts/figures.sql.js';
import { runCommand } from '../support/command.js';
import { useStage } from '../support/stage.js';

const stage = useStage();
const LETTER_SECONDS = 300;

const figures = async (): Promise<Record<string, unknown>> => {
  const [row] = await stage.scope.sql(READ_FIGURES, [LETTER_SECONDS]);
  return row ?? {};
};

const insert = async (into: string, select: string): Promise<void> => {
  await stage.scope.sql(`INSERT INTO ${into} ${select}`);
};

const letters = async (from: number, count: number, of: string): Promise<void> => {
  await insert(
    `health_dead_letters (journal_id, event_index, source, reason, detail, raw, attempts, received_at,
                          created_at, replayed_at)`,
    `SELECT '1-1', ${String(from)} + n, 'c', 'invalid_json', 'd', '', 1, now(), ${of}
       FROM generate_series(1, ${String(count)}) AS n`,
  );
};

beforeAll(async () => {
  await runCommand('src/cli/migrate.js', stage.scope.environment);
});

describe('what the alerts are judged by', () => {
  it('is nothing in an empty database', async () => {
    expect(await figures()).toEqual({
      silent_seconds: null,
      gap_cause: null,
      held: 0,
      processed: 0,
      dead_lettered: 0,
      new_letters: 0,
    });
  });

  it('is the last heartbeat that was committed, and the gap that lasts', async () => {
    await insert(
      'health_observation (covered_through, committed_at)',
      `VALUES (now(), clock_timestamp() - interval '90 seconds')`,
    );
    await insert(
      'health_gaps (started_at, ended_at, cause)',
      `VALUES (now(), now() + interval '1 second', 'not_running'), (now(), NULL, 'database_down')`,
    );
    const { silent_seconds: silent, gap_cause: cause } = await figures();
    expect(cause).toBe('database_down');
    expect(silent).toBeGreaterThanOrEqual(90);
    expect(silent).toBeLessThan(120);
  });

  it('is what is held while self-preservation lasts, not what was', async () => {
    await insert(
      'health_holds (service_name, instance_id, due_at, outcome)',
      `VALUES ('a', 'i', now(), NULL), ('b', 'i', now(), NULL), ('c', 'i', now(), 'released')`,
    );
    expect(await figures()).toMatchObject({ held: 0 });
    await insert('self_preservation (started_at)', 'VALUES (now())');
    expect(await figures()).toMatchObject({ held: 2 });
  });

  it('are the events of five minutes, over all processes', async () => {
    await insert(
      'health_accounting (minute, boot_id, instance_id, read, stored, duplicate, dead_lettered)',
      `SELECT date_trunc('minute', now()) - age, gen_random_uuid(), 'i', 10, 7, 1, 2
         FROM unnest(ARRAY[interval '0', interval '0', interval '4 minutes', interval '6 minutes']) AS age`,
    );
    expect(await figures()).toMatchObject({ processed: 30, dead_lettered: 6 });
  });

  it('are dead letters that are new and were not replayed, up to a number', async () => {
    await letters(0, 1, `now() - interval '310 seconds', NULL`);
    await letters(10, 2, 'now(), now()');
    expect(await figures()).toMatchObject({ new_letters: 0 });
    await letters(20, 3, 'now(), NULL');
    expect(await figures()).toMatchObject({ new_letters: 3 });
    await letters(100, MAX_LETTERS + 50, 'now(), NULL');
    expect(await figures()).toMatchObject({ new_letters: MAX_LETTERS });
  });
});
