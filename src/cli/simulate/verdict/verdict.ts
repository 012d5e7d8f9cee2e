import type { Check, Evidence } from './check.js';
import { missedDeaths } from './deaths.js';
import { delays } from './delays.js';
import { falseSilences } from './own-gaps.js';
import { gaps, storedEvents } from './records.js';
import { redeployAlarms } from './redeploys.js';
import { removals } from './removals.js';
import { finalStatuses, serviceTimelines, silences, timelines } from './timelines.js';
import { uptimes } from './uptimes.js';

/** All that must hold of one simulation. */
export const verdictOf = (evidence: Evidence): Check[] =>
  [
    storedEvents,
    gaps,
    missedDeaths,
    falseSilences,
    redeployAlarms,
    delays,
    removals,
    silences,
    timelines,
    serviceTimelines,
    uptimes,
    finalStatuses,
  ].map((check) => check(evidence));
