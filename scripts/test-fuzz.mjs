import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** `npm run test:fuzz`: the fuzzing specs (test/fuzz) and nothing else. */
const USAGE = `usage: npm run test:fuzz -- [--inputs N] [--seed N]

  --inputs  for the decoder, and as many again through the whole application (default: 100000)
  --seed    repeats a run: each prints its own`;
const DEFAULT_INPUTS = 100_000;
const project = path.resolve(import.meta.dirname, '..');

const isWhole = (text) => /^\d{1,9}$/.test(text);

function options() {
  try {
    const { values } = parseArgs({
      options: { inputs: { type: 'string' }, seed: { type: 'string' } },
    });
    const { inputs = String(DEFAULT_INPUTS), seed } = values;
    return isWhole(inputs) && inputs > 0 && isWhole(seed ?? '0') ? { inputs, seed } : null;
  } catch {
    return null;
  }
}

const chosen = options();
if (chosen === null) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  const { inputs, seed } = chosen;
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
  const jest = path.join(project, 'node_modules/jest/bin/jest.js');
  const run = spawn(process.execPath, [jest, '--runInBand', '--selectProjects', 'fuzz'], {
    cwd: project,
    env: {
      ...process.env,
      NODE_OPTIONS: nodeOptions,
      HEALTH_FUZZ_INPUTS: inputs,
      ...(seed === undefined ? {} : { HEALTH_TEST_SEED: seed }),
    },
    stdio: 'inherit',
  });
  run.once('close', (code) => {
    process.exitCode = code ?? 1;
  });
}
