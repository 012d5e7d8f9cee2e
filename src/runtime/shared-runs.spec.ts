import { type Deferred, deferred } from './deferred.js';
import { SharedRuns } from './shared-runs.js';

/** A task whose runs end when the test says so. */
function task(): { readonly runs: Deferred<string>[]; readonly shared: SharedRuns<string> } {
  const runs: Deferred<string>[] = [];
  const shared = new SharedRuns(async () => {
    const run = deferred<string>();
    runs.push(run);
    return await run.promise;
  });
  return { runs, shared };
}

/** All that is ready to go on has gone on. */
const settle = async (): Promise<void> => {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
};

describe('a shared run', () => {
  it('is not joined by who asks while it is under way; they share the next one', async () => {
    const { runs, shared } = task();
    const first = shared.next();
    await settle();
    const others = [shared.next(), shared.next()];
    await settle();
    expect(runs).toHaveLength(1);

    runs[0]?.resolve('first');
    await expect(first).resolves.toBe('first');
    await settle();
    expect(runs).toHaveLength(2);
    runs[1]?.resolve('second');
    await expect(Promise.all(others)).resolves.toEqual(['second', 'second']);
  });

  it('that fails rejects for those who share it, and the next one runs', async () => {
    const { runs, shared } = task();
    const first = shared.next();
    await settle();
    const second = shared.next();
    runs[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await settle();
    runs[1]?.resolve('back');
    await expect(second).resolves.toBe('back');
  });

  it('is made for each question where they come one after another', async () => {
    let run = 0;
    const shared = new SharedRuns(async () => await Promise.resolve((run += 1)));
    expect([await shared.next(), await shared.next(), await shared.next()]).toEqual([1, 2, 3]);
  });
});
