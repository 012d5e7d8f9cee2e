import { endInsertingSession, type SessionRow, sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const TIMES = 5;

const fault: Fault = {
  number: 15,
  name: 'backend killed in the middle of a transaction',
  selection: 'all',
  async run(world) {
    await world.begin({ eventsPerSecond: 500 });
    const { app, scope } = world;

    const ended: SessionRow[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const session = await waitUntil(
        'a session is ended while it inserts',
        async () => await endInsertingSession(scope, app),
        { pollMs: 1 },
      );
      ended.push(session);
      await waitUntil(
        'the session is gone',
        async () => (await sessionsOf(scope, app, `pid = ${session.pid}`)).length === 0,
      );
    }
    world.faultEnded();

    expect(new Set(ended.map(({ pid }) => pid)).size).toBe(TIMES);
    return { times: TIMES, evidence: { states: ended.map(({ state }) => state) } };
  },
};

export default fault;
