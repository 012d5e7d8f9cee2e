import { useStage } from '../support/stage.js';
import { PUBLISHERS } from '../support/publishers.js';
import { fleet } from '../support/factories.js';
import { waitUntil } from '../support/wait-until.js';
import { recomputedStates, storedStates } from '../support/recompute.js';
const stage = useStage();
it('x', async () => {
  const app = await stage.start();
  for (const p of PUBLISHERS) {
    const t = Date.now();
    await p.publish(stage.scope, fleet({ events: 1000, prefix: p.name }));
    console.log(p.name, Date.now() - t);
  }
  await waitUntil('rows', async () => (await stage.scope.count('health_messages')) === 5000);
  expect(await storedStates(stage.scope)).toEqual(await recomputedStates(stage.scope));
  expect(app.isRunning).toBe(true);
});
