import fc from 'fast-check';
import { LEASE_MS } from '../journal/journal-writer.js';
import { CopyLedger, FORGET_MS, type TakenCopy } from './copy-ledger.js';
import type { PublishedEvent } from './health-event-server.js';

/**
 * Several instances, a journal with its counters and its lease, and a clock that jumps from one
 * happening to the next. Modelled after ingest.ts and the scripts of journal/append-scripts.ts: every
 * instance receives every copy; the holder appends it a moment later, the others hold it; all ask
 * the journal in turns of a sixth of the lease. One holder may die.
 */

/** Between deciding to append and the journal's taking it: the micro-batch's wait and more. */
const APPEND_MS = 10;
const TICK_MS = LEASE_MS / 6;
/** An instance whose event loop is busy looks at a copy so much later. */
const MAX_DELAY_MS = 60;
/** Long enough for a lease to run out, and for every instance to ask the journal twice after that. */
const QUIESCENCE_MS = LEASE_MS + 3 * TICK_MS;

interface Publication {
  readonly afterMs: number;
  readonly hash: string;
  /** How long after publication the copy is looked at, per instance. */
  readonly delaysMs: readonly number[];
}

interface Run {
  readonly instances: number;
  readonly publications: readonly Publication[];
  /** When each instance asks the journal for the first time. */
  readonly phasesMs: readonly number[];
  /** When the lease holder of that moment dies; null: nobody does. */
  readonly deathMs: number | null;
}

class Journal {
  /** When the journaled copies of each hash were received. */
  readonly copies = new Map<string, number[]>();
  private holder: { readonly name: number; untilMs: number } | null = null;

  holds(name: number, nowMs: number): boolean {
    return this.holder?.name === name && nowMs < this.holder.untilMs;
  }

  /** Takes or renews the lease. */
  lease(name: number, nowMs: number): boolean {
    if (this.holder !== null && nowMs < this.holder.untilMs && this.holder.name !== name) {
      return false;
    }
    this.holder = { name, untilMs: nowMs + LEASE_MS };
    return true;
  }

  count(hash: string): number {
    return this.copies.get(hash)?.length ?? 0;
  }

  /** What an instance is told that has listened from the begin. */
  answer(hash: string, nowMs: number): { readonly count: number; readonly after: number } {
    const times = this.copies.get(hash) ?? [];
    const after = times.filter((atMs) => atMs > nowMs - FORGET_MS).length;
    return { count: times.length, after };
  }

  /** The script's rule: journaled iff the writer holds the lease and this copy is not counted yet. */
  append(
    name: number,
    hash: string,
    settled: number | null,
    receivedMs: number,
    nowMs: number,
  ): 'journaled' | 'duplicate' | 'left' {
    const count = this.count(hash);
    if (settled !== null && settled < count) return 'duplicate';
    if (!this.holds(name, nowMs) || (settled === null && count > 0)) return 'left';
    this.copies.set(hash, [...(this.copies.get(hash) ?? []), receivedMs]);
    return 'journaled';
  }
}

class Instance {
  readonly ledger = new CopyLedger();
  isAlive = true;
  received = 0;
  journaled = 0;
  deduplicated = 0;
  missed = 0;
  private believesToHold = false;

  constructor(
    private readonly name: number,
    private readonly journal: Journal,
    private readonly after: (ms: number, happening: (nowMs: number) => void) => void,
  ) {}

  take(hash: string, event: PublishedEvent, nowMs: number): void {
    this.received += 1;
    if (!this.believesToHold || this.ledger.isHolding(hash)) {
      this.ledger.hold(hash, event, nowMs, nowMs);
    } else this.appendSoon({ hash, event, receivedMs: nowMs });
  }

  tick(nowMs: number): void {
    this.believesToHold = this.journal.lease(this.name, nowMs);
    for (const { hash } of this.ledger.questions()) {
      const verdict = this.ledger.observe(hash, this.journal.answer(hash, nowMs), nowMs);
      this.deduplicated += verdict.confirmed;
      this.missed += verdict.missed;
    }
    this.ledger.expire(nowMs);
    if (!this.believesToHold) return;
    for (const copy of this.ledger.takeHeld()) this.appendSoon(copy);
  }

  private appendSoon({ hash, event, receivedMs }: TakenCopy): void {
    this.after(APPEND_MS, (nowMs) => {
      if (!this.isAlive) return;
      if (this.ledger.isHolding(hash)) {
        this.ledger.hold(hash, event, receivedMs, nowMs);
        return;
      }
      const settled = this.ledger.settled(hash, nowMs);
      const outcome = this.journal.append(this.name, hash, settled, receivedMs, nowMs);
      if (outcome === 'left') {
        this.believesToHold = this.journal.holds(this.name, nowMs);
        this.ledger.hold(hash, event, receivedMs, nowMs);
        return;
      }
      const isOurs = outcome === 'journaled';
      this.ledger.settle(hash, isOurs ? this.journal.count(hash) : (settled ?? 0) + 1, nowMs);
      if (isOurs) this.journaled += 1;
      else this.deduplicated += 1;
    });
  }
}

class Simulation {
  readonly journal = new Journal();
  readonly instances: Instance[];
  private readonly agenda: {
    readonly atMs: number;
    readonly happening: (nowMs: number) => void;
  }[] = [];
  private nowMs = 0;

  constructor({ instances, publications, phasesMs, deathMs }: Run) {
    this.instances = Array.from(
      { length: instances },
      (_, name) =>
        new Instance(name, this.journal, (ms, happening) => {
          this.at(this.nowMs + ms, happening);
        }),
    );
    let publishedMs = 0;
    for (const { afterMs, hash, delaysMs } of publications) {
      publishedMs += afterMs;
      this.publish(hash, publishedMs, delaysMs);
    }
    const latestMs = publishedMs + Math.max(0, ...publications.flatMap((p) => p.delaysMs));
    const endMs = Math.max(latestMs, deathMs ?? 0) + QUIESCENCE_MS;
    this.instances.forEach((instance, name) => {
      for (let atMs = phasesMs[name] ?? 0; atMs <= endMs; atMs += TICK_MS) {
        this.at(atMs, (nowMs) => {
          if (instance.isAlive) instance.tick(nowMs);
        });
      }
    });
    if (deathMs !== null) {
      this.at(deathMs, (nowMs) => {
        for (const [name, instance] of this.instances.entries()) {
          if (this.journal.holds(name, nowMs)) instance.isAlive = false;
        }
      });
    }
  }

  play(): this {
    for (let next = this.agenda.shift(); next !== undefined; next = this.agenda.shift()) {
      this.nowMs = next.atMs;
      next.happening(next.atMs);
    }
    return this;
  }

  private publish(hash: string, atMs: number, delaysMs: readonly number[]): void {
    const event = { source: 'c', raw: Buffer.from(hash), channelSpec: 'c' };
    this.instances.forEach((instance, name) => {
      this.at(atMs + (delaysMs[name] ?? 0), (nowMs) => {
        if (instance.isAlive) instance.take(hash, event, nowMs);
      });
    });
  }

  /** In the order of time; what is put down first comes first. */
  private at(atMs: number, happening: (nowMs: number) => void): void {
    const index = this.agenda.findLastIndex((entry) => entry.atMs <= atMs);
    this.agenda.splice(index + 1, 0, { atMs, happening });
  }
}

/** `maxDelayMs`: how much later than others an instance may look at a copy. */
const runs = (maxDelayMs: number): fc.Arbitrary<Run> =>
  fc.integer({ min: 1, max: 4 }).chain((instances) => {
    const perInstance = (max: number): fc.Arbitrary<number[]> =>
      fc.array(fc.nat({ max }), { minLength: instances, maxLength: instances });
    return fc.record({
      instances: fc.constant(instances),
      publications: fc.array(
        fc.record({
          afterMs: fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 1_500 })),
          hash: fc.constantFrom('a', 'b', 'c'),
          delaysMs: perInstance(maxDelayMs),
        }),
        { maxLength: 40 },
      ),
      phasesMs: perInstance(TICK_MS),
      deathMs: instances === 1 ? fc.constant(null) : fc.option(fc.nat({ max: 20_000 })),
    });
  });

function expectExactlyOnce(run: Run): void {
  const { journal, instances } = new Simulation(run).play();
  for (const hash of ['a', 'b', 'c']) {
    const published = run.publications.filter((publication) => publication.hash === hash).length;
    expect([hash, journal.count(hash)]).toEqual([hash, published]);
  }
  for (const { isAlive, ledger, received, journaled, deduplicated, missed } of instances) {
    if (!isAlive) continue;
    expect({ held: ledger.held, missed }).toEqual({ held: 0, missed: 0 });
    expect(journaled + deduplicated).toBe(received);
  }
}

describe('copies of the same bytes that several instances receive', () => {
  it('are journaled exactly once each, through the death of a lease holder', () => {
    fc.assert(fc.property(runs(MAX_DELAY_MS), expectExactlyOnce), { numRuns: 500 });
  });

  it('are journaled once each although the holder dies before it could, and after', () => {
    const at = (afterMs: number): Publication => ({ afterMs, hash: 'a', delaysMs: [0, 0] });
    for (const deathMs of [1_000 + APPEND_MS - 1, 1_000 + APPEND_MS]) {
      // The first publication is 1 s after the first lease.
      expectExactlyOnce({
        instances: 2,
        publications: [at(1_000), at(0), at(600)],
        phasesMs: [0, 100],
        deathMs,
      });
    }
  });

  it('are accounted for where one comes a moment after its journaling', () => {
    const at = (afterMs: number, hash: string, delayMs: number): Publication => ({
      afterMs,
      hash,
      delaysMs: [0, delayMs],
    });
    expectExactlyOnce({
      instances: 2,
      // The other instance asks in the 34 ms between, having heard nothing of `a` for a quarter second.
      publications: [at(1_000, 'a', 0), at(480, 'a', 34)],
      phasesMs: [0, 495],
      deathMs: null,
    });
  });

  it('are accounted for where each comes in time though the instance is always behind', () => {
    const at = (afterMs: number, delayMs: number): Publication => ({
      afterMs,
      hash: 'c',
      delaysMs: [0, delayMs],
    });
    expectExactlyOnce({
      instances: 2,
      // It asks at 11 ms and at 511 ms, and both times lacks a copy that is on its way.
      publications: [at(0, 0), at(0, 56), at(453, 59)],
      phasesMs: [0, 11],
      deathMs: null,
    });
  });

  it('are journaled once where one reaches the next lease holder late', () => {
    expectExactlyOnce({
      instances: 2,
      publications: [{ afterMs: 1_000, hash: 'a', delaysMs: [0, 5_000] }],
      phasesMs: [0, 100],
      deathMs: 1_500,
    });
  });
});
