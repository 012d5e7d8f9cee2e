/** Read by the test environment (`environment.ts`), which calls them when a test or hook fails. */
const globals = globalThis as { healthMonitorFailureReporters?: (() => string)[] };

/** Prints what `describe` returns at each test or hook of this file that fails. */
export function onTestFailure(describe: () => string): void {
  (globals.healthMonitorFailureReporters ??= []).push(describe);
}
