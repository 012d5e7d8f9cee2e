import type { ServiceDetail } from '../../../support/rest.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { areRefused, rowsOf, sendBothWays } from '../../hostile-input.js';

/** Names like any other, for all that they look like. */
const TAKEN = [
  `fault-47'; DROP TABLE health_messages; --`,
  'fault-47" OR ""="',
  'fault-47 <script>alert(1)</script>',
  'fault-47 {{7*7}} ${7*7} %s %n',
  'fault-47/../../etc/passwd?a=b#c%00',
  'fault-47\\"} 1\\n',
  'fault-47 \u202e\u2028\ufeff\u200b.',
];
/** Characters that end a line or command a terminal. */
const REFUSED = ['\r\nSet-Cookie: a=b', '\n', '\u001b[2J', '\u0007', '\u007f', '\u009b31m', '\t'];

const event = (name: string): string => JSON.stringify({ service_name: name, status: 'up' });

const fault: Fault = {
  number: 47,
  name: 'SQL, HTML, CRLF, ANSI in names',
  selection: 'short',
  isShared: true,
  async run(world) {
    const { app } = world;
    const letters = await areRefused(
      world,
      REFUSED.map((name) => ({
        reason: 'invalid_service_name',
        raw: event(`fault-47${name}x`),
        detail: /^[^\p{Control}]+$/u,
      })),
    );
    for (const name of TAKEN) {
      await sendBothWays(world, event(name));
      const rows = await rowsOf(world, name, 2);
      expect(rows[0]?.payload).toBe(event(name));
      const route = `/services/${encodeURIComponent(name)}`;
      expect((await app.api<ServiceDetail>(route)).service_name).toBe(name);
    }
    const lines = app.output.split('\n').filter((line) => line !== '');
    expect(lines.filter((line) => !line.startsWith('{') || /\p{Control}/u.test(line))).toEqual([]);
    const samples = await waitUntil('all names are among the metrics', async () => {
      const metrics = await (await fetch(`${app.url}/metrics`)).text();
      const found = metrics.split('\n').filter((line) => line.includes('fault-47'));
      return found.length >= TAKEN.length ? found : null;
    });
    expect(samples.filter((line) => !/^\w+\{.*\} [01]$/s.test(line))).toEqual([]);
    return {
      times: 2 * (TAKEN.length + REFUSED.length),
      evidence: { ...letters, taken: 2 * TAKEN.length },
    };
  },
};

export default fault;
