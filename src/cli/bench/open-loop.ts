import { Child } from './child.js';
import type { FleetShape } from './fleet.js';
import type { Probe } from './visibility.js';
import type { Target, Workspace } from './workspace.js';

/** A time of steady load. */
export interface Span {
  readonly perSecond: number;
  readonly seconds: number;
  /** Of all events so many a second are the probe service's; none: 0. */
  readonly probesPerSecond: number;
}

/** What became of a span. */
export interface Ran {
  readonly sent: number;
  readonly due: number;
  /** How long after they were due events were sent. */
  readonly lateP99Ms: number;
}

/** The service whose events are waited for. */
export const PROBE_SERVICE = 'bench-probe';

/** A process that publishes at a rate whatever the answers: `processes/open-loop-publisher.ts`. */
export class OpenLoop {
  sent = 0;
  onProbe: (probe: Probe) => void = () => undefined;
  private onRan: (ran: Ran) => void = () => undefined;
  private isDeaf = false;

  private constructor(private readonly child: Child) {}

  /** Resolves when it has prepared its events. */
  static async start(
    { services }: Workspace,
    { channel }: Target,
    fleet: FleetShape,
    seed: number,
  ): Promise<OpenLoop> {
    const { hostname, port } = new URL(services.redisUrl);
    const child = Child.start('the publisher', './processes/open-loop-publisher.js', {
      args: [hostname, port || '6379', channel, String(seed), JSON.stringify(fleet), PROBE_SERVICE],
    });
    const loop = new OpenLoop(child);
    const ready = new Promise<void>((resolve) => {
      child.onMessage((message) => {
        if (typeof message !== 'object' || message === null) return;
        if ('ready' in message) resolve();
        if ('deaf' in message) loop.isDeaf = true;
        if ('probe' in message) loop.onProbe(message.probe as Probe);
        if ('ran' in message) loop.onRan(message.ran as Ran);
      });
    });
    await child.whileAlive(ready);
    return loop;
  }

  /** @throws Error where an event was heard by nobody, unless `mayBeDeaf`. */
  async run(span: Span, mayBeDeaf = false): Promise<Ran> {
    const running = new Promise<Ran>((resolve) => {
      this.onRan = resolve;
    });
    this.child.send({ span });
    const ran = await this.child.whileAlive(running);
    this.sent += ran.sent;
    if (this.isDeaf && !mayBeDeaf) throw new Error('Redis took an event that nobody heard');
    return ran;
  }

  async stop(): Promise<void> {
    await this.child.stop();
  }
}
