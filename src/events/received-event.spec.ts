import type { HealthEvent } from './health-event.js';
import { journalMessageId } from './identity.js';
import { receive } from './received-event.js';
import type { Received } from './received-event.js';

const AT_US = 1_700_000_000_000_000;
const AT_MS = AT_US / 1000;
const DAY_MS = 86_400_000;
const PLACE = { journalId: '1700000000000-0', index: 3, atUs: AT_US };

const event: HealthEvent = {
  serviceName: 'payments',
  instanceId: 'default',
  status: 'healthy',
  isUnlistedStatus: false,
  timestampMs: AT_MS,
  messageId: '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  responseTimeMs: 1.5,
  ttlSeconds: 60,
  message: 'fine',
  version: '1',
  payload: Buffer.from('{}'),
};

const received = (changes: Partial<HealthEvent>): Received =>
  receive({ ...event, ...changes }, PLACE, 7);

describe('an event taken from the journal', () => {
  it('keeps all it said and gets the times it is stored under', () => {
    expect(received({})).toEqual({
      ok: true,
      event: { ...event, occurredAtUs: AT_US, receivedAtUs: AT_US + 3 },
    });
  });

  it('occurred when it was received if it does not say when', () => {
    expect(received({ timestampMs: null })).toMatchObject({
      event: { occurredAtUs: AT_US + 3, receivedAtUs: AT_US + 3, timestampMs: null },
    });
  });

  it('is known by its place if it has no identity', () => {
    expect(received({ messageId: null, timestampMs: null })).toMatchObject({
      event: { messageId: journalMessageId(PLACE.journalId, 3) },
    });
  });

  it('is the same at every delivery', () => {
    const anonymous = { messageId: null, timestampMs: null };
    expect(received(anonymous)).toEqual(received(anonymous));
  });

  it.each([
    ['7 days before, to the millisecond after', AT_MS - 7 * DAY_MS + 1],
    ['5 minutes after', AT_MS + 300_000],
  ])('may lie %s', (_name, timestampMs) => {
    expect(received({ timestampMs }).ok).toBe(true);
  });

  it('may lie exactly on either bound', () => {
    const place = { ...PLACE, index: 0 };
    for (const timestampMs of [AT_MS - 7 * DAY_MS, AT_MS + 300_000]) {
      expect(receive({ ...event, timestampMs }, place, 7).ok).toBe(true);
    }
  });

  it.each([
    ['more than 7 days before', AT_MS - 7 * DAY_MS],
    ['more than 5 minutes after', AT_MS + 300_001],
    ['more than 7 days before', Date.UTC(1, 0, 1)],
    ['more than 7 days before', -8.64e15],
    ['more than 5 minutes after', 8.64e15],
    ['more than 5 minutes after', Date.UTC(9999, 11, 31)],
  ])('may not lie %s its reception (%d)', (limit, timestampMs) => {
    const result = received({ timestampMs });
    expect(result).toMatchObject({ ok: false, rejection: { reason: 'timestamp_out_of_window' } });
    expect(result.ok ? '' : result.rejection.detail).toContain(
      `${limit} its reception at 2023-11-14T`,
    );
  });

  it('follows the window it is given', () => {
    const timestampMs = AT_MS - 2 * DAY_MS;
    expect(receive({ ...event, timestampMs }, PLACE, 1).ok).toBe(false);
    expect(receive({ ...event, timestampMs }, PLACE, 3).ok).toBe(true);
  });
});
