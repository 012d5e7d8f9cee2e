import type { Type } from '@nestjs/common';
import { InputPipe } from './input.pipe.js';
import { InvalidInputError } from './problem.js';
import { DashboardQuery, ServicesQuery } from '../services/queries.js';
import { NoQuery } from './no-query.js';
import { DASHBOARD_CURSOR, SERVICES_CURSOR } from '../services/service-cursors.js';

type Query = Record<string, string | string[]>;

const taken = async (metatype: Type, query: Query): Promise<unknown> =>
  await new InputPipe().transform(query, { type: 'query', metatype });

/** The fields that are refused, in no order. */
async function refused(metatype: Type, query: Query): Promise<string[]> {
  try {
    await taken(metatype, query);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.errors.map(({ field }) => field).sort();
  }
}

describe('a query', () => {
  it('that is empty means the defaults', async () => {
    expect(await taken(ServicesQuery, {})).toEqual({
      status: null,
      q: null,
      limit: 100,
      cursor: null,
    });
    expect(await taken(DashboardQuery, {})).toEqual({ limit: 500, cursor: null });
  });

  it('is taken as it is meant', async () => {
    const place = { status: 'degraded', name: 'b' } as const;
    const query = { limit: '10000', cursor: DASHBOARD_CURSOR.encode(place) };
    expect(await taken(DashboardQuery, query)).toEqual({ limit: 10_000, cursor: place });
    const cursor = SERVICES_CURSOR.encode({ name: 'a' });
    expect(await taken(ServicesQuery, { status: 'stale', q: '100%', limit: '1', cursor })).toEqual({
      status: 'stale',
      q: '100%',
      limit: 1,
      cursor: { name: 'a' },
    });
  });

  it.each<[Query, string[]]>([
    [{ limit: '0' }, ['limit']],
    [{ limit: '1001' }, ['limit']],
    [{ limit: '' }, ['limit']],
    [{ limit: '-1' }, ['limit']],
    [{ limit: '1.5' }, ['limit']],
    [{ limit: '1e2' }, ['limit']],
    [{ limit: ' 5' }, ['limit']],
    [{ limit: '0x10' }, ['limit']],
    [{ limit: '99999999999999999999' }, ['limit']],
    [{ limit: ['1', '2'] }, ['limit']],
    [{ status: '' }, ['status']],
    [{ status: 'Healthy' }, ['status']],
    [{ status: 'left' }, ['status']],
    [{ status: ['healthy', 'stale'] }, ['status']],
    [{ q: 'a\0' }, ['q']],
    [{ q: 'a'.repeat(201) }, ['q']],
    [{ q: ['a', 'b'] }, ['q']],
    [{ cursor: '' }, ['cursor']],
    [{ cursor: 'abc' }, ['cursor']],
    [{ cursor: ['a', 'b'] }, ['cursor']],
    [{ stat: 'healthy' }, ['stat']],
    [{ stat: 'x', limit: 'x', status: 'x' }, ['limit', 'stat', 'status']],
    [JSON.parse('{"__proto__": "x"}') as Query, ['__proto__']],
    [JSON.parse('{"constructor": "x"}') as Query, ['constructor']],
    [{ q: '' }, []],
    [{ q: '😀'.repeat(200) }, []],
    [{ limit: '1000' }, []],
  ])('%j is refused for %j', async (query, fields) => {
    expect(await refused(ServicesQuery, query)).toEqual(fields);
  });

  it('of a route without parameters may hold none', async () => {
    expect(await refused(NoQuery, { x: '1' })).toEqual(['x']);
    expect(await refused(NoQuery, {})).toEqual([]);
  });
});
