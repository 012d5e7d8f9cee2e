import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import { type Fault, NotInjected } from '../../fault.js';

/** Connections beyond what is left to it. */
const CLIENTS = 60;
const LEFT = 10;
const MEANWHILE = 200;

/** Clients hold all descriptors an instance may have when it needs new connections to PostgreSQL. */
const fault: Fault = {
  number: 33,
  name: 'out of file descriptors',
  selection: 'all',
  async run(world) {
    await world.begin();
    const { app, scope } = world;
    const address = new URL(app.url);
    const clients: Socket[] = [];
    const leave = (): Promise<void> => {
      for (const client of clients) client.destroy();
      return Promise.resolve();
    };
    world.cleanUp(leave);
    const open = (): void => {
      const client = connect(Number(address.port), address.hostname);
      client.on('error', () => undefined);
      clients.push(client);
    };

    const before = await limitOf(app.pid);
    await setLimit(app.pid, (await descriptorsOf(app.pid)) + LEFT);
    for (let count = 0; count < CLIENTS; count += 1) open();
    const hasNoneLeft = async (): Promise<boolean> =>
      (await descriptorsOf(app.pid)) >= (await limitOf(app.pid));
    await waitUntil('it has none left', hasNoneLeft);
    const sessions = await sessionsOf(scope, app);
    await scope.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY ($1)', [
      sessions.map(({ pid }) => pid),
    ]);
    await waitUntil('clients have those of its connections to PostgreSQL, too', async () => {
      for (let count = 0; count < CLIENTS; count += 1) open();
      return (await hasNoneLeft()) && (await sessionsOf(scope, app)).length === 0;
    });
    await world.issued(MEANWHILE);
    await leave();
    await setLimit(app.pid, before);
    world.faultEnded();

    return { times: 1, evidence: { sessionsEnded: sessions.length, clients: clients.length } };
  },
};

const descriptorsOf = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`)).length;

async function prlimit(...options: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)('prlimit', options)).stdout;
  } catch (error) {
    throw new NotInjected('prlimit, of util-linux, cannot be run', { cause: error });
  }
}

async function limitOf(pid: number): Promise<number> {
  const options = ['--pid', String(pid), '--nofile', '--output', 'SOFT', '--noheadings', '--raw'];
  return Number(await prlimit(...options));
}

async function setLimit(pid: number, descriptors: number): Promise<void> {
  await prlimit('--pid', String(pid), `--nofile=${descriptors}:`);
}

export default fault;
