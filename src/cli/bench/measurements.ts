import type { Measurement } from './measurement.js';
import { copy } from './measurements/copy.js';
import { counter, nest } from './measurements/counters.js';
import { drain, sharedDrains, wideDrain } from './measurements/drain.js';
import { growths } from './measurements/growth.js';
import { guide, guideOneAtATime, usual } from './measurements/guide.js';
import { live } from './measurements/live.js';
import { overload } from './measurements/overload.js';
import { reads } from './measurements/reads.js';
import { steadyLoads } from './measurements/steady.js';

/** All that a run can measure, in the order in which a round takes them and tables show them. */
export const MEASUREMENTS: readonly Measurement[] = [
  copy,
  counter,
  nest,
  guide,
  guideOneAtATime,
  usual,
  drain,
  wideDrain,
  ...sharedDrains,
  live,
  ...steadyLoads,
  overload,
  reads,
  ...growths,
];
