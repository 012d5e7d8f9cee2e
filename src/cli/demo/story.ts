import { type Beat, Fleet } from './fleet.js';
import type { Report } from './instance.js';
import { Plot } from './plot.js';
import { Timeline } from './timeline.js';

/**
 * The story of a made-up fleet: which instance reports what and when, in milliseconds from the
 * beginning, and what is worth a line. A pure function of the seed, without end.
 */
export class Story {
  private readonly timeline = new Timeline<Beat>();
  private readonly fleet: Fleet;

  constructor(seed: number) {
    this.fleet = new Fleet(this.timeline, seed);
    this.fleet.begin();
    new Plot(this.timeline, this.fleet, seed).begin();
  }

  beats(): Generator<Beat, void, undefined> {
    return this.timeline.beats();
  }

  /** The good-byes of all instances that run where the story has come to. */
  goodByes(): Report[] {
    return this.fleet.instances().map((instance) => {
      instance.state = { condition: 'stopping', message: 'the demo ends' };
      return instance.reportAt(this.timeline.nowMs);
    });
  }
}
