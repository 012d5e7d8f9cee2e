import type { World } from './world.js';

/**
 * Where a fault is injected besides `npm run test:faults`: `short` is part of `npm test`, `ci` of
 * `.ci/run`, `all` of neither.
 */
export type Selection = 'short' | 'ci' | 'all';

/** What a scenario did. */
export interface Injected {
  /** How often the fault was injected. */
  readonly times: number;
  /** What shows that it really happened, in figures and words, for the JSON report. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/**
 * One fault of the catalogue, in a file of its own: `scenarios/<family>/NN-name.ts`, its default
 * export. `run` begins the world ({@link World.begin}), injects the fault, asserts that it really
 * happened, ends it and says so ({@link World.faultEnded}). What must hold afterwards is checked by
 * the harness, the same for all faults.
 */
export interface Fault {
  /** In the list of docs/faults.md. */
  readonly number: number;
  readonly name: string;
  readonly selection: Selection;
  /**
   * Promise 1 does not cover it: what is lost then must lie in a recorded gap of one of these causes.
   * Without it, nothing that was acknowledged may be missing.
   */
  readonly lossCauses?: readonly string[];
  /** How much memory an instance may have held at its peak; default {@link RSS_CAP_BYTES}. */
  readonly rssCapBytes?: number;
  /**
   * Begins and ends nothing: it is injected into a world that has begun, together with others of the
   * kind, and what must hold afterwards is checked once for all of them.
   */
  readonly isShared?: true;
  /** How long the scenario may take in all; default {@link SCENARIO_MS}. */
  readonly deadlineMs?: number;
  /** @throws NotInjected where this machine does not allow it. */
  run(world: World): Promise<Injected>;
}

/** An instance at rest takes about 130 MB, and holds at most 64 + 32 MB of events. */
export const RSS_CAP_BYTES = 450 * 1024 * 1024;

export const SCENARIO_MS = 120_000;

/** The machine cannot inject it; the message is the reason that the table shows. */
export class NotInjected extends Error {
  override readonly name = 'NotInjected';
}
