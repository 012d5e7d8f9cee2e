import type { Figure } from './report/figures.js';
import type { SectionName } from './report/sections.js';
import type { Workspace } from './workspace.js';

/** How much work a measurement is. */
export type Size = 'quick' | 'full';

/** How often a run takes a measurement: in each round or once, and that only where it is asked for by name. */
export type Frequency = 'each' | 'once' | 'each-if-asked' | 'once-if-asked';

export const isOnlyIfAsked = (frequency: Frequency): boolean => frequency.endsWith('-if-asked');

/** Unless each measurement is to be taken in each round. */
export const isTakenOnce = (frequency: Frequency): boolean => frequency.startsWith('once');

export interface Taking {
  readonly workspace: Workspace;
  readonly size: Size;
  /** From 1; the seed of what is random, so that all measurements of a round get the same. */
  readonly round: number;
  readonly profileFolder: string | null;
}

/** Something that the bench measures; each has a file in `measurements`. */
export interface Measurement {
  readonly name: string;
  /** Head of its row. */
  readonly title: string;
  readonly section: SectionName;
  readonly frequency: Readonly<Record<Size, Frequency>>;
  /** About how long it takes, until it has been seen. */
  readonly seconds: Readonly<Record<Size, number>>;
  /**
   * Takes it, on services that nothing else uses meanwhile.
   *
   * @throws Error where not everything that was published is accounted for: there is no figure then.
   */
  take(taking: Taking): Promise<Figure>;
}
