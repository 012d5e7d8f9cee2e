import { durabilityProblems, persistenceOf } from '../../journal/durability.js';
import { configured, infoField } from '../../journal/redis-info.js';
import { type Check, mebibytes, requirement } from './check.js';
import { type RedisFacts, UNTOLD } from './redis-facts.js';

const OLDEST_MAJOR = 7;
/** How much an instance may fall behind, in bytes, before Redis ends its subscription; Redis' own default. */
const PUBSUB_HARD_BYTES = 32 * 1024 * 1024;

export function redisVersion({ info }: RedisFacts): Check {
  const needed = requirement('redis version', `${String(OLDEST_MAJOR)}.0 or newer`);
  const version = infoField(info, 'redis_version');
  if (version === null) {
    return needed.warning('no version, as INFO is refused', UNTOLD);
  }
  const isEnough = Number(version.split('.')[0]) >= OLDEST_MAJOR;
  return isEnough ? needed.ok(version) : needed.failed(version, 'upgrade Redis');
}

/** What is acknowledged is to survive the end of Redis. */
export function appendOnlyFile({ info, configuration }: RedisFacts): Check {
  const needed = requirement('redis durability', 'appendonly yes and appendfsync always');
  const persistence = persistenceOf(info, configuration);
  const { isAppendOnly, fsync, isWritten } = persistence;
  const [problem] = durabilityProblems({ ...persistence, evictionPolicy: null });
  const keep = (setting: string): string => `run CONFIG SET ${setting}, and keep it in redis.conf`;
  if (isAppendOnly === false) return needed.failed(problem ?? '', keep('appendonly yes'));
  if (isWritten === false) {
    return needed.failed(
      'its append-only file cannot be written',
      'free its disk, and read its log',
    );
  }
  if (problem !== undefined) {
    // A second is lost with everysec; with `no`, as much as the kernel holds back.
    const verdict = fsync === 'everysec' ? needed.warning : needed.failed;
    return verdict(problem, keep('appendfsync always'));
  }
  if (isAppendOnly === null || fsync === null) {
    return needed.warning('no answer, as INFO or CONFIG GET is refused', UNTOLD);
  }
  return needed.ok(`appendonly yes and appendfsync ${fsync}`);
}

export function eviction({ info, configuration }: RedisFacts): Check {
  const needed = requirement('redis eviction', 'maxmemory-policy noeviction');
  const { evictionPolicy: policy } = persistenceOf(info, configuration);
  if (policy === null) {
    return needed.warning('no answer, as INFO and CONFIG GET are refused', UNTOLD);
  }
  const [problem] = durabilityProblems({
    isAppendOnly: null,
    fsync: null,
    isWritten: null,
    evictionPolicy: policy,
  });
  if (problem === undefined) return needed.ok(policy);
  const whatToDo = 'run CONFIG SET maxmemory-policy noeviction, and keep it in redis.conf';
  const isBounded = Number(infoField(info, 'maxmemory') ?? '1') > 0;
  return isBounded
    ? needed.failed(problem, whatToDo)
    : needed.warning(`${problem}, once a maxmemory is set`, whatToDo);
}

/** A class of clients with its hard and soft limit in bytes; 0 is none. */
const PUBSUB_LIMIT = /\bpubsub (\d+) \d+ \d+/;

export function pubsubBuffer({ configuration }: RedisFacts): Check {
  const needed = requirement(
    'redis pub/sub buffer',
    `a hard limit of ${mebibytes(PUBSUB_HARD_BYTES)} or more, or none`,
  );
  const limits = configured(configuration, 'client-output-buffer-limit') ?? '';
  const limit = PUBSUB_LIMIT.exec(limits)?.[1];
  if (limit === undefined) {
    return needed.warning('no answer, as CONFIG GET is refused', UNTOLD);
  }
  const bytes = Number(limit);
  if (bytes === 0) return needed.ok('no hard limit');
  if (bytes >= PUBSUB_HARD_BYTES) return needed.ok(mebibytes(bytes));
  return needed.warning(
    `${String(bytes)} bytes: an instance that falls behind loses its subscription, and what comes meanwhile`,
    'run CONFIG SET client-output-buffer-limit "pubsub 32mb 8mb 60", and keep it in redis.conf',
  );
}
