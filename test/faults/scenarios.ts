import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Fault } from './fault.js';

const FOLDER = path.join(import.meta.dirname, 'scenarios');

/** A scenario and its file, relative to the folder of scenarios. */
export interface Scenario {
  readonly file: string;
  readonly fault: Fault;
}

/** All scenarios there are, by number. @throws Error where two have the same. */
export async function scenarios(): Promise<readonly Scenario[]> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const found: Scenario[] = [];
  for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
    const { default: fault } = (await import(path.join(FOLDER, file))) as { default: Fault };
    const other = found.find((one) => one.fault.number === fault.number);
    if (other !== undefined) throw new Error(`${file} and ${other.file} have the same number`);
    found.push({ file, fault });
  }
  return found.sort((a, b) => a.fault.number - b.fault.number);
}
