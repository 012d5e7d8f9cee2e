import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const USER = 'health';
/** What may be done besides. */
const RIGHTS = ['~*', '&*', '+@all'];
const MEANWHILE = 60;

/** An operator changes the password, then the commands, then the channels, and puts it right again. */
const fault: Fault = {
  number: 8,
  name: 'Redis password or ACL changed',
  selection: 'all',
  async run(world) {
    const redis = await world.privateRedis();
    const acl = async (...rules: string[]): Promise<void> => {
      await redis.command('ACL', 'SETUSER', USER, ...rules);
    };
    await acl('on', '>first', ...RIGHTS);
    const url = new URL(redis.url);
    [url.username, url.password] = [USER, 'first'];
    await world.begin({ redisUrl: redis.url, instancesRedisUrl: url.href });
    const { app } = world;
    const isDeaf = async (): Promise<void> => {
      await waitUntil('it is not ready', async () => !(await app.isReady()));
      await world.issued(MEANWHILE);
    };
    const isBack = async (): Promise<void> => {
      await waitUntil('it is ready', async () => await app.isReady());
      await world.atWork();
    };

    await acl('resetpass', '>second');
    await redis.command('CLIENT', 'KILL', 'USER', USER);
    await isDeaf();
    await acl('resetpass', '>first');
    await isBack();
    await acl('-@scripting', '-xreadgroup');
    await isDeaf();
    await acl('+@all');
    await isBack();
    await acl('resetchannels');
    await isDeaf();
    await acl('&*');
    world.faultEnded();

    const refusals = {
      password: app.output.includes('WRONGPASS'),
      commands: app.logged('ingest.append_failed').length,
      channels: app.logged('ingest.subscription_refused').length,
    };
    expect(refusals.password).toBe(true);
    expect(refusals.commands).toBeGreaterThan(0);
    expect(refusals.channels).toBeGreaterThan(0);
    return { times: 3, evidence: refusals };
  },
};

export default fault;
