import { signatureHeaders } from './signature.js';

/** Published with the libraries of Standard Webhooks. */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const sign = (changed: Partial<typeof PUBLISHED> = {}): string | undefined => {
  const { secret, id, timestampSeconds, body } = { ...PUBLISHED, ...changed };
  return signatureHeaders(secret, id, timestampSeconds, body)['webhook-signature'];
};

describe('the signature', () => {
  it('is the published one for the published example', () => {
    expect(sign()).toBe(PUBLISHED.signature);
  });

  it.each([
    { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx' },
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJel' },
    { timestampSeconds: 1_614_265_331 },
    { body: '{"test": 2432232315}' },
  ])('is another with %j', (changed) => {
    expect(sign(changed)).not.toBe(PUBLISHED.signature);
  });

  it('has the time of the attempt beside it', () => {
    const { secret, id, timestampSeconds, body } = PUBLISHED;
    expect(signatureHeaders(secret, id, timestampSeconds, body)).toMatchObject({
      'webhook-timestamp': '1614265330',
    });
  });
});
