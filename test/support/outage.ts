import { servicesControl, testServices } from './services.js';
import { TcpProxy } from './tcp-proxy.js';

/** A service that can be taken away: stopped for real, or cut off where it is not ours to stop. */
interface ServiceOutage {
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface Outage extends ServiceOutage {
  /** What instances are to connect to. */
  readonly databaseUrl: string;
}

export interface RedisOutage extends ServiceOutage {
  /** What instances are to connect to. */
  readonly redisUrl: string;
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
  return { databaseUrl: proxy.url, ...cutOff(proxy) };
}

/** Killed; what `appendfsync always` has kept is there again afterwards. */
export async function redisOutage(): Promise<RedisOutage> {
  const { redisUrl } = testServices();
  const control = await servicesControl();
  if (control !== null) {
    return {
      redisUrl,
      begin: async () => {
        await control.stopRedis({ signal: 'SIGKILL' });
      },
      end: async () => {
        await control.startRedis();
      },
      close: async () => {
        await control.startRedis();
      },
    };
  }
  const proxy = await TcpProxy.to(redisUrl);
  return { redisUrl: proxy.url, ...cutOff(proxy) };
}

function cutOff(proxy: TcpProxy): ServiceOutage {
  return {
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
