import type { LookupAddress } from 'node:dns';
import { AddressRefusedError, ReceiverAddress } from './receiver-address.js';

const PUBLIC: LookupAddress = { address: '1.1.1.1', family: 4 };
const PRIVATE: LookupAddress = { address: '10.0.0.1', family: 4 };
const LOOPBACK: LookupAddress = { address: '::1', family: 6 };

/** What a socket would be given for a name with these addresses. */
async function given(
  addresses: readonly LookupAddress[],
  mayBePrivate = false,
): Promise<readonly LookupAddress[]> {
  const receiver = new ReceiverAddress(mayBePrivate, async () => await Promise.resolve(addresses));
  return await look(receiver);
}

const look = async (receiver: ReceiverAddress): Promise<readonly LookupAddress[]> =>
  await new Promise((resolve, reject) => {
    receiver.lookup('hooks.example', { all: true }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(found as LookupAddress[]);
    });
  });

describe('a receiver given by name', () => {
  it('is connected to at its public addresses only', async () => {
    expect(await given([PRIVATE, PUBLIC, LOOPBACK])).toEqual([PUBLIC]);
  });

  it('is refused where it has none', async () => {
    await expect(given([PRIVATE, LOOPBACK])).rejects.toBeInstanceOf(AddressRefusedError);
  });

  it('is connected to anywhere where that is allowed', async () => {
    expect(await given([PRIVATE, LOOPBACK], true)).toEqual([PRIVATE, LOOPBACK]);
  });

  it('is looked at anew for each connection, so that a name that turns is refused', async () => {
    const answers = [[PUBLIC], [PRIVATE]];
    const receiver = new ReceiverAddress(
      false,
      async () => await Promise.resolve(answers.shift() ?? []),
    );
    expect(await look(receiver)).toEqual([PUBLIC]);
    await expect(look(receiver)).rejects.toBeInstanceOf(AddressRefusedError);
  });

  it('is resolved once for connections that begin at the same time', async () => {
    let asked = 0;
    const receiver = new ReceiverAddress(false, async () => {
      asked += 1;
      return await Promise.resolve([PUBLIC]);
    });
    await Promise.all([look(receiver), look(receiver), look(receiver)]);
    expect(asked).toBe(1);
  });
});

describe('a receiver given by address', () => {
  const hostOf = (url: string): string => new URL(url).hostname;
  const REFUSED = [
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/',
  ];

  it.each(REFUSED)('%s is refused', (url) => {
    const receiver = new ReceiverAddress(false);
    expect(() => {
      receiver.assertAllowed(hostOf(url));
    }).toThrow(AddressRefusedError);
    new ReceiverAddress(true).assertAllowed(hostOf(url));
  });

  it.each(['http://1.1.1.1/', 'http://[2600::1]/', 'http://localhost/'])('%s is not', (url) => {
    new ReceiverAddress(false).assertAllowed(hostOf(url));
  });
});
