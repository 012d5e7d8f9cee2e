import type { Fault } from '../../fault.js';

const KILLS = 3;
const BETWEEN = 60;
const WHILE_AWAY = 40;

const fault: Fault = {
  number: 2,
  name: 'Redis killed, with AOF',
  selection: 'ci',
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });

    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill > 0) await world.atWork(BETWEEN);
      await redis.stop('SIGKILL');
      await world.issued(WHILE_AWAY);
      await redis.start();
    }
    world.faultEnded();

    const log = await redis.log();
    expect(log.match(/DB loaded from append only file/g)).toHaveLength(KILLS);
    expect(log).not.toContain('ready to exit'); // it had no time to say good-bye
    const disconnects = world.app.logged('redis.disconnected').length;
    expect(disconnects).toBeGreaterThanOrEqual(KILLS);
    return { times: KILLS, evidence: { disconnects } };
  },
};

export default fault;
