import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Runs the fault catalogue and shows its table: docs/faults.md. */

const USAGE = `usage: npm run test:faults -- [--only N,…] [--selection short|ci|all] [--seed N] [--minutes N] [--long] [--json FILE]

  --only       these faults, by their numbers in docs/faults.md
  --selection  short: those of npm test; ci: those of .ci/run; all (the default)
  --seed       makes a run again; it is printed with each
  --minutes    for so long, faults at random, in place of each once
  --long       what can take long does: a database away for ten minutes, a hundred kills; 35 minutes in all
  --json       writes what came of each injection to a file
`;

const project = path.resolve(import.meta.dirname, '..');

/** @returns the options, null where the command line is not as the usage has it. */
function parse() {
  const text = { type: 'string' };
  try {
    const { values } = parseArgs({
      options: {
        only: text,
        selection: text,
        seed: text,
        minutes: text,
        json: text,
        long: { type: 'boolean' },
      },
    });
    const isWhole = (value) => value === undefined || /^\d{1,10}$/.test(value);
    const isKnown =
      (values.only === undefined || /^\d+(,\d+)*$/.test(values.only)) &&
      ['short', 'ci', 'all'].includes(values.selection ?? 'all') &&
      isWhole(values.seed) &&
      (values.minutes === undefined || Number(values.minutes) > 0);
    return isKnown ? values : null;
  } catch {
    return null;
  }
}

/** Resolves to the exit code of jest. */
async function run(options, folder) {
  const { NODE_OPTIONS = '' } = process.env;
  const given = Object.entries({
    HEALTH_FAULTS_SELECTION: options.selection ?? 'all',
    HEALTH_FAULTS_ONLY: options.only,
    HEALTH_FAULTS_SEED: options.seed,
    HEALTH_FAULTS_MINUTES: options.minutes,
    HEALTH_FAULTS_LONG: options.long ? 'yes' : undefined,
    HEALTH_FAULTS_REPORT: folder,
  }).filter(([, value]) => value !== undefined);
  const jest = spawn(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--runInBand', 'test/faults/catalogue.spec.ts'],
    {
      cwd: project,
      stdio: 'inherit',
      env: {
        ...process.env,
        ...Object.fromEntries(given),
        NODE_OPTIONS: `${NODE_OPTIONS} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
      },
    },
  );
  const [code] = await once(jest, 'close');
  return code ?? 1;
}

/** Shows the table; there is none where no fault could be begun, and jest has said why. */
async function show(folder, jsonFile) {
  const report = path.join(folder, 'report.json');
  if (!existsSync(report)) return;
  const { seed } = JSON.parse(await readFile(report, 'utf8'));
  if (jsonFile !== undefined) await copyFile(report, jsonFile);
  const table = await readFile(path.join(folder, 'table.txt'), 'utf8');
  process.stdout.write(`\n${table}\nseed ${seed}\n`);
}

const options = parse();
if (options === null) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  const folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-faults-'));
  try {
    process.exitCode = await run(options, folder);
    await show(folder, options.json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
