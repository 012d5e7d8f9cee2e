import type { Redis } from 'ioredis';

/** What a Redis tells of itself; '' and [] where it does not let be read. */
export interface RedisFacts {
  /** Of INFO, the sections server, persistence and memory. */
  readonly info: string;
  /** A flat list of names and values, as CONFIG GET replies. */
  readonly configuration: readonly string[];
  /** What the journal takes now; 0 where that is not told. */
  readonly journalBytes: number;
}

/** What to do where it does not. */
export const UNTOLD = 'grant +info and +config|get, or look there for yourself';

const SECTIONS = ['server', 'persistence', 'memory'];
const DIRECTIVES = ['appendfsync', 'maxmemory-policy', 'client-output-buffer-limit'];

export async function redisFacts(redis: Redis, journal: string): Promise<RedisFacts> {
  const sections = await Promise.all(
    SECTIONS.map(async (section) => await redis.info(section).catch(() => '')),
  );
  const configuration = await redis.call('CONFIG', 'GET', ...DIRECTIVES).catch(() => []);
  const journalBytes = await redis.call('MEMORY', 'USAGE', journal).catch(() => null);
  return {
    info: sections.join('\n'),
    configuration: Array.isArray(configuration) ? configuration.map(String) : [],
    journalBytes: Number(journalBytes ?? 0),
  };
}
