import { memoryBytes } from '../../../support/memory.js';
import type { Fault } from '../../fault.js';
import { areRefused } from '../../hostile-input.js';

const BYTES = 10 * 1024 * 1024;
const MESSAGES = 3;

/** The bytes of each are kept; that memory stays bounded is checked with the invariants. */
const fault: Fault = {
  number: 35,
  name: 'payloads of 10 MB',
  selection: 'short',
  isShared: true,
  async run(world) {
    const refusals = Array.from({ length: MESSAGES }, (_, index) => {
      const start = `{"service_name":"fault-35","status":"up","n":${index},"x":"`;
      const raw = Buffer.alloc(BYTES, 'x');
      raw.write(start);
      raw.write('"}', BYTES - 2);
      return { reason: 'too_large', raw, detail: /^10485760 bytes; the limit is 262144/ } as const;
    });
    const letters = await areRefused(world, refusals);
    const peak = await memoryBytes(world.app.pid, 'VmHWM');
    return { times: 2 * MESSAGES, evidence: { ...letters, peak_memory_bytes: peak } };
  },
};

export default fault;
