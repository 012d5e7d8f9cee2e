import { Injectable } from '@nestjs/common';

/**
 * Whether this instance hears its channels.
 *
 *   deaf ──every channel confirmed──▶ subscribed ──connection lost, refused──▶ deaf
 */
@Injectable()
export class Subscription {
  private state: { readonly sinceUs: number } | { readonly problem: string } = {
    problem: 'not subscribed yet',
  };

  get isSubscribed(): boolean {
    return 'sinceUs' in this.state;
  }

  /** Why this instance hears nothing, in one sentence; null while it does. */
  get problem(): string | null {
    return 'problem' in this.state ? this.state.problem : null;
  }

  /** Since when, by the journal's clock in µs; null while deaf. */
  get sinceUs(): number | null {
    return 'sinceUs' in this.state ? this.state.sinceUs : null;
  }

  subscribed(sinceUs: number): void {
    this.state = { sinceUs };
  }

  lost(problem: string): void {
    this.state = { problem };
  }
}
