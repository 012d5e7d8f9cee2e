import { Circuit, PARALLEL_REQUESTS } from './circuit.js';

const failing = (times: number, nowMs = 0): Circuit => {
  const circuit = new Circuit(() => 1);
  for (let i = 0; i < times; i += 1) circuit.failed(nowMs);
  return circuit;
};

const CASES: readonly [
  state: string,
  failures: number,
  inFlight: number,
  nowMs: number,
  begin: number,
][] = [
  ['nothing failed', 0, 0, 0, PARALLEL_REQUESTS],
  ['nothing failed, some under way', 0, 5, 0, PARALLEL_REQUESTS - 5],
  ['all under way', 0, PARALLEL_REQUESTS, 0, 0],
  ['some failed', PARALLEL_REQUESTS - 1, 0, 0, PARALLEL_REQUESTS],
  ['all failed, just now', PARALLEL_REQUESTS, 0, 999, 0],
  ['all failed, a second ago', PARALLEL_REQUESTS, 0, 1_000, 1],
  ['all failed, a probe under way', PARALLEL_REQUESTS, 1, 1_000, 0],
  ['the probe failed', PARALLEL_REQUESTS + 1, 0, 1_999, 0],
  ['the probe failed, two seconds ago', PARALLEL_REQUESTS + 1, 0, 2_000, 1],
  ['failing for long', 1_000, 0, 4_999, 0],
  ['failing for long, five seconds ago', 1_000, 0, 5_000, 1],
];

describe('requests that may begin', () => {
  it.each(CASES)('when %s (%i failures, %i in flight, at %i ms): %i', (_, ...numbers) => {
    const [failures, inFlight, nowMs, begin] = numbers;
    expect(failing(failures).mayBegin(inFlight, nowMs)).toBe(begin);
  });

  it('are told of once when they become few', () => {
    const circuit = failing(PARALLEL_REQUESTS - 2);
    const opened = [circuit.failed(0), circuit.failed(0), circuit.failed(0)];
    expect(opened).toEqual([false, true, false]);
  });

  it('are all of them again after one success', () => {
    const circuit = failing(PARALLEL_REQUESTS * 2);
    expect(circuit.isOpen).toBe(true);
    circuit.succeeded();
    expect(circuit.isOpen).toBe(false);
    expect(circuit.mayBegin(0, 0)).toBe(PARALLEL_REQUESTS);
  });
});
