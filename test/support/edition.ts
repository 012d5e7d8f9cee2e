import pg from 'pg';
import { testServices } from './services.js';

/** `apache` drops chunks through this application, `community` has policies and continuous aggregates. */
export type Edition = 'apache' | 'community';

const TITLES: Readonly<Record<Edition, string>> = {
  apache: 'the Apache edition of TimescaleDB',
  community: 'the community edition of TimescaleDB',
};

/** Of the database under test. */
const EDITION: Edition = await readEdition();

async function readEdition(): Promise<Edition> {
  const client = new pg.Client({ connectionString: testServices().databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ license: string | null }>(
      `SELECT current_setting('timescaledb.license', true) AS license`,
    );
    return rows[0]?.license === 'timescale' ? 'community' : 'apache';
  } finally {
    await client.end();
  }
}

/**
 * `describe` for tests of one edition. On the other they are skipped, and the output says so: the services of the
 * tests are of the Apache edition, `TEST_DATABASE_URL` may name a database of the other.
 */
export function describeOn(edition: Edition, name: string, tests: () => void): void {
  if (EDITION === edition) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped for want of ${TITLES[edition]}: ${name}\n`);
  describe.skip(name, tests);
}
