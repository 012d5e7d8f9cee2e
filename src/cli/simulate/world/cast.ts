import type { Micros } from '../../../events/health-event.js';
import { INSTANCES_PER_SERVICE, type SimulatedService } from './service.js';
import type { Condition, Ending, Spell, Turn } from './spell.js';

interface Running {
  readonly instanceId: string;
  readonly fromUs: Micros;
  readonly turns: Turn[];
}

/** The instances of one service, each in a place of its own, while their spells are being decided. */
export class Cast {
  private readonly spells: Spell[] = [];
  private readonly running: (Running | null)[] = [];
  /** How many names each place had before. */
  private readonly generations: number[];

  constructor(readonly service: SimulatedService) {
    this.generations = new Array<number>(INSTANCES_PER_SERVICE).fill(0);
    this.running = this.generations.map(() => null);
  }

  /** Places whose instance runs, or does not. */
  places(isRunning: boolean): number[] {
    return [...this.running.keys()].filter((place) => (this.running[place] !== null) === isRunning);
  }

  /** A process begins under the name that the place has. */
  start(place: number, atUs: Micros, condition: Condition): void {
    if (this.running[place] !== null) throw new Error('a process can only begin where none runs');
    const letter = String.fromCharCode('a'.charCodeAt(0) + place);
    const instanceId = `${letter}${String(this.generations[place])}`;
    this.running[place] = { instanceId, fromUs: atUs, turns: [{ atUs, condition }] };
  }

  turn(place: number, atUs: Micros, condition: Condition): void {
    this.at(place).turns.push({ atUs, condition });
  }

  end(place: number, atUs: Micros, ending: Ending): void {
    const { instanceId, fromUs, turns } = this.at(place);
    const serviceName = this.service.name;
    this.spells.push({ serviceName, instanceId, fromUs, toUs: atUs, ending, turns });
    this.running[place] = null;
  }

  /** The next process in a place has another name. */
  rename(place: number): void {
    this.generations[place] = (this.generations[place] ?? 0) + 1;
  }

  /** The world ends at `atUs`: what was decided for later does not happen. */
  finish(atUs: Micros): Spell[] {
    for (const place of this.places(true)) this.end(place, Infinity, 'goes_on');
    return this.spells
      .filter(({ fromUs }) => fromUs < atUs)
      .map((spell) => (spell.toUs < atUs ? spell : { ...spell, toUs: atUs, ending: 'goes_on' }));
  }

  private at(place: number): Running {
    const running = this.running[place];
    if (running === null || running === undefined) throw new Error('nobody runs there');
    return running;
  }
}
