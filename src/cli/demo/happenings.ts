import { type Service, servicesThatNeed } from './catalogue.js';
import type { Fleet } from './fleet.js';
import type { Instance } from './instance.js';
import type { Random } from '../random.js';
import type { Script } from './timeline.js';
import { someTrouble } from './troubles.js';

/** One instance degrades, fails unless the trouble is mild, and recovers. */
export function* failure(
  fleet: Fleet,
  random: Random,
  instance: Instance,
  { isMild }: { readonly isMild: boolean },
): Script {
  const { id } = instance;
  const { check: failingCheck, warning, failure, recovery } = someTrouble(random);
  fleet.turn(instance, { condition: 'degraded', message: warning, failingCheck });
  fleet.tell(`${id} is degraded: ${warning}`);
  yield random.between(7_000, 12_000);
  if (!isMild) {
    fleet.turn(instance, { condition: 'unhealthy', message: failure, failingCheck });
    fleet.tell(`${id} is unhealthy: ${failure}`);
    yield random.between(14_000, 30_000);
    fleet.turn(instance, { condition: 'degraded', message: recovery });
    fleet.tell(`${id} recovers: ${recovery}`);
    yield random.between(6_000, 10_000);
  }
  fleet.turn(instance, { condition: 'healthy' });
  fleet.tell(`${id} is healthy again`);
}

/** Something that several services need goes, and all their instances fail until it is back. */
export function* outage(fleet: Fleet, random: Random, dependency: string): Script {
  const services = servicesThatNeed(dependency);
  const instances = services.flatMap((service) => fleet.instancesOf(service));
  const names = services.map(({ name }) => name).join(' and ');
  const message = `${dependency}: connection refused`;
  fleet.tell(`${dependency} is down: ${names} fail`);
  for (const instance of instances) {
    yield random.between(0, 900);
    fleet.turn(instance, { condition: 'unhealthy', message, failingCheck: dependency });
  }
  yield random.between(18_000, 32_000);
  fleet.tell(`${dependency} is back`);
  for (const instance of instances) {
    yield random.between(0, 1_500);
    fleet.turn(instance, { condition: 'healthy' });
  }
  fleet.tell(`${names} are healthy again`);
}

/** The instances of a service are replaced by ones of another version, one after the other. */
export function* rollout(fleet: Fleet, random: Random, service: Service, version: string): Script {
  const release = `${service.name} ${version}`;
  const replicaSet = fleet.replicaSet();
  fleet.tell(`${release} rolls out, one instance after the other`);
  for (const instance of fleet.instancesOf(service)) {
    fleet.leave(instance, `makes room for ${version}`);
    yield random.between(1_000, 3_000);
    const successor = fleet.replace(instance, version, replicaSet);
    yield random.between(4_000, 7_000);
    fleet.turn(successor, { condition: 'healthy' });
    yield random.between(2_000, 4_000);
  }
  fleet.tell(`${release} is out`);
}

/** An instance dies and says nothing; nobody takes its place. */
export function silence(fleet: Fleet, instance: Instance): void {
  fleet.silence(instance);
  fleet.tell(`${instance.id} falls silent, without a leave word`);
}
