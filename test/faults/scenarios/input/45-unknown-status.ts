import type { Fault } from '../../fault.js';
import { areRefused, areTaken } from '../../hostile-input.js';

const SERVICE = 'fault-45';
/** `stale` is the monitor's own, `left` a leave word's effect. */
const WORDS = ['wobbly', 'stale', 'left', '\u{1f4a5}', 'x'.repeat(10_000), 'constructor', '0'];

const event = (status: unknown): string => JSON.stringify({ service_name: SERVICE, status });

const fault: Fault = {
  number: 45,
  name: 'unknown status',
  selection: 'short',
  isShared: true,
  async run(world) {
    const rows = await areTaken(world, SERVICE, WORDS.map(event));
    expect(rows.map(({ status }) => status)).toEqual(WORDS.map(() => 'unknown'));
    const letters = await areRefused(
      world,
      [1, true, [], ' '].map((value) => {
        return { reason: 'invalid_field', raw: event(value), detail: /^status must be a word/ };
      }),
    );
    const metrics = await (await fetch(`${world.app.url}/metrics`)).text();
    const counted = Number(/^\S+events_unlisted_status_total (\d+)$/m.exec(metrics)?.[1]);
    expect(counted).toBeGreaterThanOrEqual(2 * WORDS.length);
    return { times: 2 * (WORDS.length + 4), evidence: { ...letters, counted } };
  },
};

export default fault;
