import { Redis } from 'ioredis';
import { JournalGroup } from '../../src/journal/journal-group.js';
import { Scope } from '../support/scope.js';
import { testServices } from '../support/services.js';
import { waitUntil } from '../support/wait-until.js';

const READ = 100;
const IDLE_MS = 50;

describe('the consumer group of the journal', () => {
  let scope: Scope;
  let reader: Redis;
  let living: JournalGroup;
  let dead: JournalGroup;

  beforeEach(async () => {
    scope = await Scope.open();
    reader = new Redis(testServices().redisUrl);
    const join = (name: string): JournalGroup =>
      new JournalGroup(scope.redis, reader, scope.keys, scope.group, name);
    [living, dead] = [join('living'), join('dead')];
    await living.ensure();
    for (let index = 0; index < 5; index += 1) {
      await scope.redis.xadd(scope.journal, '*', 'channel', `event ${index}`);
    }
  });

  afterEach(async () => {
    reader.disconnect();
    await scope.close();
  });

  const idsOf = (entries: readonly { readonly id: string }[]): string[] =>
    entries.map(({ id }) => id);

  it('trims what it has acknowledged, and nothing that another group still needs', async () => {
    await scope.redis.xgroup('CREATE', scope.journal, 'other', '0');
    await living.acknowledge(idsOf(await living.read(READ)));
    await living.trim();
    expect(await scope.redis.xlen(scope.journal)).toBe(5);

    await scope.redis.xgroup('DESTROY', scope.journal, 'other');
    await living.trim();
    expect(await scope.redis.xlen(scope.journal)).toBe(0);
  });

  it('trims up to the oldest entry that is pending', async () => {
    const ids = idsOf(await living.read(READ));
    await living.acknowledge([...ids.slice(0, 2), ...ids.slice(3)]);
    await living.trim();
    expect((await scope.redis.xrange(scope.journal, '-', '+'))[0]?.[0]).toBe(ids[2]);
  });

  it('takes over what a dead consumer held, all of it in several steps', async () => {
    const ids = idsOf(await dead.read(READ));
    const taken: string[] = [];
    await waitUntil('all entries are taken over', async () => {
      let cursor = '0-0';
      do {
        const reclaimed = await living.reclaim(IDLE_MS, 2, cursor);
        taken.push(...idsOf(reclaimed.entries));
        cursor = reclaimed.cursor;
      } while (cursor !== '0-0');
      return taken.length >= ids.length;
    });
    expect(taken).toEqual(ids);
  });

  it('leaves alone what its consumer says it is still working on', async () => {
    const ids = idsOf(await dead.read(READ));
    await waitUntil('it has been idle', async () => {
      const pending = await scope.redis.xpending(scope.journal, scope.group, '-', '+', 1);
      return Number((pending[0] as unknown[])[2]) > IDLE_MS;
    });
    await dead.refresh(ids);
    expect((await living.reclaim(IDLE_MS, READ, '0-0')).entries).toEqual([]);
  });

  it('says which entries others deleted while they were pending', async () => {
    const ids = idsOf(await dead.read(READ));
    await scope.redis.xtrim(scope.journal, 'MAXLEN', 0);
    const lost = await waitUntil('the loss is noticed', async () => {
      const { lostIds } = await living.reclaim(IDLE_MS, READ, '0-0');
      return lostIds.length > 0 ? lostIds : null;
    });
    expect(lost).toEqual(ids);
  });

  it('forgets names that have long been idle, but for those that hold entries', async () => {
    await dead.read(2);
    const [first] = await living.read(1);
    await living.acknowledge([first?.id ?? '']);
    expect(await living.removeIdleConsumers()).toEqual([]);
    const removed = await waitUntil('a name is removed', async () => {
      const names = await dead.removeIdleConsumers(IDLE_MS);
      return names.length > 0 ? names : null;
    });
    expect(removed).toEqual(['living']);
  });
});
