import type { Condition, Service } from './catalogue.js';
import { type Drifts, type Reading, readingOf } from './load.js';

/** What an instance says of itself at one moment. */
export interface Report {
  readonly service: Service;
  readonly instanceId: string;
  readonly version: string;
  readonly condition: Condition;
  readonly message: string | null;
  /** `ok` or `failing`, by what was checked. */
  readonly checks: Readonly<Record<string, string>>;
  readonly reading: Reading;
}

/** How an instance is doing, and why. */
export interface State {
  readonly condition: Condition;
  readonly message?: string;
  readonly failingCheck?: string;
}

/** One running copy of a service. */
export class Instance {
  constructor(
    readonly service: Service,
    readonly id: string,
    readonly version: string,
    private readonly drifts: Drifts,
    public state: State,
  ) {}

  /** Times must not decrease from one call to the next. */
  reportAt(atMs: number): Report {
    const { condition, message = null, failingCheck } = this.state;
    const checks: Record<string, string> = {};
    for (const name of this.service.dependencies) checks[name] = 'ok';
    if (failingCheck !== undefined) checks[failingCheck] = 'failing';
    return {
      service: this.service,
      instanceId: this.id,
      version: this.version,
      condition,
      message,
      checks,
      reading: readingOf(this.service, condition, this.drifts, atMs),
    };
  }
}
