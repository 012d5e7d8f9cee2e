import type { Heard } from './channel-oracle.js';

/** The statuses of an instance's events in succession, repetitions left out. */
const courseOf = (events: readonly Heard[]): string =>
  events
    .map(({ status }) => status)
    .filter((status, at, all) => status !== all[at - 1])
    .join(' ');

/** Whether one of some instances went from each of these statuses straight to the next. */
export const hasCourse = (
  instances: readonly (readonly Heard[])[],
  ...statuses: readonly string[]
): boolean => instances.some((events) => courseOf(events).includes(statuses.join(' ')));

/** Instances that have not left and have said nothing for so long before the newest event of all. */
export function silentInstances(
  instances: readonly (readonly Heard[])[],
  silentMs: number,
): string[] {
  const last = instances.flatMap((events) => events.slice(-1));
  const newestMs = Math.max(...last.map(({ atMs }) => atMs));
  return last
    .filter(({ status, atMs }) => status !== 'left' && atMs < newestMs - silentMs)
    .map(({ instance }) => instance);
}

/**
 * Services all of whose instances left, one after the other, and have a successor each that said
 * `starting`, then `healthy`, with another version: how many kept their names, and how many did not.
 */
export function rollouts(instances: readonly (readonly Heard[])[]): {
  readonly sameNames: number;
  readonly newNames: number;
} {
  const services = new Map<string, { readonly sameName: number; readonly newName: number }>();
  for (const events of instances) {
    const [first] = events;
    if (first === undefined) continue;
    const { sameName, newName } = services.get(first.service) ?? { sameName: 0, newName: 0 };
    const isOtherVersion = events.some(({ version }) => version !== first.version);
    const isReplaced =
      isOtherVersion && hasCourse([events], 'healthy', 'left', 'unknown', 'healthy');
    const isSuccessor = courseOf(events).startsWith('unknown healthy');
    services.set(first.service, {
      sameName: sameName + (isReplaced ? 1 : 0),
      newName: newName + (isSuccessor ? 1 : 0),
    });
  }
  const counts = [...services.values()];
  return {
    sameNames: counts.filter(({ sameName }) => sameName >= 3).length,
    newNames: counts.filter(({ newName }) => newName >= 3).length,
  };
}

/** Messages that instances of several services said while unhealthy. */
export function sharedFailures(instances: readonly (readonly Heard[])[]): string[] {
  const services = new Map<string, Set<string>>();
  for (const { status, message, service } of instances.flat()) {
    if (status !== 'unhealthy' || message === null) continue;
    services.set(message, (services.get(message) ?? new Set()).add(service));
  }
  return [...services].filter(([, named]) => named.size > 1).map(([message]) => message);
}
