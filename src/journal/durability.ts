import { configured, infoField } from './redis-info.js';

/** What a Redis says of how it keeps data; null where it does not tell. */
export interface Persistence {
  /** Whether it writes an append-only file. */
  readonly isAppendOnly: boolean | null;
  /** `always`, `everysec` or `no`. */
  readonly fsync: string | null;
  /** Whether it could write the file last time. */
  readonly isWritten: boolean | null;
  /** `noeviction`, or what it throws away when its memory is full. */
  readonly evictionPolicy: string | null;
}

/**
 * Why an event that Redis acknowledged may be lost with it, a sentence for each reason; none where it
 * keeps everything, and of what it does not tell.
 */
export function durabilityProblems(persistence: Persistence): string[] {
  const { isAppendOnly, fsync, isWritten, evictionPolicy } = persistence;
  const problems: string[] = [];
  if (isAppendOnly === false) {
    problems.push('appendonly is no: a restart of Redis loses the journal');
  } else if (fsync !== null && fsync !== 'always') {
    problems.push(`appendfsync is ${fsync}: a crash of Redis loses what it acknowledged last`);
  }
  if (isAppendOnly !== false && isWritten === false) {
    problems.push('aof_last_write_status is err: the append-only file cannot be written');
  }
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    problems.push(`maxmemory-policy is ${evictionPolicy}: full memory may cost the journal`);
  }
  return problems;
}

/** From the sections `persistence` and `memory` of INFO, and the reply to CONFIG GET; '' and [] where refused. */
export function persistenceOf(info: string, configuration: readonly string[]): Persistence {
  const isAofEnabled = infoField(info, 'aof_enabled');
  const written = infoField(info, 'aof_last_write_status');
  return {
    isAppendOnly: isAofEnabled === null ? null : isAofEnabled === '1',
    fsync: configured(configuration, 'appendfsync'),
    isWritten: written === null ? null : written === 'ok',
    evictionPolicy:
      infoField(info, 'maxmemory_policy') ?? configured(configuration, 'maxmemory-policy'),
  };
}
