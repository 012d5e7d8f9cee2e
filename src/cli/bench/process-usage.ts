import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for every program, whatever its own tick. */
const TICK_MICROS = 10_000;

export interface Usage {
  /** Processor time of all threads so far, in user and kernel mode, µs. */
  readonly cpuMicros: number;
  /** The most memory it has ever had resident. */
  readonly maxRssBytes: number;
}

/** What a process has used until now. Source: proc(5), /proc/pid/stat and /proc/pid/status. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  // The name, second field, may hold blanks; field 3 follows its closing bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const status = readFileSync(`/proc/${String(pid)}/status`, 'latin1');
  const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
  return { cpuMicros: ticks * TICK_MICROS, maxRssBytes: kibibytes * 1_024 };
}
