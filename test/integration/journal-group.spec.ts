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

  it('trims nothing while it is missing itself, though another group has acknowledged all', async () => {
    const { journal, redis, group } = scope;
    await redis.xgroup('CREATE', journal, 'other', '$');
    await redis.xgroup('DESTROY', journal, group);
    await living.trim();
    expect(await redis.xlen(journal)).toBe(5);
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

  describe('balances its accounts', () => {
    /** What others deleted unread since the last balance. */
    const lost = async (): Promise<number | undefined> => (await living.balance())?.lost;
    const append = async (entries: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let index = 0; index < entries; index += 1) {
        ids.push(String(await scope.redis.xadd(scope.journal, '*', 'channel', 'more')));
      }
      return ids;
    };

    beforeEach(async () => {
      await living.acknowledge(idsOf(await living.read(READ)));
      await living.trim();
      expect(await lost()).toBe(0);
    });

    it('to nothing lost, whoever reads, acknowledges twice, takes over or forgets', async () => {
      await append(5);
      const held = idsOf(await dead.read(3));
      await living.acknowledge(idsOf(await living.read(1)));
      await dead.acknowledge(held.slice(0, 1));
      await dead.acknowledge(held.slice(0, 1));
      expect(await lost()).toBe(0);
      await waitUntil('the others are taken over', async () => {
        const { entries } = await living.reclaim(IDLE_MS, READ, '0-0');
        await living.acknowledge(idsOf(entries));
        return entries.length > 0;
      });
      await dead.acknowledge(held);
      await living.trim();
      expect(await lost()).toBe(0);
      expect(await living.balance()).toMatchObject({ lag: 1, pending: 0 });
    });

    it('to what was trimmed away unread, once, with the ids it lay between', async () => {
      const [newest] = (await append(1)).slice(-1);
      await living.acknowledge(idsOf(await living.read(READ)));
      expect(await lost()).toBe(0);
      await append(20);
      await scope.redis.xtrim(scope.journal, 'MAXLEN', 7);
      expect(await lost()).toBe(0); // only reading on tells
      const rest = idsOf(await living.read(READ));
      expect(rest).toHaveLength(7);
      expect(await living.balance()).toMatchObject({ lost: 13, fromId: newest, toId: rest.at(-1) });
      await living.acknowledge(rest);
      expect(await lost()).toBe(0);
    });

    it('to a single entry that was deleted unread', async () => {
      const ids = await append(4);
      await scope.redis.xdel(scope.journal, ids[2] ?? '');
      await living.acknowledge(idsOf(await living.read(READ)));
      expect(await lost()).toBe(1);
    });

    it('to nothing lost where what is held is deleted: whoever holds it has it', async () => {
      await append(3);
      const held = idsOf(await living.read(READ));
      await scope.redis.xtrim(scope.journal, 'MAXLEN', 0);
      await living.refresh(held);
      await living.acknowledge(held);
      expect(await lost()).toBe(0);
    });

    it('anew for a group that was made anew, and says which it had to make', async () => {
      expect(await living.ensure()).toBe('nothing');
      await append(3);
      await scope.redis.xgroup('DESTROY', scope.journal, scope.group);
      expect(await living.balance()).toBeNull();
      expect(await living.ensure()).toBe('group');
      expect(await living.read(READ)).toHaveLength(3);
      expect(await lost()).toBe(0);
      await scope.redis.del(scope.journal);
      expect(await living.ensure()).toBe('stream');
      await append(2);
      expect(await living.read(READ)).toHaveLength(2);
      expect(await lost()).toBe(0);
    });
  });

  describe('whose stream was deleted, and came again with the next append,', () => {
    const replaceStream = async (entries: number): Promise<void> => {
      await scope.redis.del(scope.journal);
      for (let index = 0; index < entries; index += 1) {
        await scope.redis.xadd(scope.journal, '*', 'channel', `new ${index}`);
      }
    };

    it.each([
      ['fewer entries than before', 2],
      ['more entries than before', 20],
    ])('knows that it is another one by %s', async (_, entries) => {
      await living.acknowledge(idsOf(await living.read(READ)));
      await living.balance();
      await replaceStream(entries);
      expect(await living.ensure()).toBe('stream');
      expect(await living.read(READ)).toHaveLength(entries);
    });

    it('knows that it is another one by accounts that are gone with it', async () => {
      await living.balance();
      await replaceStream(20);
      await scope.redis.del(scope.keys.accounts(scope.group));
      expect(await living.ensure()).toBe('stream');
    });

    it('takes one for the same that was trimmed meanwhile, or never read', async () => {
      const { group, journal, redis } = scope;
      await living.balance();
      await redis.xgroup('DESTROY', journal, group);
      expect(await living.ensure()).toBe('group');
      await living.acknowledge(idsOf(await living.read(READ)));
      await living.balance();
      await living.trim();
      await redis.xgroup('DESTROY', journal, group);
      expect(await living.ensure()).toBe('group');
    });
  });

  it('tells how often an entry was delivered', async () => {
    const [id = ''] = idsOf(await dead.read(1));
    for (const deliveries of [2, 3]) {
      await scope.redis.call(
        'XCLAIM',
        ...[scope.journal, scope.group, 'dead', 0, id, 'IDLE', 60_000, 'JUSTID'],
      );
      const { entries } = await living.reclaim(IDLE_MS, READ, '0-0');
      expect(entries.map((entry) => [entry.id, entry.deliveries])).toEqual([[id, deliveries]]);
    }
  });
});
