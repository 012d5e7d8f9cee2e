import { Admission } from '../../src/consumer/admission.js';
import { Batch } from '../../src/consumer/batch.js';
import { BatchTransaction } from '../../src/consumer/batch-transaction.js';
import { Committer, PARALLEL_TRANSACTIONS } from '../../src/consumer/committer.js';
import { DatabaseTroubles } from '../../src/consumer/database-troubles.js';
import { ObservationKeeper } from '../../src/consumer/observation-keeper.js';
import { Sieve } from '../../src/consumer/sieve.js';
import type { Settled, Work } from '../../src/consumer/work.js';
import { loadEnvironment } from '../../src/config/load.js';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { Log } from '../../src/observability/log.js';
import { Metrics } from '../../src/observability/metrics.js';
import { ReceptionClock } from '../../src/observation/reception-clock.js';
import { Troubles } from '../../src/observation/troubles.js';
import { GapStore } from '../../src/status/gap-store.js';
import { StatusChanges } from '../../src/status/status-changes.js';
import { StatusStore } from '../../src/status/status-store.js';
import { AccountingRepository } from '../../src/storage/accounting.repository.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database, type Session } from '../../src/storage/database.js';
import { DeadLettersRepository } from '../../src/storage/dead-letters.repository.js';
import { MessagesRepository } from '../../src/storage/messages.repository.js';
import { runCommand } from '../support/command.js';
import { healthEvent } from '../support/factories.js';
import { Scope } from '../support/scope.js';

/** A program that fails on some events; what fails is injected, all else is as it is. */
class FaultyStatusStore extends StatusStore {
  failures = 0;

  override async apply(
    session: Session,
    events: readonly ReceivedEvent[],
  ): ReturnType<StatusStore['apply']> {
    if (events.some(({ message }) => message === 'bug')) {
      this.failures += 1;
      throw new TypeError('Cannot read properties of undefined');
    }
    if (events.length > 10 && events.some(({ message }) => message === 'slow')) {
      this.failures += 1;
      await session.query({ name: 'slow', text: `SET LOCAL statement_timeout = 50` }, []);
      await session.query({ name: 'sleep', text: 'SELECT pg_sleep(1)' }, []);
    }
    return await super.apply(session, events);
  }
}

/** Counts the batches that had to wait for the one before before they could insert. */
class CountingTransaction extends BatchTransaction {
  atTheHead = 0;

  override async atHead(work: Work): Promise<Settled> {
    this.atTheHead += 1;
    return await super.atHead(work);
  }
}

describe('a batch', () => {
  let scope: Scope;
  let dataSource: ReturnType<typeof createDataSource>;
  let status: FaultyStatusStore;
  let committer: Committer;
  let transaction: CountingTransaction;
  let entries = 0;

  beforeEach(async () => {
    scope = await Scope.open();
    const environment = loadEnvironment({ ...scope.environment, LOG_LEVEL: 'silent' });
    expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
    dataSource = await createDataSource(environment).initialize();
    const database = new Database(dataSource);
    const [log, metrics, troubles] = [
      new Log(environment),
      new Metrics(),
      new Troubles(environment),
    ];
    const messages = new MessagesRepository();
    status = new FaultyStatusStore(environment, new StatusChanges(environment));
    committer = new Committer(
      (transaction = new CountingTransaction(
        database,
        new Sieve(messages),
        new DeadLettersRepository(),
        status,
        new Admission(database, environment),
        new ObservationKeeper(
          database,
          new GapStore(environment),
          new ReceptionClock(),
          troubles,
          metrics,
          log,
        ),
        new AccountingRepository(environment),
        log,
      )),
      new DatabaseTroubles(database, messages, troubles, log),
      metrics,
    );
  });

  afterEach(async () => {
    await dataSource.destroy();
    await scope.close();
  });

  const commit = async (messages: readonly string[]): Promise<Settled> => {
    entries += 1;
    const batch = new Batch({ eventMaxBytes: 10_000, windowDays: 7 });
    const nowUs = Date.now() * 1_000;
    const events = messages.map((message) => ({
      source: 'channel',
      raw: Buffer.from(JSON.stringify(healthEvent({ message }))),
    }));
    batch.add({ id: `${Date.now()}-${entries}`, atUs: nowUs, events, bytes: 0 }, nowUs);
    return await committer.commit(batch);
  };

  const many = (count: number, ...others: string[]): string[] => [
    ...Array.from({ length: count }, (_, n) => `message ${n}`),
    ...others,
  ];

  it('that has to wait, for its names are new, does not make those behind it wait', async () => {
    const settled = await Promise.all(
      Array.from({ length: 12 }, async () => await commit(many(3))),
    );

    expect(settled.every(({ stored }) => stored === 3)).toBe(true);
    // The first one, and those that began before its names were in the database.
    expect(transaction.atTheHead).toBeLessThanOrEqual(PARALLEL_TRANSACTIONS);
  });

  it('on one event of which this program fails loses that one alone, after five attempts at it', async () => {
    const settled = await commit(many(30, 'bug'));
    expect(settled).toEqual({ stored: 30, duplicate: 0, deadLetters: ['too_many_attempts'] });
    expect(await scope.count('health_messages')).toBe(30);
    expect(await scope.sql('SELECT attempts, detail FROM health_dead_letters')).toEqual([
      {
        attempts: 5,
        detail: '5 attempts to store it alone failed: Cannot read properties of undefined',
      },
    ]);
    const sums = 'SELECT sum(read)::integer AS read, sum(stored)::integer AS stored';
    expect(await scope.sql(`${sums} FROM health_accounting`)).toEqual([{ read: 31, stored: 30 }]);
  });

  it('that always takes longer than it may is halved until it does not, and loses nothing', async () => {
    const settled = await commit(many(35, 'slow'));
    expect(settled).toEqual({ stored: 36, duplicate: 0, deadLetters: [] });
    expect(status.failures).toBeGreaterThanOrEqual(4);
  });
});
