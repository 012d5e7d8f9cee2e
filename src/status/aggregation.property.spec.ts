import fc from 'fast-check';
import { usePrintedSeed } from '../../test/support/printed-seed.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';
import { aggregate, type InstanceCounts } from './aggregation.js';

usePrintedSeed('aggregation', 1_000);

type Held = Status | InstanceStatus;

const WORDS: readonly Held[] = ['healthy', 'degraded', 'unhealthy', 'stale', 'unknown', 'left'];
/** Badness, worst last; what nobody would call bad comes first. */
const BADNESS: readonly Held[] = ['healthy', 'unknown', 'degraded', 'stale', 'unhealthy'];

const instances = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 });
const expectation = fc.option(fc.integer({ min: 1, max: 6 }));

function countsOf(held: readonly Held[]): InstanceCounts {
  const counts: Partial<Record<Held, number>> = {};
  for (const status of held) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const badness = (status: Held): number => BADNESS.indexOf(status);

describe('the status of a service', () => {
  it('is healthy only where every instance that has not left is, and enough of them are there', () => {
    fc.assert(
      fc.property(instances, expectation, (held, expected) => {
        const live = held.filter((status) => status !== 'left');
        const isAllWell =
          live.length > 0 &&
          live.every((status) => status === 'healthy') &&
          live.length >= (expected ?? 0);
        expect(aggregate(countsOf(held), expected).status === 'healthy').toBe(isAllWell);
      }),
    );
  });

  it('is stale only where nobody is heard of and somebody fell silent', () => {
    fc.assert(
      fc.property(instances, expectation, (held, expected) => {
        const live = held.filter((status) => status !== 'left');
        const isSilent = live.length > 0 && live.every((status) => status === 'stale');
        expect(aggregate(countsOf(held), expected).status === 'stale').toBe(isSilent);
      }),
    );
  });

  it('gets no better by one more bad instance, nor by expecting more', () => {
    fc.assert(
      fc.property(instances, fc.constantFrom<Held>('degraded', 'unhealthy'), (held, more) => {
        const others = held.filter((status) => status !== 'left');
        fc.pre(others.some((status) => status !== 'stale'));
        const before = aggregate(countsOf(held), null).status;
        const after = aggregate(countsOf([...held, more]), null).status;
        const expecting = aggregate(countsOf(held), held.length + 1).status;
        expect(badness(after)).toBeGreaterThanOrEqual(badness(before));
        expect(badness(expecting)).toBeGreaterThanOrEqual(badness(before));
      }),
    );
  });

  it('does not see those that left', () => {
    fc.assert(
      fc.property(instances, fc.nat({ max: 5 }), (held, gone) => {
        const left = Array.from({ length: gone }, (): Held => 'left');
        expect(aggregate(countsOf([...held, ...left]), null)).toEqual(
          aggregate(countsOf(held), null),
        );
      }),
    );
  });
});
