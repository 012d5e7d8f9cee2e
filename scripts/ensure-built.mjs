import { spawn } from 'node:child_process';
import path from 'node:path';
import { isBuilt } from './quickstart/build.mjs';

/**
 * Builds if the build is older than what it is made from. Commands that run the build call this
 * first: a second one at the same time, or one beside a running app, finds nothing to do.
 */
const project = path.resolve(import.meta.dirname, '..');

if (!(await isBuilt(project))) {
  const build = spawn('npm', ['run', '--silent', 'build'], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  build.once('error', (error) => {
    process.stderr.write(`the build could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  build.once('close', (code) => {
    process.exitCode = code ?? 1;
  });
}
