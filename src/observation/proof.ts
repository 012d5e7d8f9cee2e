/**
 * How many periods after the beginning of its own coverage an instance's heartbeat says for certain that
 * nobody covered the time before: another instance that did has published one since then, and it came
 * through.
 */
export const PROOF_PERIODS = 1.5;
