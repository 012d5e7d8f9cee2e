import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run preflight -- [--json] [--instances N]
  --json         the checks as a JSON array
  --instances N  how many instances of the product are to run at once, 1-1000; without it 1`;

const MAX_INSTANCES = 1_000;

export interface Options {
  readonly isJson: boolean;
  readonly instances: number;
}

/** Null where the command line is not as {@link USAGE} has it. */
export function parseOptions(args: readonly string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, instances: { type: 'string' } },
    });
    const instances = values.instances ?? '1';
    if (!/^[1-9]\d{0,3}$/.test(instances) || Number(instances) > MAX_INSTANCES) return null;
    return { isJson: values.json === true, instances: Number(instances) };
  } catch {
    return null;
  }
}
