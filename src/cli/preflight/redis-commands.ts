import { concreteChannel, parseChannels, redisPattern } from '../../config/channels.js';
import type { Environment } from '../../config/environment.js';
import { journalKeys } from '../../journal/keys.js';

/** Every word of a command; of one with subcommands the second word is one. */
export type RedisCommand = readonly [string, ...string[]];

/** Stands for the name of a consumer, a writer, an identity. */
const SOME = 'preflight';
const ID = '0-1';
/** Of no script. */
const DIGEST = '0'.repeat(40);

/** How the journal's keys are matched in a rule of Redis' access control. */
export function keyPatterns({ HEALTH_JOURNAL_KEY: journal }: Environment): string[] {
  const escaped = (text: string): string => text.replaceAll(/[*?[\]\\]/g, '\\$&');
  const beside = journalKeys(journal).dedup.replace(/:dedup:$/, '');
  return [escaped(journal), `${escaped(beside)}:*`];
}

/** The channels and patterns that an instance subscribes to. */
export function subscriptions(environment: Environment): {
  readonly channels: readonly string[];
  readonly patterns: readonly string[];
} {
  const specs = parseChannels(environment.HEALTH_CHANNELS);
  return {
    channels: specs.filter(({ isPattern }) => !isPattern).map(({ name }) => name),
    patterns: specs.filter(({ isPattern }) => isPattern).map(redisPattern),
  };
}

/**
 * Every command of Redis that an instance sends, also from inside its scripts, with a key or channel
 * as it has them; the subscriptions are {@link subscriptions}. In the order of the data path.
 */
export function neededCommands(environment: Environment): RedisCommand[] {
  const { HEALTH_JOURNAL_KEY: journal, HEALTH_CONSUMER_GROUP: group } = environment;
  const keys = journalKeys(journal);
  const identities = `${keys.dedup}0`;
  const copies = keys.copies(SOME);
  const accounts = keys.accounts(group);
  const attempts = keys.attempts(group);
  const paused = keys.paused(group);
  const channels = parseChannels(environment.HEALTH_CHANNELS).map(concreteChannel);
  return [
    ['ping'],
    ['time'],
    ['evalsha', DIGEST, '1', journal],
    ['eval', 'return 1', '1', journal],
    ...channels.map((channel): RedisCommand => ['publish', channel, '']),
    // The append script.
    ['get', keys.applied(SOME)],
    ['get', keys.lease],
    ['get', keys.clock],
    ['get', keys.dedup],
    ['smismember', identities, SOME],
    ['memory', 'usage', journal],
    ['xadd', journal, '*', 'at', '0'],
    ['sadd', identities, SOME],
    ['ttl', identities],
    ['expire', identities, '1'],
    ['set', keys.dedup, '0', 'EX', '1'],
    ['unlink', identities],
    ['set', keys.clock, '0', 'EX', '1'],
    ['set', keys.applied(SOME), '', 'EX', '1'],
    ['rpush', `${copies}:at`, '0'],
    ['ltrim', `${copies}:at`, '-1', '-1'],
    ['expire', `${copies}:at`, '1'],
    // The lease.
    ['set', keys.lease, SOME, 'PX', '1'],
    ['pexpire', keys.lease, '1'],
    ['del', keys.lease],
    ['lrange', `${copies}:at`, '0', '-1'],
    // Reading, with the accounts of what was read.
    ['client', 'id'],
    ['client', 'unblock', '0'],
    ['exists', paused],
    ['set', paused, '1'],
    ['del', paused],
    ['xgroup', 'create', journal, group, '0', 'MKSTREAM'],
    ['xreadgroup', 'GROUP', group, SOME, 'STREAMS', journal, '>'],
    ['xack', journal, group, ID],
    ['xclaim', journal, group, SOME, '0', ID],
    ['xautoclaim', journal, group, SOME, '0', ID],
    ['xpending', journal, group],
    ['xrange', journal, ID, ID],
    ['xtrim', journal, 'MINID', ID],
    ['xinfo', 'stream', journal],
    ['xinfo', 'groups', journal],
    ['xinfo', 'consumers', journal, group],
    ['xgroup', 'delconsumer', journal, group, SOME],
    ['hget', accounts, 'base'],
    ['hmget', accounts, 'base'],
    ['hset', accounts, 'base', '0'],
    ['hincrby', accounts, 'settled', '0'],
    ['expire', accounts, '1'],
    ['del', accounts],
    ['hincrby', attempts, SOME, '0'],
    ['hdel', attempts, SOME],
    ['expire', attempts, '1'],
  ];
}

/** What an instance asks too, and does well without: names for connections, warnings at its start. */
export const OPTIONAL_COMMANDS: readonly RedisCommand[] = [
  ['info'],
  ['config', 'get', 'appendfsync'],
  ['client', 'setname', SOME],
  ['client', 'setinfo', 'LIB-NAME', SOME],
];

const WITH_SUBCOMMANDS = ['client', 'config', 'memory', 'xgroup', 'xinfo'];

/** As a rule of access control names it: `xinfo|groups`. */
export const ruleOf = ([name, second]: RedisCommand): string =>
  second !== undefined && WITH_SUBCOMMANDS.includes(name) ? `${name}|${second}` : name;
