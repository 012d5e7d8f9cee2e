import { readFile } from 'node:fs/promises';

const KIBIBYTE = 1_024;

/**
 * What a process holds in memory now (`VmRSS`), or held at most (`VmHWM`), in bytes. Source:
 * proc_pid_status(5).
 */
export async function memoryBytes(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`no ${field} of process ${pid}`);
  return Number(kibibytes) * KIBIBYTE;
}
