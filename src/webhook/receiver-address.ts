import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './private-addresses.js';

/** The receiver's address is not public, and nobody said that it may be so. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';

  constructor() {
    super('the receiver has no public address and HEALTH_WEBHOOK_ALLOW_PRIVATE is not true');
  }
}

type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

const resolveAll: Resolve = async (host) =>
  await new Promise((done, fail) => {
    resolve(host, { all: true }, (error, addresses) => {
      if (error === null) done(addresses);
      else fail(error);
    });
  });

/**
 * Where a connection to the receiver may go. A name is resolved for the very connection, and that
 * goes to an address which was looked at: a name that is resolved otherwise a moment later gains
 * nothing by it.
 *
 * One resolution is under way at a time, for all connections that wait for it: each takes one of the
 * few threads that the connections to Redis and PostgreSQL are resolved with too.
 */
export class ReceiverAddress {
  private underWay: Promise<readonly LookupAddress[]> | null = null;

  constructor(
    private readonly mayBePrivate: boolean,
    private readonly resolveName: Resolve = resolveAll,
  ) {}

  /** For a host that is an address itself: no name is resolved then. @throws AddressRefusedError */
  assertAllowed(hostname: string): void {
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) !== 0 && !this.isAllowed(address)) throw new AddressRefusedError();
  }

  /** In place of the resolution of names that a socket does. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.allowedAddresses(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '');
      },
    );
  };

  private async allowedAddresses(
    hostname: string,
  ): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
    this.underWay ??= this.resolveName(hostname).finally(() => {
      this.underWay = null;
    });
    const [first, ...others] = (await this.underWay).filter((one) => this.isAllowed(one.address));
    if (first === undefined) throw new AddressRefusedError();
    return [first, ...others];
  }

  private isAllowed(address: string): boolean {
    return this.mayBePrivate || isPublicAddress(address);
  }
}
