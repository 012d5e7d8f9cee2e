import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';

/** Node's environment that tells a spec file's reporters (`failure.ts`) of each failed test. */
export default class ReportingEnvironment extends TestEnvironment {
  handleTestEvent(event: Circus.Event): void {
    if (event.name !== 'test_fn_failure' && event.name !== 'hook_failure') return;
    const reporters: unknown = this.global['healthMonitorFailureReporters'];
    if (!Array.isArray(reporters)) return;
    for (const report of reporters as (() => string)[]) process.stderr.write(`${report()}\n`);
  }
}
