import { servicesControl, testServices } from './services.js';
import { TcpProxy } from './tcp-proxy.js';

/** A database that can be taken away: stopped for real, or cut off where it is not ours to stop. */
export interface Outage {
  /** What instances are to connect to. */
  readonly databaseUrl: string;
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

export async function databaseOutage(): Promise<Outage> {
  const { databaseUrl } = testServices();
  const control = await servicesControl();
  if (control !== null) {
    return {
      databaseUrl,
      begin: async () => {
        await control.stopPostgres({ mode: 'immediate' });
      },
      end: async () => {
        await control.startPostgres();
      },
      close: async () => {
        await control.startPostgres();
      },
    };
  }
  const proxy = await TcpProxy.to(databaseUrl);
  return {
    databaseUrl: proxy.url,
    begin: () => {
      proxy.mode = 'refuse';
      proxy.reset();
      return Promise.resolve();
    },
    end: () => {
      proxy.mode = 'forward';
      return Promise.resolve();
    },
    close: async () => {
      await proxy.close();
    },
  };
}
