import { decodeHealthEvent } from '../events/decoder.js';
import {
  heartbeatParts,
  lossText,
  OWN_SOURCE,
  readJournaled,
  readSynthetic,
  type SyntheticLoss,
} from './synthetic-message.js';

const UNSENT = {
  bootId: 'f'.repeat(32),
  sequence: 12,
  cause: 'not_running',
  lostCount: null,
} as const;
const LOSS: SyntheticLoss = {
  kind: 'loss',
  fromUs: 1,
  toUs: 2,
  cause: 'lease_handover',
  lostCount: 3,
};

/** As Redis puts it together. */
function published(publishedUs: number | string, sinceUs: number | string): Buffer {
  const [before, between, after] = heartbeatParts(UNSENT);
  return Buffer.from(`${before}${publishedUs}${between}${sinceUs}${after}`);
}

describe('a synthetic message', () => {
  it('is read as it was published', () => {
    const publishedUs = 1_700_000_000_000_001;
    expect(readSynthetic(published(publishedUs, 5))).toEqual({
      kind: 'heartbeat',
      ...UNSENT,
      publishedUs,
      sinceUs: 5,
    });
  });

  it('of a loss counts in the journal where no channel brought it, and nowhere else', () => {
    const raw = Buffer.from(lossText(LOSS));
    expect(readJournaled(OWN_SOURCE, raw)).toEqual(LOSS);
    expect(readJournaled('health:events', raw)).toBeNull();
  });

  it.each([
    ['an event', '{"service_name":"orders","status":"up"}'],
    ['an event that begins alike', '{"health_monitors":{"kind":"heartbeat"}}'],
    ['nothing', ''],
    ['a few bytes', '{"h'],
    ['the mark alone', '{"health_monitor":'],
    ['no object', '{"health_monitor":null}'],
    ['another kind', '{"health_monitor":{"kind":"x","cause":"not_running","lostCount":null}}'],
    ['an unknown cause', published(9, 5).toString().replace('not_running', 'boredom')],
    ['a time that is none', published('"9"', 5).toString()],
    ['a negative time', published(9, -5).toString()],
    ['a time beyond all numbers', published('1e300', 5).toString()],
    ['coverage from the future', published(5, 9).toString()],
    ['more than there is to say', published(9, 5).toString().padEnd(600)],
  ])('is not %s', (_what, text) => {
    expect(readSynthetic(Buffer.from(text))).toBeNull();
  });

  it('is no health event', () => {
    const decoded = decodeHealthEvent(published(9, 5), 'health:events', { maxBytes: 1_000 });
    expect(decoded).toMatchObject({ ok: false });
  });
});
