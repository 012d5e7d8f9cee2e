import type { Fault } from '../../fault.js';
import { areRefused, areTaken } from '../../hostile-input.js';

const LEVELS = 20_000;

const nested = (opening: string, closing: string, levels: number): string =>
  `${opening.repeat(levels)}1${closing.repeat(levels)}`;

const event = (value: string): string =>
  `{"service_name":"fault-36","status":"up","metadata":${value}}`;

const fault: Fault = {
  number: 36,
  name: 'nesting 20,000 deep',
  selection: 'short',
  isShared: true,
  async run(world) {
    const tooDeep = [
      nested('[', ']', LEVELS),
      nested('{"a":', '}', LEVELS),
      event(nested('[', ']', LEVELS)),
      event(nested('{"a":', '}', LEVELS)),
      '['.repeat(LEVELS),
    ];
    const letters = await areRefused(
      world,
      tooDeep.map((raw) => ({ reason: 'too_deep', raw, detail: /limit of 64 levels/ })),
    );
    // As deep as may be, and brackets that only look like nesting.
    await areTaken(world, 'fault-36', [
      event(nested('[', ']', 63)),
      event(`"${'[{'.repeat(LEVELS)}"`),
    ]);
    return { times: 2 * tooDeep.length, evidence: letters };
  },
};

export default fault;
