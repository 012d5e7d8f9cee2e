import TestRunner from 'jest-runner';

/** Runs the spec files of a project one after another: what they measure is what nothing else disturbs. */
export default class OneAtATime extends TestRunner {
  isSerial = true;
}
