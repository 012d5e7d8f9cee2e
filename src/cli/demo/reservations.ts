import type { Service } from './catalogue.js';
import type { Random } from '../random.js';
import type { Script } from './timeline.js';

const ASK_AGAIN_MS = 1_000;

/** Which services a script has to itself, so that no two tell different things about one. */
export class Reservations {
  private readonly reserved = new Set<Service>();

  /** Picks one of the choices whose services are all free, waits if there is none, and takes them. */
  *take<Choice>(
    random: Random,
    choices: readonly Choice[],
    servicesOf: (choice: Choice) => readonly Service[],
  ): Script<Choice> {
    for (;;) {
      const free = choices.filter((choice) =>
        servicesOf(choice).every((service) => !this.reserved.has(service)),
      );
      if (free.length > 0) {
        const choice = random.pick(free);
        for (const service of servicesOf(choice)) this.reserved.add(service);
        return choice;
      }
      yield ASK_AGAIN_MS;
    }
  }

  giveBack(services: readonly Service[]): void {
    for (const service of services) this.reserved.delete(service);
  }
}
