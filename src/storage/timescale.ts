import type { Session } from './database.js';
import { READ_TIMESCALE } from './timescale.sql.js';

/** What this database's TimescaleDB is. */
export interface Timescale {
  /** Of the extension's functions, as it is written in a statement: the search path does not hold it. */
  readonly schema: string;
  readonly version: string;
  /** The community edition: policies and continuous aggregates. */
  readonly isCommunity: boolean;
}

export async function readTimescale(session: Session): Promise<Timescale> {
  const [row] = await session.query<{ schema: string; version: string; license: string | null }>(
    READ_TIMESCALE,
    [],
  );
  if (row === undefined) throw new Error('the TimescaleDB extension is not installed');
  const { schema, version, license } = row;
  return { schema, version, isCommunity: license === 'timescale' };
}
