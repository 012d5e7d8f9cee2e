import { Redis } from 'ioredis';
import { tellCount } from './tell-count.js';

/** A process of its own: a limit. Subscribes to a channel and counts; it looks at no message. */
const [redisUrl, channel] = process.argv.slice(2);
if (!redisUrl || !channel) throw new Error('arguments: Redis URL, channel');

let count = 0;
const subscriber = new Redis(redisUrl);
subscriber.on('messageBuffer', () => {
  count += 1;
});
await subscriber.subscribe(channel);
tellCount(() => count);
