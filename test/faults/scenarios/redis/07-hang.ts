import type { Fault } from '../../fault.js';

/** Shorter than the time after which an answer is taken for lost, and longer. */
const PAUSE_MS = 2_000;
const SLEEP_SECONDS = 6;

const fault: Fault = {
  number: 7,
  name: 'Redis hangs',
  selection: 'all',
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });

    await redis.command('CLIENT', 'PAUSE', PAUSE_MS, 'ALL');
    const pausedMs = await answerMs(() => redis.command('PING'));
    await world.atWork();
    const sleptMs = await answerMs(() => redis.command('DEBUG', 'SLEEP', SLEEP_SECONDS));
    world.faultEnded();

    expect(pausedMs).toBeGreaterThan(PAUSE_MS * 0.9);
    expect(sleptMs).toBeGreaterThan(SLEEP_SECONDS * 900);
    const disconnects = world.app.logged('redis.disconnected').length;
    expect(disconnects).toBeGreaterThan(0);
    return { times: 2, evidence: { paused_ms: pausedMs, slept_ms: sleptMs, disconnects } };
  },
};

async function answerMs(ask: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await ask();
  return Math.round(performance.now() - startedMs);
}

export default fault;
