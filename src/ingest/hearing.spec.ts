import type { Environment } from '../config/environment.js';
import type { SyntheticHeartbeat } from '../observation/synthetic-message.js';
import { Hearing, type NextHeartbeat } from './hearing.js';

const hearing = (): Hearing => new Hearing({ HEALTH_SELF_HEARTBEAT_MS: 1_000 } as Environment);

/** As it is received. */
const asReceived = (next: NextHeartbeat, publishedUs: number): SyntheticHeartbeat => ({
  ...next,
  kind: 'heartbeat',
  publishedUs,
  sinceUs: next.sinceUs ?? publishedUs,
});

function publish(own: Hearing, publishedUs: number): SyntheticHeartbeat {
  const next = own.next();
  own.published(next, publishedUs);
  return asReceived(next, publishedUs);
}

describe('what an instance can vouch for', () => {
  it('begins with its subscription, and why it began there goes with every heartbeat', () => {
    const own = hearing();
    own.resume(10, 'not_running');
    expect(publish(own, 100)).toMatchObject({ sinceUs: 10, cause: 'not_running', lostCount: null });
    expect(publish(own, 200)).toMatchObject({ sinceUs: 10, cause: 'not_running' });
  });

  it('begins anew with the first heartbeat that is published after something was shed', () => {
    const own = hearing();
    own.resume(10, 'not_running');
    own.accepts(publish(own, 2_000_000));
    own.break('ingest_overload', 7);
    expect(publish(own, 3_000_000)).toMatchObject({
      sinceUs: 3_000_000,
      cause: 'ingest_overload',
      lostCount: 7,
    });
    expect(publish(own, 4_000_000)).toMatchObject({ sinceUs: 3_000_000, lostCount: 7 });
  });

  it.each<[string, (own: Hearing) => void]>([
    [
      'events are shed',
      (own) => {
        own.break('ingest_overload', 1);
      },
    ],
    [
      'the connection is lost',
      (own) => {
        own.interrupt();
      },
    ],
  ])(
    'is not proved by a heartbeat that was published before %s and comes after it',
    (_what, happen) => {
      const own = hearing();
      own.resume(10, 'not_running');
      const before = publish(own, 100);
      happen(own);
      expect(own.accepts(before)).toBe(false);
      expect(own.accepts(publish(own, 200))).toBe(true);
    },
  );

  it('is not begun by a heartbeat that was on its way when events were shed', () => {
    const own = hearing();
    own.resume(10, 'not_running');
    const next = own.next();
    own.break('ingest_overload', 1);
    own.published(next, 100);
    expect(own.next().sinceUs).toBeNull();
  });

  it('is not proved by heartbeats of others', () => {
    const [own, other] = [hearing(), hearing()];
    expect(own.accepts(publish(other, 100))).toBe(false);
  });
});

describe('the count of what was lost', () => {
  it.each<[string, (number | null)[], number | null]>([
    ['adds up', [3, 4], 7],
    ['is not known where one is not', [3, null], null],
    ['stays unknown', [null, 4], null],
  ])('of breaks that nobody was told of %s', (_what, counts, expected) => {
    const own = hearing();
    for (const count of counts) own.break('ingest_overload', count);
    expect(own.next().lostCount).toBe(expected);
  });

  it('begins anew once a heartbeat was received that tells of it for certain', () => {
    const own = hearing();
    own.break('ingest_overload', 3);
    own.accepts(publish(own, 1_000_000));
    own.break('ingest_overload', 4);
    expect(own.next().lostCount).toBe(7); // the first did not prove it yet
    own.accepts(publish(own, 2_000_000));
    own.accepts(publish(own, 3_500_000));
    own.break('ingest_overload', 5);
    expect(own.next().lostCount).toBe(5);
  });
});
