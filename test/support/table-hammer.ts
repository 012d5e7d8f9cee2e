import pg from 'pg';
import { Random } from '../../src/cli/random.js';
import { STATUSES } from '../../src/events/status-vocabulary.js';
import type { Scope } from './scope.js';
import { waitUntil } from './wait-until.js';

const SERVICES_EACH = 60;
/** Before and behind the surrogates, and beyond U+FFFF: code units and code points sort them differently. */
const TAILS = ['', '-ä', '\ud7ff', '\ue000', '\uffee', '😀', '𐀀'];

const UPSERT = `
  INSERT INTO service_status AS s (service_name, current_status, last_seen, message_count, message)
  VALUES ($1, $2, clock_timestamp(), 1, $3)
  ON CONFLICT (service_name) DO UPDATE SET
    current_status = excluded.current_status, last_seen = excluded.last_seen,
    message_count = s.message_count + 1, message = excluded.message`;

/** What writers have done so far. */
export type Done = Record<
  'committed' | 'rolledBack' | 'late' | 'subtransactions' | 'renewed',
  number
>;

/**
 * Writers of `service_status`, each on a connection of its own and with services of its own, that do all
 * that changes what others see: commit, roll back, roll back to a savepoint, delete and make anew, hold
 * a transaction open for many looks.
 */
export class TableHammer {
  readonly done: Done = {
    ...{ committed: 0, rolledBack: 0, late: 0, subtransactions: 0, renewed: 0 },
  };
  private isStopping = false;

  /** @param looks how many looks there have been; by them a transaction knows how long it lasts. */
  constructor(
    private readonly scope: Scope,
    private readonly seed: number,
    private readonly looks: () => number,
  ) {}

  /** Writes until {@link stop}; every `deleting`-th transaction deletes a service, with 0 none. */
  async run(writers: number, deleting: number): Promise<void> {
    await Promise.all(
      Array.from({ length: writers }, async (_, n) => {
        await this.write(n, deleting);
      }),
    );
  }

  /** How often that happened which happened least often. */
  get rarest(): number {
    return Math.min(...Object.values(this.done));
  }

  stop(): void {
    this.isStopping = true;
  }

  private async write(writer: number, deleting: number): Promise<void> {
    const random = new Random(this.seed, `writer ${String(writer)}`);
    const client = new pg.Client({
      connectionString: this.scope.environment['DATABASE_URL'],
      options: `-c search_path=${this.scope.schema}`,
    });
    const isLate = writer % 2 === 1; // half of the writers; the others commit at once
    await client.connect();
    try {
      for (let n = 1; !this.isStopping; n += 1) {
        await client.query('BEGIN');
        for (let left = random.whole(1, 4); left > 0; left -= 1) {
          await this.change(client, random, writer);
        }
        if (deleting > 0 && n % deleting === 0) {
          await this.forget(client, nameOf(random, writer));
        }
        if (isLate) await this.outlast(random.whole(1, 30));
        if (random.whole(1, 4) === 1) {
          await client.query('ROLLBACK');
          this.done.rolledBack += 1;
        } else {
          await client.query('COMMIT');
          this.done.committed += 1;
          if (isLate) this.done.late += 1;
        }
      }
    } finally {
      await client.end();
    }
  }

  private async change(client: pg.Client, random: Random, writer: number): Promise<void> {
    const name = nameOf(random, writer);
    const values = [name, random.pick(STATUSES), random.text(8, 'abcdef')];
    switch (random.whole(1, 5)) {
      case 1:
        await client.query('SAVEPOINT part');
        await client.query(UPSERT, values);
        await client.query(`${random.pick(['ROLLBACK TO', 'RELEASE'])} part`);
        this.done.subtransactions += 1;
        return;
      case 2:
        await this.forget(client, name);
        await client.query(UPSERT, values);
        this.done.renewed += 1;
        return;
      case 3:
        await client.query('SELECT FROM service_status WHERE service_name = $1 FOR UPDATE', [name]);
        return;
      default:
        await client.query(UPSERT, values);
    }
  }

  private async forget(client: pg.Client, name: string): Promise<void> {
    await client.query('DELETE FROM service_status WHERE service_name = $1', [name]);
  }

  private async outlast(looks: number): Promise<void> {
    const until = this.looks() + looks;
    await waitUntil('others have looked', () => this.isStopping || this.looks() >= until, {
      pollMs: 1,
    });
  }
}

const nameOf = (random: Random, writer: number): string =>
  `${random.pick(TAILS)}service-${String(writer)}-${String(random.whole(1, SERVICES_EACH))}`;
