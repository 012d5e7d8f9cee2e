/** An instance, by its service's name and its own. */
export interface Name {
  readonly s: string;
  readonly i: string;
}

/** A set of instances. Nested, for a key made of both names would be a new string for every question. */
export class KnownNames {
  private readonly services = new Map<string, Set<string>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  has(serviceName: string, instanceId: string): boolean {
    return this.services.get(serviceName)?.has(instanceId) ?? false;
  }

  /** False where it was there already. */
  add(serviceName: string, instanceId: string): boolean {
    let instances = this.services.get(serviceName);
    if (instances === undefined) {
      instances = new Set();
      this.services.set(serviceName, instances);
    }
    if (instances.has(instanceId)) return false;
    instances.add(instanceId);
    this.count += 1;
    return true;
  }

  clear(): void {
    this.services.clear();
    this.count = 0;
  }
}
