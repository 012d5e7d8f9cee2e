import { readFile } from 'node:fs/promises';
import { ValidationSeverity, validate } from 'dockerfile-utils';

/** Lints the Dockerfile: exit 0 only if there is nothing to say. */
const FILE = 'Dockerfile';

/** What the linter only warns of is an error here. */
const { ERROR } = ValidationSeverity;
const SETTINGS = {
  deprecatedMaintainer: ERROR,
  directiveCasing: ERROR,
  emptyContinuationLine: ERROR,
  instructionCasing: ERROR,
  instructionCmdMultiple: ERROR,
  instructionEntrypointMultiple: ERROR,
  instructionHealthcheckMultiple: ERROR,
  instructionJSONInSingleQuotes: ERROR,
  instructionWorkdirRelative: ERROR,
};

const problems = validate(await readFile(FILE, 'utf8'), SETTINGS);
for (const { range, message } of problems) {
  process.stderr.write(`${FILE}:${range.start.line + 1}: ${message}\n`);
}
process.exitCode = problems.length === 0 ? 0 : 1;
