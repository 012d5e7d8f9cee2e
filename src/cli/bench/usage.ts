import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { Child } from './child.js';

/** Linux counts processor time in hundredths of a second for every program, whatever its own tick. */
const TICK_MICROS = 10_000;

/** What was used until a moment: processor time in user and kernel mode; null where it cannot be known. */
export interface Usage {
  /** Of the process measured, all its threads. */
  readonly appMicros: number | null;
  /** Of PostgreSQL: its first process, all that it has started, and those that have ended. */
  readonly postgresMicros: number | null;
  readonly redisMicros: number | null;
  /** The most memory the process measured has ever had resident. */
  readonly maxRssBytes: number | null;
}

/** Reads what the processes of a run use. PostgreSQL counts only where it runs beside this process. */
export class Meter {
  private constructor(
    private readonly redis: Redis,
    private readonly postmaster: number | null,
  ) {}

  static async of(database: pg.Client, redis: Redis): Promise<Meter> {
    const { rows } = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new Meter(redis, postmasterOf(rows[0]?.pid ?? 0));
  }

  async usage(child: Child | null): Promise<Usage> {
    const info = await this.redis.info('cpu');
    const redisSeconds = [
      ...info.matchAll(/^used_cpu_(?:sys|user|sys_children|user_children):(\S+)/gm),
    ];
    const memory = child === null ? null : memoryOf(child.pid);
    return {
      appMicros: child === null ? null : cpuMicrosOf(child.pid),
      postgresMicros: this.postmaster === null ? null : familyMicros(this.postmaster),
      redisMicros: redisSeconds.reduce((sum, [, seconds]) => sum + Number(seconds), 0) * 1e6,
      maxRssBytes: memory?.maxRssBytes ?? null,
    };
  }
}

/** Source: proc(5), /proc/pid/status. */
export function memoryOf(pid: number): { readonly rssBytes: number; readonly maxRssBytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * 1_024;
  return { rssBytes: bytes('VmRSS'), maxRssBytes: bytes('VmHWM') };
}

const cpuMicrosOf = (pid: number): number => {
  const { user, system } = statOf(pid);
  return (user + system) * TICK_MICROS;
};

/** A process, those it has waited for, and its children. */
function familyMicros(parent: number): number {
  const own = statOf(parent);
  let ticks = own.user + own.system + own.endedChildren;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = statOf(pid);
      if (stat.parent === parent) ticks += stat.user + stat.system;
    } catch {
      // ended meanwhile
    }
  }
  return ticks * TICK_MICROS;
}

/** Source: proc(5), /proc/pid/stat. */
function statOf(pid: number): {
  readonly parent: number;
  readonly user: number;
  readonly system: number;
  readonly endedChildren: number;
} {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name, second field, may hold blanks; field 3 follows its closing bracket.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [
    1, 11, 12, 13, 14,
  ].map((field) => fields[field]);
  return { parent, user, system, endedChildren: endedUser + endedSystem };
}

/** Null where the backend's process is not one of this machine. */
function postmasterOf(backend: number): number | null {
  try {
    const { parent } = statOf(backend);
    // By command line: programs that a loader started have the loader's name.
    const commands = [backend, parent].map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    return commands.every((command) => command.includes('postgres')) ? parent : null;
  } catch {
    return null;
  }
}
