import type { Redis } from 'ioredis';
import type { Environment } from '../../config/environment.js';
import { textOf } from '../../runtime/error-text.js';
import { type Check, listed, requirement } from './check.js';
import {
  keyPatterns,
  neededCommands,
  type RedisCommand,
  ruleOf,
  subscriptions,
} from './redis-commands.js';

/** Why Redis refuses: its access control, and by what; or something else. */
type Refusal = 'command' | 'key' | 'channel' | 'other';

interface Refused {
  readonly command: RedisCommand;
  readonly refusal: Refusal;
  readonly text: string;
}

/**
 * Whether this user may do all that an instance does, with its keys and channels.
 *
 * Nothing is done for it: inside MULTI, Redis decides about a command when it is queued, by the rules for
 * the one who sends it, and DISCARD drops them all. Subscriptions, which a transaction does not take
 * well, are made on a connection of their own. Source: Redis, MULTI and ACL.
 */
export async function redisRights(redis: Redis, environment: Environment): Promise<Check> {
  const needed = requirement(
    'redis rights',
    'every command of an instance, with the keys of HEALTH_JOURNAL_KEY and HEALTH_CHANNELS',
  );
  const user = await userOf(redis);
  const isTold = await redis.call('MULTI').then(
    () => true,
    () => false,
  );
  if (!isTold) {
    return needed.warning(
      `"${user}" may not run MULTI, which tells without doing anything`,
      'grant it +multi +discard while this check runs',
    );
  }
  const refused = [
    ...(await refusedIn(redis, neededCommands(environment))),
    ...(await refusedSubscriptions(redis, environment)),
  ];
  if (refused.length === 0) return needed.ok(`"${user}" may run all of them`);
  const [first] = refused.filter(({ refusal }) => refusal === 'other');
  if (first !== undefined) {
    const isReplica = first.text.startsWith('READONLY');
    return needed.failed(
      `${ruleOf(first.command)} is refused: ${first.text}`,
      isReplica ? 'name the primary in REDIS_URL' : 'mend what it says',
    );
  }
  const found = listed([...new Set(refused.map(told))]);
  return needed.failed(
    `"${user}" may not ${found}`,
    `run ACL SETUSER ${user} ${rulesFor(refused, environment).join(' ')}`,
  );
}

async function userOf(redis: Redis): Promise<string> {
  const name = await redis.call('ACL', 'WHOAMI').catch(() => null);
  return typeof name === 'string' ? name : (redis.options.username ?? 'default');
}

async function refusedIn(redis: Redis, commands: readonly RedisCommand[]): Promise<Refused[]> {
  const replies = await Promise.all(
    commands.map(async (command) => await refusalOf(command, redis.call(...command))),
  );
  await redis.call('DISCARD');
  return replies.flat();
}

async function refusedSubscriptions(redis: Redis, environment: Environment): Promise<Refused[]> {
  const { channels, patterns } = subscriptions(environment);
  const subscriber = redis.duplicate();
  subscriber.on('error', () => undefined); // the command that is under way reports it
  try {
    await subscriber.connect();
    const refused: Refused[] = [];
    for (const one of channels) {
      refused.push(...(await refusalOf(['subscribe', one], subscriber.subscribe(one))));
    }
    for (const one of patterns) {
      refused.push(...(await refusalOf(['psubscribe', one], subscriber.psubscribe(one))));
    }
    return refused;
  } finally {
    subscriber.disconnect();
  }
}

async function refusalOf(command: RedisCommand, reply: Promise<unknown>): Promise<Refused[]> {
  try {
    await reply;
    return [];
  } catch (error) {
    const text = textOf(error);
    return [{ command, refusal: kindOf(text), text }];
  }
}

/** The words differ from version to version, and each names what is missing. Source: Redis, src/acl.c. */
function kindOf(text: string): Refusal {
  if (!text.startsWith('NOPERM')) return 'other';
  if (/\bchannels?\b/.test(text)) return 'channel';
  return /\bkeys?\b/.test(text) ? 'key' : 'command';
}

function told({ command, refusal }: Refused): string {
  switch (refusal) {
    case 'command':
      return ruleOf(command);
    case 'key':
      return 'use the keys of the journal';
    case 'channel':
      return `${command[0]} ${command[1] ?? ''}`;
    case 'other':
      return command[0];
  }
}

function rulesFor(refused: readonly Refused[], environment: Environment): string[] {
  const has = (refusal: Refusal): Refused[] => refused.filter((one) => one.refusal === refusal);
  const rules = [
    ...has('command').map(({ command }) => `+${ruleOf(command)}`),
    ...(has('key').length > 0 ? keyPatterns(environment).map((pattern) => `~${pattern}`) : []),
    ...has('channel').map(({ command }) => `&${command[1] ?? ''}`),
  ];
  return [...new Set(rules)];
}
