import { transformSync } from '@swc/core';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isOnPath } from './on-path.js';

const PROJECT = path.resolve(import.meta.dirname, '../..');

/** What runs the documented reporters of one language. */
export interface ReporterRuntime {
  readonly name: string;
  /** As the first lines of the reporter call it. */
  readonly file: string;
  /** What this machine lacks to run it; null: nothing. */
  readonly missing: string | null;
  /** Puts the code into an empty folder and returns the command that runs it. */
  readonly prepare: (folder: string, code: string) => readonly [string, ...string[]];
}

/** Writes the code as it is, for a program that takes a file. */
const interpreted =
  (program: string, file: string): ReporterRuntime['prepare'] =>
  (folder, code) => [program, written(folder, file, code)];

/** In the order of the document. */
export const REPORTER_RUNTIMES: readonly ReporterRuntime[] = [
  {
    name: 'shell',
    file: 'health_reporter.sh',
    missing: missingOf('sh', 'curl', 'timeout'),
    prepare: interpreted('sh', 'health_reporter.sh'),
  },
  {
    name: 'Python',
    file: 'health_reporter.py',
    missing: missingOf('python3'),
    prepare: interpreted('python3', 'health_reporter.py'),
  },
  {
    name: 'Go',
    file: 'health_reporter.go',
    missing: missingOf('go'),
    // Not `go run`: it passes no SIGTERM on.
    prepare: (folder, code) => {
      const program = path.join(folder, 'health_reporter');
      const source = written(folder, 'health_reporter.go', code);
      execFileSync('go', ['build', '-o', program, source], { cwd: folder });
      return [program];
    },
  },
  {
    name: 'Java',
    file: 'HealthReporter.java',
    missing:
      missingOf('java') ?? without('the compiler', 'java', ['--list-modules'], /^jdk\.compiler/m),
    prepare: interpreted('java', 'HealthReporter.java'),
  },
  {
    name: 'PHP',
    file: 'health_reporter.php',
    missing: missingOf('php') ?? without('pcntl', 'php', ['-m'], /^pcntl$/m),
    prepare: interpreted('php', 'health_reporter.php'),
  },
  {
    name: 'Node.js',
    file: 'health-reporter.mjs',
    missing: null,
    prepare: (folder, code) => {
      linkPackages(folder);
      return [process.execPath, written(folder, 'health-reporter.mjs', code)];
    },
  },
  {
    name: 'NestJS',
    file: 'health-reporter.ts',
    missing: null,
    prepare: (folder, code) => {
      linkPackages(folder);
      return [process.execPath, written(folder, 'health-reporter.mjs', compiled(code))];
    },
  },
];

function written(folder: string, file: string, code: string): string {
  writeFileSync(path.join(folder, file), code);
  return path.join(folder, file);
}

function linkPackages(folder: string): void {
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'));
}

function compiled(code: string): string {
  return transformSync(code, {
    configFile: false,
    swcrc: false,
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2022',
    },
    module: { type: 'es6' },
  }).code;
}

/** Names the first program that is not on PATH. */
function missingOf(...programs: readonly string[]): string | null {
  const missing = programs.find((program) => !isOnPath(program));
  return missing === undefined ? null : `${missing} is not on PATH`;
}

/** Says what a program lacks, unless its output shows that it has it. */
function without(
  what: string,
  program: string,
  options: readonly string[],
  shown: RegExp,
): string | null {
  return shown.test(execFileSync(program, options, { encoding: 'utf8' }))
    ? null
    : `${program} comes without ${what}`;
}
