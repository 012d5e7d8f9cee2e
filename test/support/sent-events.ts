import type { Redis } from 'ioredis';
import type { EventDocument } from './factories.js';
import type { Scope } from './scope.js';

/** An event as a publisher sent it. */
export interface SentEvent {
  readonly command: 'PUBLISH' | 'XADD';
  /** The message, envelope and all. */
  readonly raw: string;
  readonly event: EventDocument;
}

/** Writes down what publishers send to a scope's channel and journal: each execution by Redis. */
export class SentEvents {
  private readonly sent: SentEvent[] = [];

  private constructor(
    private readonly scope: Scope,
    private readonly monitor: Redis,
  ) {
    monitor.on('monitor', (_time: string, words: readonly string[]) => {
      this.note(words);
    });
  }

  static async listen(scope: Scope): Promise<SentEvents> {
    return new SentEvents(scope, await scope.redis.monitor());
  }

  /** What a service sent, in order, repetitions included. */
  of(service: string): SentEvent[] {
    return this.sent.filter(({ event }) => event.service_name === service);
  }

  stop(): void {
    this.monitor.disconnect();
  }

  private note(words: readonly string[]): void {
    const { channel, journal } = this.scope;
    const command = words[0]?.toUpperCase();
    const target = words.slice(1, -1).join(' ');
    const raw = words.at(-1) ?? '';
    if (command === 'PUBLISH' && target === channel) this.add(command, raw);
    if (command === 'XADD' && target === `${journal} * ${channel}`) this.add(command, raw);
  }

  private add(command: SentEvent['command'], raw: string): void {
    const root = JSON.parse(raw) as EventDocument & { readonly data?: EventDocument };
    this.sent.push({ command, raw, event: root.data ?? root });
  }
}
