import { CATALOGUE, INSTANCES_PER_SERVICE, type Service } from './catalogue.js';
import { Instance, type Report, type State } from './instance.js';
import { Drift } from './load.js';
import { Random } from '../random.js';
import type { Script, Timeline } from './timeline.js';

/** How often an instance reports, give or take a second; a change of its state it reports at once. */
export const REPORT_EVERY_MS = 5_000;
export const JITTER_MS = 1_000;

const SERVICE_DEVIATION = 0.22;
const INSTANCE_DEVIATION = 0.1;

/** What a story consists of: a report to be published, or a line for whoever watches. */
export type Beat =
  | { readonly kind: 'report'; readonly atMs: number; readonly report: Report }
  | { readonly kind: 'line'; readonly atMs: number; readonly text: string };

/**
 * The instances of all services. An instance goes from `starting` or `healthy` through whatever a
 * script makes of it, and ends by leaving, which it says, or by falling silent, which it does not.
 * While it runs it reports every few seconds by itself.
 */
export class Fleet {
  private readonly running = new Set<Instance>();
  private readonly serviceDrifts: ReadonlyMap<Service, Drift>;
  private readonly names: Random;

  constructor(
    private readonly timeline: Timeline<Beat>,
    private readonly seed: number,
  ) {
    this.names = new Random(seed, 'names');
    this.serviceDrifts = new Map(
      CATALOGUE.map((service) => [service, this.drift(service.name, SERVICE_DEVIATION)]),
    );
  }

  /** All services as they are before the story begins: healthy, their reports spread out. */
  begin(): void {
    const firstReports = new Random(this.seed, 'first reports');
    for (const service of CATALOGUE) {
      const replicaSet = this.replicaSet();
      for (let ordinal = 0; ordinal < INSTANCES_PER_SERVICE; ordinal += 1) {
        const id = this.instanceId(service, replicaSet, ordinal);
        const instance = this.add(service, id, service.version, { condition: 'healthy' });
        const delayMs = firstReports.between(0, REPORT_EVERY_MS);
        this.timeline.play(this.heartbeats(instance), delayMs);
      }
    }
  }

  instances(): readonly Instance[] {
    return [...this.running];
  }

  instancesOf(service: Service): readonly Instance[] {
    return this.instances().filter((instance) => instance.service === service);
  }

  /** Changes an instance's state, and lets it report that at once. */
  turn(instance: Instance, state: State): void {
    instance.state = state;
    this.report(instance);
  }

  /** The instance says good-bye and is gone. */
  leave(instance: Instance, message: string): void {
    this.turn(instance, { condition: 'stopping', message });
    this.running.delete(instance);
  }

  /** The instance is gone and says nothing. */
  silence(instance: Instance): void {
    this.running.delete(instance);
  }

  /**
   * Starts an instance in the place of one that has left: under its name or, where the service names
   * its instances anew, under one that belongs to the replica set.
   */
  replace({ service, id }: Instance, version: string, replicaSet: string): Instance {
    const newId = service.naming === 'ordinals' ? id : this.instanceId(service, replicaSet, 0);
    const instance = this.add(service, newId, version, { condition: 'starting' });
    this.timeline.play(this.heartbeats(instance));
    return instance;
  }

  /** What the names of the instances of one version of a service have in common. */
  replicaSet(): string {
    return this.names.text(9, '0123456789bcdf');
  }

  tell(text: string): void {
    this.timeline.tell({ kind: 'line', atMs: this.timeline.nowMs, text });
  }

  private add(service: Service, id: string, version: string, state: State): Instance {
    const ofInstance = this.drift(`${id} ${version}`, INSTANCE_DEVIATION);
    const ofService = this.serviceDrifts.get(service) ?? ofInstance; // it has one: see constructor
    const instance = new Instance(service, id, version, { ofService, ofInstance }, state);
    this.running.add(instance);
    return instance;
  }

  private instanceId({ name, naming }: Service, replicaSet: string, ordinal: number): string {
    if (naming === 'ordinals') return `${name}-${String(ordinal)}`;
    return `${name}-${replicaSet}-${this.names.text(5, 'bcdfghjklmnpqrstvwxz2456789')}`;
  }

  private drift(ofWhom: string, deviation: number): Drift {
    return new Drift(new Random(this.seed, `drift of ${ofWhom}`), deviation);
  }

  private *heartbeats(instance: Instance): Script {
    const jitter = new Random(this.seed, `heartbeats of ${instance.id} ${instance.version}`);
    while (this.running.has(instance)) {
      this.report(instance);
      yield REPORT_EVERY_MS + jitter.between(-JITTER_MS, JITTER_MS);
    }
  }

  private report(instance: Instance): void {
    const atMs = this.timeline.nowMs;
    this.timeline.tell({ kind: 'report', atMs, report: instance.reportAt(atMs) });
  }
}
